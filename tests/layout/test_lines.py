import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inkten.layout.lines import find_lines

places = st.lists(
    st.tuples(*[st.integers(0, 400)] * 2, *[st.integers(1, 60)] * 2),
    min_size=1,
    max_size=25,
    unique_by=lambda box: 2 * box[0] + box[2],  # no two middles above each other
)


def arrange(boxes):
    """The digits of each number of each line, as indices into the boxes."""
    return [[list(number) for number in line.numbers] for line in find_lines(boxes)]


def row(count, x=0.0, y=0.0, step=30.0, slope=0.0, height=30.0):
    """Boxes 20 wide, side by side, `slope` lower at each."""
    return [(x + i * step, y + i * slope, 20.0, height) for i in range(count)]


def arranged(boxes, order=None):
    """Arrange the boxes, given in any order, and name each by its place in `boxes`."""
    order = np.random.default_rng(7).permutation(len(boxes)) if order is None else order
    shuffled = np.array(boxes, np.float32).reshape(-1, 4)[order]
    return [[[int(order[i]) for i in n] for n in line] for line in arrange(shuffled)]


def test_digits_of_a_line_are_read_from_left_to_right():
    assert arranged(row(5)) == [[[0, 1, 2, 3, 4]]]


def test_a_gap_as_wide_as_a_digit_begins_a_number():
    assert arranged(row(2) + row(1, x=100)) == [[[0, 1], [2]]]
    assert arranged(row(2) + row(1, x=70)) == [[[0, 1, 2]]]


def test_touching_and_overlapping_digits_are_one_number():
    assert arranged(row(4, step=20)) == [[[0, 1, 2, 3]]]
    assert arranged(row(4, step=14)) == [[[0, 1, 2, 3]]]


def test_lines_are_read_from_top_to_bottom():
    boxes = row(3, y=0) + row(3, x=5, y=45) + row(2, x=-20, y=90)
    assert arranged(boxes) == [[[0, 1, 2]], [[3, 4, 5]], [[6, 7]]]


@pytest.mark.parametrize("slope", [-5, 5])
def test_sloped_lines_are_followed(slope):
    boxes = row(12, slope=slope) + row(12, y=50, slope=slope)
    first, second = arranged(boxes)
    assert first == [list(range(12))]
    assert second == [list(range(12, 24))]


def test_uneven_digits_stay_on_their_line():
    boxes = [(0, 0, 20, 30), (30, 6, 20, 30), (60, -6, 20, 30), (90, 8, 18, 20)]
    assert arranged([*boxes, (120, 0, 20, 30)]) == [[[0, 1, 2, 3, 4]]]


def test_columns_are_read_across():
    left = [(0.0, 45.0 * i, 20.0, 30.0) for i in range(3)]
    right = [(200.0, 45.0 * i, 20.0, 30.0) for i in range(3)]
    assert arranged(left + right) == [[[0], [3]], [[1], [4]], [[2], [5]]]


def test_a_single_digit_is_a_number():
    assert arranged(row(1)) == [[[0]]]


def test_no_boxes_give_no_lines():
    assert arrange(np.zeros((0, 4), np.float32)) == []


def test_flat_boxes_are_still_arranged():
    assert arranged([(0, 5, 20, 0), (30, 5, 20, 0)], [0, 1]) == [[[0], [1]]]


def test_every_box_has_exactly_one_place():
    chance = np.random.default_rng(7)
    for count in range(1, 40):
        boxes = chance.uniform(0.1, 300, (count, 4)).astype(np.float32)
        placed = [i for line in arrange(boxes) for number in line for i in number]
        assert sorted(placed) == list(range(count))


@given(places)
def test_wherever_boxes_stand_each_is_read_once_and_rightwards(boxes):
    lines = arrange(np.array(boxes, np.float32))
    read = [i for line in lines for number in line for i in number]
    assert sorted(read) == list(range(len(boxes)))
    for line in lines:
        middles = [boxes[i][0] + boxes[i][2] / 2 for number in line for i in number]
        assert middles == sorted(middles)


@given(places, st.randoms())
def test_the_order_in_which_digits_were_found_does_not_matter(boxes, chance):
    order = list(range(len(boxes)))
    chance.shuffle(order)
    in_order = arranged(boxes, list(range(len(boxes))))
    assert arranged(boxes, order) == in_order


@given(places, st.integers(-3, 3), st.integers(0, 64), st.integers(0, 64))
def test_a_page_that_is_larger_or_moved_reads_the_same(boxes, doublings, right, down):
    page = np.array(boxes, np.float32)
    other = page * np.float32(2.0**doublings) + np.float32([right, down, 0, 0])
    assert arrange(other) == arrange(page)


def test_the_line_of_one_digit_is_its_box():
    (line,) = find_lines(np.array([[10, 20, 8, 30]], np.float32))
    assert line.numbers == ((0,),)
    assert (line.slope, line.x, line.y) == (0, 10, 50)
    assert (line.length, line.height, line.margin) == (8, 30, 1)
