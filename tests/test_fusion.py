import numpy as np
import pytest

from inkten.detection import Detections
from inkten.fusion import WITH_REJECT, WITHOUT_REJECT, accepted, fuse_each, weights_for


def detections(scores, digit=3, sure=0.9):
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


def test_agreement_makes_surer_than_disagreement():
    agreed = fused(detections([0.9], digit=3), seen(3, 0.9))
    doubted = fused(detections([0.9], digit=5), seen(3, 0.9))
    assert agreed.argmax() == 3
    assert agreed.max() > doubted.max()


def test_a_row_sums_to_at_most_one():
    joined = fused(detections([0.99, 0.5, 0.02]), seen(3, 1.0, count=3))
    assert (joined >= 0).all()
    assert (joined.sum(axis=1) <= 1 + 1e-5).all()


def test_what_the_classifier_rejects_is_not_accepted():
    sure, none = detections([0.7]), seen(3, 0.9, of=0.001)
    assert not accepted(fused(sure, none)).any()
    assert accepted(fused(sure, seen(3, 0.9, of=0.999))).all()


def test_a_lower_score_gives_a_lower_probability():
    any_digit = fused(detections([0.3, 0.6, 0.95]), seen(3, 0.9, count=3)).sum(axis=1)
    assert any_digit.tolist() == sorted(any_digit)


def test_certain_opinions_stay_finite():
    zeros = np.zeros((1, 10), np.float32)
    assert np.isfinite(fused(detections([1.0]), zeros)).all()
    assert np.isfinite(fused(detections([0.0]), seen(3, 1.0))).all()


@pytest.mark.parametrize(
    ("rejects", "weights"), [(True, WITH_REJECT), (False, WITHOUT_REJECT)]
)
def test_weights_depend_on_whether_the_classifier_rejects(rejects, weights):
    assert weights_for(rejects=rejects, single=False) is weights
    assert weights_for(rejects=rejects, single=True).neighbour == 0


@pytest.mark.filterwarnings("error")
def test_no_detections_give_no_probabilities():
    empty = detections([])
    assert fused(empty, np.zeros((0, 10), np.float32)).shape == (0, 10)
