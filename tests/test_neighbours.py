import numpy as np
import pytest

from inkten.detection import Detections
from inkten.fusion import boost_neighbours

SURE, DOUBTFUL = 0.95, 0.4


def detections(*boxes):
    count = len(boxes)
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.full(count, 0.5, np.float32),
        np.full((count, 10), 0.1, np.float32),
    )


def fused(*any_digit):
    """Of each probability of any digit, three quarters for a 1, the rest for a 7."""
    probabilities = np.zeros((len(any_digit), 10), np.float32)
    probabilities[:, 1], probabilities[:, 7] = (
        0.75 * np.array(any_digit),
        0.25 * np.array(any_digit),
    )
    return probabilities


def probability_beside(box, of_the_other=SURE):
    """The probability of a doubtful detection at 0, 0 of 10x30 beside another one."""
    both = detections((0, 0, 10, 30), box)
    return boost_neighbours([both], fused(DOUBTFUL, of_the_other), 1.0)[0].sum()


def test_a_doubtful_detection_beside_a_digit_becomes_likelier():
    odds = DOUBTFUL / (1 - DOUBTFUL) * np.e
    raised = pytest.approx(odds / (1 + odds), abs=1e-6)
    assert probability_beside((20, 2, 20, 28)) == raised  # on its line
    assert probability_beside((0, 45, 20, 28)) == raised  # below it


@pytest.mark.parametrize(
    "box",
    [
        (41, 0, 20, 30),  # too far off
        (20, 40, 20, 30 * 1.5),  # far higher
        (20, 0, 10, 30 / 1.5),  # far lower
        (1, 3, 10, 28),  # the same strokes
    ],
)
def test_distant_unequal_or_same_ink_is_not_a_neighbour(box):
    assert probability_beside(box) == np.float32(DOUBTFUL)


def test_two_doubtful_detections_do_not_raise_each_other():
    assert probability_beside((20, 0, 20, 30), of_the_other=0.49) == np.float32(
        DOUBTFUL
    )


def test_the_likeliest_digit_stays_the_likeliest_and_sums_stay_below_one():
    both = detections((0, 0, 10, 30), (20, 0, 20, 30))
    probabilities = boost_neighbours([both], fused(1, 1), 3.0)
    assert probabilities == pytest.approx(fused(1, 1))


def test_neighbours_are_looked_for_within_each_picture():
    alone, none = detections((0, 0, 10, 30)), detections()
    pair = detections((0, 0, 10, 30), (20, 0, 20, 30))
    before = fused(DOUBTFUL, SURE, DOUBTFUL, SURE)
    after = boost_neighbours([alone, none, pair, alone], before, 0.5).sum(axis=1)
    raised = after > before.sum(axis=1)
    assert raised.tolist() == [False, False, True, False]


def test_no_detections_stay_no_detections():
    assert boost_neighbours([detections()], fused(), 0.5).shape == (0, 10)
