"""Ink beside a line that no digit covers."""

import numpy as np
import pytest

from inkten.detection import Detections
from inkten.layout.lines import find_lines
from inkten.layout.uncovered import missed_probability, uncovered_ink

DIGITS = np.array([(60 + 30 * i, 60, 20, 30) for i in range(4)], np.float32)


def picture(*more, paper=220, ink=40):
    """Frames as ink, at the boxes of the digits and at more boxes."""
    gray = np.full((160, 320), paper, np.uint8)
    for x, y, wide, high in [*DIGITS.astype(int).tolist(), *more]:
        gray[y : y + high, x : x + wide] = ink
        gray[y + 4 : y + high - 4, x + 4 : x + wide - 4] = paper
    return gray


def uncovered(gray):
    return uncovered_ink(gray, DIGITS, find_lines(DIGITS))


@pytest.mark.parametrize(("paper", "ink"), [(220, 40), (30, 230)])
def test_a_digit_that_was_not_found_is_uncovered_ink(paper, ink):
    (box,) = uncovered(picture((186, 60, 20, 30), paper=paper, ink=ink)).boxes
    assert box == pytest.approx([186, 60, 20, 30], abs=2)


def test_the_nearest_digit_owns_the_ink():
    assert uncovered(picture((186, 60, 20, 30))).owners.tolist() == [3]
    assert uncovered(picture((28, 60, 20, 30))).owners.tolist() == [0]


@pytest.mark.parametrize(
    "box",
    [
        (186, 76, 8, 9),  # a dot
        (186, 60, 110, 12),  # a rule
        (186, 10, 20, 100),  # the side of a cell
        (186, 115, 20, 30),  # below the line
        (290, 60, 20, 30),  # too far away
    ],
)
def test_dust_rules_and_what_is_far_away_do_not_count(box):
    assert len(uncovered(picture(box))) == 0


def test_nothing_is_uncovered_where_all_digits_are_read():
    assert len(uncovered(picture())) == 0


def test_a_rejected_detection_and_the_classifier_make_a_missed_digit_likelier():
    ink = uncovered(picture((186, 60, 20, 30)))
    nothing = Detections.empty()
    there = Detections(
        ink.boxes, np.array([0.4], np.float32), np.full((1, 10), 0.1, np.float32)
    )
    none, score = np.zeros(0, np.float32), np.array([0.45], np.float32)
    sign, digit = np.array([0.01], np.float32), np.array([0.99], np.float32)
    (unlikely,) = missed_probability(ink, nothing, none, sign)
    (likelier,) = missed_probability(ink, nothing, none, digit)
    (likeliest,) = missed_probability(ink, there, score, digit)
    assert unlikely < 0.1 < likelier < likeliest
