import numpy as np
import pytest

from inkten.detection import Detections
from inkten.fusion import WITH_REJECT, WITHOUT_REJECT, accepted, fuse_each, weights_for


def finds(scores, digit=3, sure=0.9):
    digits = np.full((len(scores), 10), (1 - sure) / 9, np.float32)
    digits[:, digit] = sure
    boxes = np.tile(np.array([0, 0, 20, 30], np.float32), (len(scores), 1))
    return Detections(boxes, np.array(scores, np.float32), digits)


def fused(detections, classified):
    return fuse_each(detections, classified, WITH_REJECT)


def seen(digit, sure, *, of=1.0, count=1):
    rows = np.full((count, 10), of * (1 - sure) / 9, np.float32)
    rows[:, digit] = of * sure
    return rows


def test_two_that_agree_are_surer_than_one_that_doubts():
    agreed = fused(finds([0.9], digit=3), seen(3, 0.9))
    doubted = fused(finds([0.9], digit=5), seen(3, 0.9))
    assert agreed.argmax() == 3
    assert agreed.max() > doubted.max()


def test_a_row_is_a_belief_of_at_most_one():
    joined = fused(finds([0.99, 0.5, 0.02]), seen(3, 1.0, count=3))
    assert (joined >= 0).all()
    assert (joined.sum(axis=1) <= 1 + 1e-5).all()


def test_what_the_classifier_takes_for_no_digit_is_none():
    sure, none = finds([0.7]), seen(3, 0.9, of=0.001)
    assert not accepted(fused(sure, none)).any()
    assert accepted(fused(sure, seen(3, 0.9, of=0.999))).all()


def test_a_fainter_find_is_believed_less():
    belief = fused(finds([0.3, 0.6, 0.95]), seen(3, 0.9, count=3)).sum(axis=1)
    assert belief.tolist() == sorted(belief)


def test_certain_opinions_stay_finite():
    zeros = np.zeros((1, 10), np.float32)
    assert np.isfinite(fused(finds([1.0]), zeros)).all()
    assert np.isfinite(fused(finds([0.0]), seen(3, 1.0))).all()


@pytest.mark.parametrize(
    ("rejects", "weights"), [(True, WITH_REJECT), (False, WITHOUT_REJECT)]
)
def test_weights_depend_on_whether_the_classifier_rejects(rejects, weights):
    assert weights_for(rejects=rejects, single=False) is weights
    assert weights_for(rejects=rejects, single=True).neighbour == 0


@pytest.mark.filterwarnings("error")
def test_nothing_found_is_no_opinion():
    empty = finds([])
    assert fused(empty, np.zeros((0, 10), np.float32)).shape == (0, 10)
