import cv2
import numpy as np
import pytest

from inkten import Reader
from inkten.datasets import mnist
from inkten.detection.margin import add_margin, margin_of

COUNT = 20  # of each of 6 and 9, whose loops look like a 0


def cut_out(image):
    """A digit of MNIST, dark on light, without any paper around it."""
    rows, columns = (np.flatnonzero((image > 64).any(axis=axis)) for axis in (1, 0))
    ink = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    large = cv2.resize(ink, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    return np.asarray(255 - large, np.uint8)


@pytest.fixture(scope="module")
def heights():
    """The height that is found of digits that fill their pictures, as a share."""
    data = mnist.load()
    places = [np.flatnonzero(data.test_labels == digit)[:COUNT] for digit in (6, 9)]
    pictures = [cut_out(data.test_images[place]) for place in np.concatenate(places)]
    readings = Reader(min_confidence=0).read_many(pictures, single=True)
    heights = []
    for picture, reading in zip(pictures, readings, strict=True):
        (digit,) = reading.digits
        heights.append(digit.box.height / picture.shape[0])
        assert 0 <= digit.box.x + digit.box.width / 2 <= picture.shape[1]
    return heights


def test_of_a_digit_that_fills_its_picture_more_than_the_loop_is_found(heights):
    assert min(heights) > 0.7  # a loop is about half of it


@pytest.mark.xfail(strict=True, reason="of one 6, the top of its stroke is left out")
def test_a_digit_that_fills_its_picture_is_read_whole(heights):
    assert min(heights) > 0.8


def test_a_digit_with_paper_around_it_gets_no_more():
    image = np.pad(mnist.load().test_images[0], 8)
    assert margin_of(image) == 0
    assert add_margin(image, 0) is image


def test_paper_is_continued_on_all_sides():
    gray = np.full((40, 20), 200, np.uint8)
    gray[:, 8:12] = 30  # a stroke from border to border
    padded = add_margin(gray, margin_of(gray))
    assert padded.shape == (60, 40)
    assert (padded[:10] == 200).all()
    assert (padded[10:50, 10:30] == gray).all()


def test_a_long_strip_does_not_grow_many_times_as_large():
    gray = np.full((60, 20_000), 255, np.uint8)
    gray[:, 500:510] = 0
    assert margin_of(gray) <= 60
