import numpy as np
import pytest

from inkten.candidates import Candidates
from inkten.detection import Detections
from inkten.detection.coarse import SMALL
from inkten.detection.pyramid import MAX_SIDE
from inkten.image.decode import GrayImage
from inkten.options import ReadOptions
from inkten.orientation import covers_most, is_doubtful, is_much_surer
from inkten.passes import search_further


def sure(count, confidence=0.95):
    return np.full(count, confidence, np.float32)


def sides_searched(candidates):
    """How finely a picture is searched again, each time with the same result."""
    sides = []

    def search(images, options, max_side):
        sides.extend([max_side] * len(images))
        return [candidates]

    search_further(search, candidates, ReadOptions(), lambda: candidates.image)
    return sides


def test_a_picture_is_turned_first_only_where_that_is_asked_for():
    assert [ReadOptions(rotate=rotate).first_turn for rotate in ("auto", 0, 90)] == [
        0,
        0,
        90,
    ]


@pytest.mark.parametrize(
    ("confidences", "uncovered", "doubtful"),
    [
        (sure(4), 0, False),
        (sure(4, 0.6), 0, True),
        (sure(4), 3, True),
        (sure(0), 0, True),
    ],
)
def test_unsure_digits_and_ink_that_is_not_read_raise_doubt(
    confidences, uncovered, doubtful
):
    assert is_doubtful(confidences, uncovered) == doubtful


def test_a_turn_is_kept_only_where_it_is_much_surer():
    assert is_much_surer(sure(4), sure(3, 0.6))
    assert not is_much_surer(sure(4), sure(4, 0.85))


def test_a_single_digit_stays_as_it_lies():
    """A 6 on its head is a 9, and neither says which way is up."""
    assert not is_much_surer(sure(1, 1.0), sure(3, 0.1))


def test_a_turn_must_leave_little_ink_of_a_digits_size_unread():
    """A text on its side: a few letters pass for digits, the others are left over."""
    assert covers_most(sure(4, 0.9), 3)
    assert not covers_most(sure(4, 0.9), 4)
    assert not covers_most(sure(2, 0.7), 1)


@pytest.mark.parametrize(("dirt", "turns"), [(240, 0), (120, 3)])
def test_an_unsure_digit_alone_on_its_paper_is_not_turned(dirt, turns):
    """It does not show which way is up; with other ink, it may be a part of a page."""
    pixels = np.full((200, 200), 240, np.uint8)
    pixels[80:120, 90:110], pixels[10:180, 20:40] = 30, dirt
    box, digits = np.array([[90, 80, 20, 40]], np.float32), np.full((1, 10), 0.06)
    candidates = Candidates(
        GrayImage(pixels),
        Detections(box, np.ones(1, np.float32), digits.astype(np.float32)),
        np.zeros((1, 28, 28), np.float32),
        digits.astype(np.float32),
        [0],
    )
    assert len(sides_searched(candidates)) == turns


@pytest.mark.parametrize(("rejected", "searched_to"), [(1, MAX_SIDE), (0, None)])
def test_a_page_without_digits_is_searched_completely_at_every_turn_if_there_is_doubt(
    rejected, searched_to
):
    """Digits on their side may all be rejected; on bare paper a coarse look will do."""
    pixels = np.full((200, 200), 240, np.uint8)
    found = Detections(
        np.full((rejected, 4), 40, np.float32),
        np.ones(rejected, np.float32),
        np.full((rejected, 10), 0.1, np.float32),
    )
    tiles = np.zeros((rejected, 28, 28), np.float32)
    candidates = Candidates(GrayImage(pixels), found, tiles, 0.1 * found.digits, [])
    assert sides_searched(candidates) == [searched_to] * 3


@pytest.mark.parametrize(
    ("width", "searched_to"), [(20, round(200 * SMALL / 20)), (60, None)]
)
def test_a_lone_sure_digit_is_compared_with_what_others_of_its_size_would_be_seen_at(
    width, searched_to
):
    """The others of a number on its side are as small as the one that is found."""
    pixels = np.full((200, 200), 240, np.uint8)
    pixels[80:140, 90 : 90 + width], pixels[85:135, 30:60] = 30, 30
    box = np.array([[90, 80, width, 60]], np.float32)
    digits = 0.96 * np.eye(10, dtype=np.float32)[:1]
    found = Detections(box, np.ones(1, np.float32), digits)
    tiles = np.zeros((1, 28, 28), np.float32)
    candidates = Candidates(GrayImage(pixels), found, tiles, digits, [0])
    assert candidates.unread
    assert sides_searched(candidates) == [searched_to] * 3
