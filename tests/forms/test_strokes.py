"""What is print in a field, what is ink, and whose cell the ink is in."""

import cv2
import numpy as np
import pytest

from inkten.digits import Box
from inkten.forms.print_density import density_of, print_on
from inkten.forms.strokes import Strokes, pen_on

CELLS = [Box(20 + 40 * number, 20, 40, 56) for number in range(3)]


def paper():
    return np.full((96, 160), 255, np.uint8)


def strokes_of(gray, pen=0.0):
    return Strokes.of(gray, np.zeros(gray.shape, np.bool_), 56, pen)


@pytest.fixture
def frame():
    """The density of three cells as they are printed."""
    gray = paper()
    for cell in CELLS:
        corners = (int(cell.x), int(cell.y)), (int(cell.right), int(cell.bottom))
        cv2.rectangle(gray, *corners, 30, 2)
    return density_of(gray)


@pytest.mark.parametrize("shift", [(0, 0), (1.4, -0.6), (-2.3, 1.2)])
@pytest.mark.parametrize("blur", [0.7, 1.4])
def test_print_is_subtracted_and_ink_that_crosses_it_stays(frame, shift, blur):
    move = np.array([[1, 0, shift[0]], [0, 1, shift[1]]], np.float32)
    on_photo = cv2.GaussianBlur(cv2.warpAffine(frame, move, (160, 96)), (0, 0), blur)
    ink = np.zeros_like(frame)
    cv2.line(ink, (30, 30), (90, 66), 1.0, 4, cv2.LINE_AA)
    photo = 0.6 * on_photo + ink
    left = photo - print_on(photo, photo, [frame])
    assert left[ink == 0].max() < 0.2
    assert left[ink == 1].min() > 0.6


def test_a_field_without_print_is_left_as_it_is():
    ink = np.full((96, 160), 0.5, np.float32)
    assert not print_on(ink, ink, [np.zeros_like(ink)]).any()


def test_digits_that_touch_are_shared_by_their_cells():
    gray = paper()
    cv2.ellipse(gray, (42, 48), (9, 18), 0, 0, 360, 30, 3)
    cv2.ellipse(gray, (69, 48), (18, 18), 0, 0, 360, 30, 3)
    gray[24:32, 30:34] = 30  # a speck in the first cell
    first, second, third = strokes_of(gray).in_cells(CELLS)
    assert first.is_written
    assert second.is_written
    assert not third.is_written


def test_a_digit_that_crosses_its_cell_stays_whole():
    gray = paper()
    cv2.ellipse(gray, (50, 48), (14, 18), 0, 0, 360, 30, 3)
    first, second, _ = strokes_of(gray).in_cells(CELLS)
    assert first.boxes[0].width >= 30
    assert not second.is_written


def test_a_faint_digit_beside_a_dark_one_is_kept():
    gray = paper()
    cv2.line(gray, (40, 30), (40, 66), 20, 4)
    cv2.line(gray, (80, 30), (80, 66), 200, 4)
    first, second, _ = strokes_of(gray, pen_on([gray])).in_cells(CELLS)
    assert first.is_written
    assert second.is_written


def test_what_is_fainter_than_the_pen_where_print_was_is_no_writing():
    written, rest = paper(), paper()
    cv2.line(written, (40, 30), (40, 66), 20, 4)
    cv2.line(rest, (64, 30), (64, 66), 200, 2)
    near_print = np.zeros(rest.shape, np.bool_)
    near_print[:, 58:63] = True
    of_dark, of_faint = pen_on([written, rest]), pen_on([rest])
    assert not Strokes.of(rest, near_print, 56, of_dark).is_written
    assert Strokes.of(rest, near_print, 56, of_faint).is_written  # with a pencil


def test_cells_of_a_pixel_or_two_are_told_apart():
    gray = np.full((40, 12), 255, np.uint8)
    gray[10:30, 2:12] = 30
    cells = [Box(2 * number, 0, 2, 40) for number in range(6)]
    assert len(strokes_of(gray).in_cells(cells)) == 6
