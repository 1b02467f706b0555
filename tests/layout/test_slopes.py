"""Lines at any slope: what they hold, where they run, and how sure they are."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkten.image.decode import GrayImage
from inkten.layout.deskew import boxes_on_page, deskew, drawn_tilt, page_tilt
from inkten.layout.lines import find_lines
from inkten.layout.rotation import turned_sizes, upright_sizes

TEXT = [  # lines of numbers: how many digits each has
    (4, 3, 5),
    (6, 2),
    (1, 4, 4),
    (3,),
]


def arrange(boxes):
    """The digits of each number of each line, as indices into the boxes."""
    return [[list(number) for number in line.numbers] for line in find_lines(boxes)]


def page(lines=TEXT, height=30.0, pitch=54.0, step=24.0, gap=40.0):
    """Boxes of lines of numbers in reading order, and the same as arranged."""
    boxes, order = [], []
    for row, numbers in enumerate(lines):
        x, line = 0.0, []
        for count in numbers:
            line.append(list(range(len(boxes), len(boxes) + count)))
            boxes += [(x + i * step, row * pitch, 20.0, height) for i in range(count)]
            x += (count - 1) * step + 20 + gap
        order.append(line)
    return np.array(boxes, np.float32), order


def turned(boxes, degrees):
    """The boxes on a page that was turned clockwise."""
    angle = math.radians(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    centres = (boxes[:, :2] + boxes[:, 2:] / 2) @ turn
    sizes = turned_sizes(boxes[:, 2:], angle)
    return np.hstack([centres - sizes / 2, sizes]).astype(np.float32)


@pytest.mark.parametrize("degrees", range(-24, 25, 3))
def test_a_page_reads_the_same_at_any_tilt(degrees):
    boxes, order = page()
    assert arrange(turned(boxes, degrees)) == order


@given(
    st.floats(-20, 20),
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=14, max_size=14),
    st.randoms(),
)
def test_uneven_digits_keep_their_order_at_any_tilt(degrees, strays, chance):
    boxes, order = page([(4, 3), (5, 2)])
    boxes[:, :2] += np.array(strays, np.float32) * 3
    places = list(range(len(boxes)))
    chance.shuffle(places)
    read = arrange(turned(boxes, degrees)[places])
    assert [[[places[i] for i in n] for n in line] for line in read] == order


@pytest.mark.parametrize("climb", [-0.08, 0.08])
def test_lines_that_fan_out_stay_apart(climb):
    boxes, order = page([(6, 6)] * 4)
    rows = np.round(boxes[:, 1] / 54)
    boxes[:, 1] += climb * (rows - 1.5) / 1.5 * boxes[:, 0]
    assert arrange(boxes) == order


def test_a_curled_line_is_one_line():
    boxes = np.array([(24.0 * i, 40 * math.sin(i / 6), 20, 30) for i in range(20)])
    assert arrange(boxes.astype(np.float32)) == [[list(range(20))]]


@pytest.mark.parametrize("degrees", [-15, 0, 15])
def test_right_aligned_columns_are_read_row_by_row(degrees):
    boxes, order = [], []
    for row, counts in enumerate([(3, 1), (1, 3), (2, 2), (1, 1)]):
        line = []
        for column, count in enumerate(counts):
            line.append(list(range(len(boxes), len(boxes) + count)))
            right = 100 + 150 * column
            boxes += [
                (right - 24 * (count - i), 48 * row, 20, 30) for i in range(count)
            ]
        order.append(line)
    assert arrange(turned(np.array(boxes, np.float32), degrees)) == order


@pytest.mark.parametrize("degrees", [-18, -7, 0, 7, 18])
def test_a_line_knows_its_slope_base_line_height_and_length(degrees):
    boxes, _ = page([(8,)])
    (line,) = find_lines(turned(boxes, degrees))
    assert math.degrees(line.slope) == pytest.approx(degrees, abs=1)
    assert line.height == pytest.approx(30, rel=0.05)
    assert line.length == pytest.approx(7 * 24 + 20, rel=0.05)
    angle = math.radians(degrees)
    foot = (-30 * math.sin(angle), 30 * math.cos(angle))  # of the first digit
    assert (line.x, line.y) == pytest.approx(foot, abs=2)


def test_a_line_is_cut_out_as_a_straight_strip():
    boxes, _ = page([(6,)])
    boxes = turned(boxes, 12)
    boxes[:, :2] += 60
    gray = np.full((240, 280), 230, np.uint8)
    for x, y, wide, high in boxes.tolist():
        centre = (round(x + wide / 2), round(y + high / 2))
        cv2.circle(gray, centre, 8, 20, -1)
    (line,) = find_lines(boxes)
    strip = line.strip(gray, 36)
    rows = np.flatnonzero((strip < 120).any(axis=1))
    columns = np.flatnonzero((strip < 120).any(axis=0))
    assert strip.shape[0] == 36
    assert rows.max() - rows.min() < 16 / 30 * 20 + 4  # level: no higher than a circle
    assert strip.shape[1] == pytest.approx((line.length + 0.8 * 30) * 20 / 30, abs=3)
    assert columns.min() > 3


def test_a_line_without_company_is_clear_and_a_draw_is_not():
    (line,) = find_lines(page([(6,)])[0])
    assert line.order_confidence == pytest.approx(1)
    boxes, _ = page([(4,)])
    stray = np.array([[110.0, 15.5, 20, 30]], np.float32)  # half a height lower
    unclear = find_lines(np.concatenate([boxes, stray]))
    assert min(line.order_confidence for line in unclear) < 0.9


def test_a_few_uneven_digits_do_not_show_a_tilt():
    uneven = np.array([(0, 0, 20, 30), (24, 5, 20, 30), (48, 3, 20, 30)], np.float32)
    assert page_tilt(find_lines(uneven)) == 0
    assert page_tilt(find_lines(turned(page()[0], 2))) == 0
    tilt = page_tilt(find_lines(turned(page()[0], -9)))
    assert math.degrees(tilt) == pytest.approx(-9, abs=1)


def grid(across=5, down=4):
    """A page with the rules of a table."""
    gray = np.full((600, 800), 215, np.uint8)
    for place in range(across + 1):
        cv2.line(gray, (180 + 90 * place, 120), (180 + 90 * place, 480), 90, 2)
    for place in range(down + 1):
        cv2.line(gray, (180, 120 + 90 * place), (630, 120 + 90 * place), 90, 2)
    return gray


def turned_picture(gray, degrees):
    """The picture turned clockwise about its middle."""
    height, width = gray.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    return cv2.warpAffine(gray, turn, (width, height), borderMode=cv2.BORDER_REPLICATE)


@pytest.mark.parametrize("degrees", [-38, -25, -9, 0, 12, 33])
def test_the_rules_of_a_table_show_its_tilt(degrees):
    tilt = drawn_tilt(turned_picture(grid(), degrees))
    assert math.degrees(tilt) == pytest.approx(degrees, abs=0.5)


def test_stems_of_letters_and_even_paper_show_no_tilt():
    stems = np.full((60, 900), 255, np.uint8)
    for x in range(40, 860, 30):
        cv2.line(stems, (x, 50), (x + 15, 10), 0, 2)
    assert drawn_tilt(stems) == 0
    assert drawn_tilt(np.full((300, 400), 255, np.uint8)) == 0
    assert drawn_tilt(np.zeros((1, 1), np.uint8)) == 0


@pytest.mark.parametrize("degrees", [-40, -30, 30, 40])
def test_lines_are_found_around_a_known_tilt(degrees):
    boxes, order = page()
    lines = find_lines(turned(boxes, degrees), math.radians(degrees))
    assert [list(map(list, line.numbers)) for line in lines] == order
    for line in lines:
        assert math.degrees(line.slope) == pytest.approx(degrees, abs=1)


@pytest.mark.parametrize("degrees", [-17, 5, 20])
def test_boxes_on_a_deskewed_picture_are_mapped_back(degrees):
    gray = np.full((200, 300), 255, np.uint8)
    gray[80:100, 200:212] = 0
    straight = deskew(GrayImage(gray), math.radians(degrees))
    x, y, wide, high = cv2.boundingRect((straight.pixels < 128).astype(np.uint8))
    box = np.array([[x, y, wide, high]], np.float32)
    (back,) = boxes_on_page(box, gray.shape, math.radians(degrees))
    assert back[:2] + back[2:] / 2 == pytest.approx([206, 90], abs=1.5)


@given(st.floats(-0.4, 0.4), st.floats(5, 50), st.floats(5, 50))
def test_turning_a_box_and_turning_it_back_gives_its_size(angle, width, height):
    sizes = np.array([[width, height]])
    back = upright_sizes(turned_sizes(sizes, angle), angle)
    assert back == pytest.approx(sizes, rel=0.01)


def test_many_digits_are_arranged_in_no_time():
    boxes, order = page([(7,) * 14] * 140, gap=40)  # 13,720 digits
    assert arrange(turned(boxes, 3)) == order
