import math

import cv2
import numpy as np
import pytest

from inkten.layout.lines import find_lines
from inkten.recognition.strips import (
    DIGIT_HEIGHT,
    STRIP_HEIGHT,
    cut_strip,
    normalized,
)


def strip_of(page, places=slice(None)):
    (line,) = find_lines(page.boxes[places])
    return cut_strip(page.gray, line)


def ink_columns(strip):
    return np.flatnonzero((normalized(strip.pixels) > 1).any(axis=0))


@pytest.mark.parametrize("height", [20, 56, 300])
def test_digits_of_any_size_are_18_px_high_on_a_strip(write, height):
    strip = strip_of(write("407", height=height))
    rows = np.flatnonzero((normalized(strip.pixels) > 1).any(axis=1))
    assert len(strip.pixels) == STRIP_HEIGHT
    assert rows[-1] - rows[0] + 1 == pytest.approx(DIGIT_HEIGHT, abs=3)


@pytest.mark.parametrize("found", [slice(1, None), slice(0, 3), slice(1, 2)])
def test_a_strip_goes_on_to_the_digits_that_were_missed(write, found):
    page = write("4071")
    complete, partly = strip_of(page), strip_of(page, found)
    assert abs(partly.pixels.shape[1] - complete.pixels.shape[1]) <= 6


def test_a_strip_ends_where_a_wide_gap_begins(write):
    page = write("40 71")
    assert (
        strip_of(page, slice(0, 2)).pixels.shape[1]
        < 0.6 * (strip_of(page).pixels.shape[1])
    )


def test_a_strip_does_not_reach_beyond_the_picture(write):
    page = write("4071")
    left, width = int(page.boxes[0, 0]), page.gray.shape[1]
    gray = page.gray[:, left - 2 :].copy()
    gray[:, 1] = 0  # as ink would be, were the border repeated
    page.boxes[:, 0] -= left - 2
    (line,) = find_lines(page.boxes)
    strip = cut_strip(gray, line)
    assert strip.line.before <= 3
    assert strip.pixels.shape[1] < width


def test_a_tilted_line_is_cut_straight(write):
    page = write("4071")
    angle = math.radians(10)
    turn = np.array([[math.cos(angle), -math.sin(angle), 40],
                     [math.sin(angle), math.cos(angle), 5]])  # fmt: skip
    size = page.gray.shape[1] + 60, page.gray.shape[0] + 110
    gray = cv2.warpAffine(page.gray, turn, size, borderMode=cv2.BORDER_REPLICATE)
    centres = page.boxes[:, :2] + page.boxes[:, 2:] / 2
    centres = centres @ turn[:, :2].T + turn[:, 2]
    boxes = np.hstack([centres - page.boxes[:, 2:] / 2, page.boxes[:, 2:]])
    (line,) = find_lines(boxes.astype(np.float32))
    tilted, upright = cut_strip(gray, line), strip_of(page)
    width = min(tilted.pixels.shape[1], upright.pixels.shape[1])
    one, other = (normalized(s.pixels[:, :width]).ravel() for s in (tilted, upright))
    assert np.corrcoef(one, other)[0, 1] > 0.7


def test_ink_is_positive_whatever_its_colour(write):
    page = write("4071")
    strip = strip_of(page).pixels
    assert np.abs(normalized(strip) - normalized(255 - strip)).max() < 0.1
    assert normalized(strip).max() > 1.5


def test_steps_and_places_along_the_line_are_inverse(write):
    page = write("4071")
    strip = strip_of(page)
    steps = np.array([0.0, 3.0, 7.5])
    places = np.array([strip.along(step) for step in steps])
    assert strip.step_of(places) == pytest.approx(steps)
    along, above = strip.line.places(page.boxes)
    column = (strip.step_of(along) + 0.5) * 4
    assert above / strip.line.height == pytest.approx(0.5, abs=0.1)
    inked = ink_columns(strip)
    assert column[0] == pytest.approx(
        inked[0] + page.boxes[0, 2] / strip.scale / 2, abs=2
    )


def test_points_of_a_line_and_their_places_are_inverse():
    boxes = np.array([[10, 10, 20, 30], [40, 16, 20, 30]], np.float32)
    (line,) = find_lines(boxes)
    along, above = line.places(boxes)
    for place, box in zip(zip(along, above, strict=True), boxes, strict=True):
        assert line.point(*place) == pytest.approx(box[:2] + box[2:] / 2, abs=1e-3)
