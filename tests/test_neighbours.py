import numpy as np
import pytest

from inkten.detection import Detections
from inkten.fusion import boost_neighbours

SURE, DOUBTFUL = 0.95, 0.4


def finds(*boxes):
    count = len(boxes)
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.full(count, 0.5, np.float32),
        np.full((count, 10), 0.1, np.float32),
    )


def opinions(*beliefs):
    """Three quarters of each belief for a 1, the rest for a 7."""
    joined = np.zeros((len(beliefs), 10), np.float32)
    joined[:, 1], joined[:, 7] = 0.75 * np.array(beliefs), 0.25 * np.array(beliefs)
    return joined


def belief_beside(box, of_the_other=SURE):
    """The belief in a doubtful find at 0, 0 of 10x30, with another find there."""
    both = finds((0, 0, 10, 30), box)
    return boost_neighbours([both], opinions(DOUBTFUL, of_the_other), 1.0)[0].sum()


def test_a_doubtful_find_beside_a_digit_is_believed_sooner():
    odds = DOUBTFUL / (1 - DOUBTFUL) * np.e
    raised = pytest.approx(odds / (1 + odds), abs=1e-6)
    assert belief_beside((20, 2, 20, 28)) == raised  # on its line
    assert belief_beside((0, 45, 20, 28)) == raised  # below it


@pytest.mark.parametrize(
    "box",
    [
        (41, 0, 20, 30),  # too far off
        (20, 40, 20, 30 * 1.5),  # far higher
        (20, 0, 10, 30 / 1.5),  # far lower
        (1, 3, 10, 28),  # the same strokes
    ],
)
def test_what_is_no_neighbour_is_no_company(box):
    assert belief_beside(box) == np.float32(DOUBTFUL)


def test_two_doubtful_finds_do_not_raise_each_other():
    assert belief_beside((20, 0, 20, 30), of_the_other=0.49) == np.float32(DOUBTFUL)


def test_the_likelier_value_stays_the_likelier_and_no_belief_passes_one():
    both = finds((0, 0, 10, 30), (20, 0, 20, 30))
    joined = boost_neighbours([both], opinions(1, 1), 3.0)
    assert joined == pytest.approx(opinions(1, 1))


def test_each_picture_keeps_its_own_company():
    alone, none = finds((0, 0, 10, 30)), finds()
    pair = finds((0, 0, 10, 30), (20, 0, 20, 30))
    before = opinions(DOUBTFUL, SURE, DOUBTFUL, SURE)
    after = boost_neighbours([alone, none, pair, alone], before, 0.5).sum(axis=1)
    raised = after > before.sum(axis=1)
    assert raised.tolist() == [False, False, True, False]


def test_nothing_found_stays_nothing():
    assert boost_neighbours([finds()], opinions(), 0.5).shape == (0, 10)
