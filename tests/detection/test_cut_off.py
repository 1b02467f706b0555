import cv2
import numpy as np
import pytest

import inkten
from inkten.detection import Detections
from inkten.detection.cut_off import ink_running_on, with_paper

LOOP = np.array([9, 33, 23, 23], np.float32)
WHOLE = np.array([9, 5, 23, 51], np.float32)


@pytest.fixture
def six():
    """A tall 6, its stem and its loop, on hardly any paper: (60, 40)."""
    image = np.full((60, 40), 230, np.uint8)
    cv2.ellipse(image, (20, 44), (10, 10), 0, 0, 360, 20, 3)
    cv2.line(image, (11, 42), (18, 6), 20, 3)
    return image


@pytest.mark.parametrize("inverted", [False, True])
def test_the_stem_of_a_6_runs_on_past_the_box_of_its_loop(six, inverted):
    gray = 255 - six if inverted else six
    ink = ink_running_on(gray, LOOP)
    assert np.abs(ink - WHOLE).max() <= 3
    assert ink_running_on(gray, WHOLE) is None


def test_a_rule_that_crosses_a_digit_is_not_its_ink(six):
    page = np.full((60, 240), 230, np.uint8)
    page[:, 100:140] = six
    page[44:46] = 20
    assert ink_running_on(page, WHOLE + np.array([100, 0, 0, 0])) is None


def test_blank_paper_has_no_ink_that_runs_on():
    assert ink_running_on(np.full((60, 40), 230, np.uint8), LOOP) is None


@pytest.mark.parametrize("beside", [0, 200])
def test_paper_is_added_only_beyond_the_picture(six, beside):
    page = np.full((60 + 2 * beside, 40 + 2 * beside), 230, np.uint8)
    page[beside : beside + 60, beside : beside + 40] = six
    ink = WHOLE + np.array([beside, beside, 0, 0], np.float32)
    part, corner = with_paper(page, ink)
    assert part.shape == (51 + 2 * 51, 23 + 2 * 51)
    left, top = (np.array([beside, beside]) - corner).astype(int)
    assert np.array_equal(part[top : top + 60, left : left + 40], six)


def test_a_single_digit_that_is_cut_off_is_searched_again_with_more_paper(six):
    def detect(image, *, single=False, max_side=None):
        """Finds only the loop of a digit that has little paper around it."""
        ys, xs = np.nonzero(image < 128)
        x, y, width, height = xs.min(), ys.min(), np.ptp(xs), np.ptp(ys)
        if len(image) < 2 * height:
            y, height = y + height / 2, height / 2
        box = np.array([[x, y, width, height]], np.float32)
        return Detections(box, np.full(1, 0.9, np.float32), np.full((1, 10), 0.1))

    def classify(tiles):
        return np.tile(np.eye(10, dtype=np.float32)[6], (len(tiles), 1))

    reader = inkten.Reader(classify, detect)
    (digit,) = reader.read(six, single=True).digits
    box = digit.box
    found = np.array([box.x, box.y, box.width, box.height])
    assert np.abs(found - WHOLE).max() <= 3
