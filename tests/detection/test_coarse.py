import numpy as np
import pytest

from inkten.detection.coarse import coarse_side, needs_full_pass
from inkten.detection.pyramid import MAX_SIDE


def wanted(size, boxes, *, confidences=None, inked=None):
    """Whether a picture wants more, with ink in the boxes found, or in others."""
    gray = np.full(size, 255, np.uint8)
    for x, y, width, height in boxes if inked is None else inked:
        gray[y : y + height, x : x + width] = 0
    digits = np.array(boxes, np.float32).reshape(-1, 4)
    sure = np.array(confidences or [0.9] * len(boxes), np.float32)
    return bool(needs_full_pass([digits], [sure], [gray]))


LITTLE = (28, 28)
DIGIT = (9, 4, 12, 20)  # x, y, width, height in 28x28
BESIDE_IT = (3, 6, 3, 15)
PHOTO = (600, 800)
LARGE = (100, 150, 200, 300)
LARGE_TOO = (400, 160, 180, 280)
SMALL = (700, 500, 5, 14)  # much too small for the coarse level


def test_the_coarse_level_is_one_of_the_full_pass():
    for long_side in (28, 64, 100, 280, 1000, 4000):
        coarse = coarse_side(long_side)
        assert coarse <= 128
        assert np.log2(min(long_side, MAX_SIDE) / coarse) % 1 == 0


@pytest.mark.parametrize(
    ("size", "boxes"),
    [(LITTLE, [DIGIT]), (PHOTO, [LARGE]), (PHOTO, [LARGE, LARGE_TOO])],
)
def test_the_coarse_pass_is_enough_where_sure_digits_cover_all_ink(size, boxes):
    assert not wanted(size, boxes)


@pytest.mark.parametrize(
    ("size", "boxes", "ink"),
    [(LITTLE, [DIGIT], [DIGIT, BESIDE_IT]), (PHOTO, [LARGE], [LARGE, SMALL])],
)
def test_a_full_pass_is_needed_where_doubt_is_left(size, boxes, ink):
    assert wanted(size, [])
    assert wanted(size, boxes, confidences=[0.5])
    assert wanted(size, ink, confidences=[0.9, 0.5])
    assert wanted(size, boxes, inked=ink)


def test_shade_is_not_ink():
    shade = np.linspace(90, 255, PHOTO[1]).astype(np.uint8)
    gray = np.tile(shade, (PHOTO[0], 1))
    x, y, width, height = LARGE
    gray[y : y + height, x : x + width] //= 4
    digit = np.array([LARGE], np.float32)
    assert needs_full_pass([digit], [np.array([0.9], np.float32)], [gray]) == []


def test_pictures_of_one_size_are_judged_separately():
    clean, unclean = np.full((2, *LITTLE), 255, np.uint8)
    clean[4:24, 9:21] = unclean[4:24, 9:21] = unclean[6:21, 3:6] = 0
    digit, sure = np.array([DIGIT], np.float32), np.array([0.9], np.float32)
    grays = [clean, unclean, clean, unclean]
    assert needs_full_pass([digit] * 4, [sure] * 4, grays) == [1, 3]


@pytest.mark.parametrize(("size", "wants"), [((8, 8), True), ((28, 120), False)])
def test_the_size_alone_may_decide(size, wants):
    assert wanted(size, []) == wants
    assert wanted(size, [(1, 1, 6, 6)]) == wants
