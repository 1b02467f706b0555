from dataclasses import replace

import numpy as np
import pytest

from inkten.classification.classifier import NO_DIGIT
from inkten.detection import Detections
from inkten.fusion import WITH_REJECT
from inkten.training.calibrate import (
    FITTED_WITH_REJECT,
    Observations,
    fit_weights,
    min_confidence,
)

PAGES, ON_A_PAGE = 60, 5


@pytest.fixture(scope="module")
def observed():
    """Made-up pages: a good classifier, and a detector that is right less often."""
    rng = np.random.default_rng(0)
    truth = rng.choice([*range(10), NO_DIGIT], size=PAGES * ON_A_PAGE)
    is_digit = truth != NO_DIGIT
    scores = np.where(is_digit, rng.beta(4, 2, len(truth)), rng.beta(2, 4, len(truth)))
    classified = opinions(rng, truth, sure=5.0)
    probability_of_digit = np.where(is_digit, 0.95, 0.2)
    everything = Detections(
        boxes=np.tile(boxes_in_a_row(), (PAGES, 1)),
        scores=scores.astype(np.float32),
        digits=opinions(rng, truth, sure=1.0),
    )
    pages = everything.split(np.repeat(np.arange(PAGES), ON_A_PAGE), PAGES)
    classified *= probability_of_digit[:, None].astype(np.float32)
    return Observations(pages, classified, truth)


def boxes_in_a_row():
    """Digits side by side, 20 pixels apart."""
    left = 20 * np.arange(ON_A_PAGE)
    return np.stack([left, *np.full((3, ON_A_PAGE), 16)], axis=1).astype(np.float32)


def opinions(rng, truth, *, sure):
    """Softmaxes of noise, in which the true digit's logit is raised by ``sure``."""
    logits = rng.normal(0, 1, (len(truth), 10))
    digits = np.flatnonzero(truth != NO_DIGIT)
    logits[digits, truth[digits]] += sure
    powers = np.exp(logits)
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def fitted(observed):
    start = replace(WITH_REJECT, bias=-3.0, classifier_digit=0.1, neighbour=0.0)
    return start, fit_weights(observed, start, FITTED_WITH_REJECT)


def test_fitted_weights_have_a_lower_log_loss(observed, fitted):
    start, weights = fitted
    assert observed.log_loss(weights) < 0.9 * observed.log_loss(start)


def test_no_small_change_of_a_fitted_weight_lowers_the_log_loss(observed, fitted):
    _, weights = fitted
    alone = replace(weights, neighbour=0.0)
    lowest = observed.log_loss(alone) - 1e-6
    for name in FITTED_WITH_REJECT:
        for change in (-0.03, 0.03):
            changed = replace(alone, **{name: getattr(alone, name) + change})
            assert observed.log_loss(changed) >= lowest, name


def test_only_the_named_weights_and_the_neighbours_are_fitted(observed):
    weights = fit_weights(observed, WITH_REJECT, ["bias"])
    assert weights == replace(
        WITH_REJECT, bias=weights.bias, neighbour=weights.neighbour
    )


def test_the_log_loss_is_that_of_the_truth():
    """One sure digit that is right, one sure "no digit" that is right: no loss."""
    pages = [Detections(*sure_of(score)) for score in (1.0, 0.0)]
    classified = np.zeros((2, 10), np.float32)
    classified[0, 7] = 1
    right = Observations(pages, classified, np.array([7, NO_DIGIT]))
    wrong = Observations(pages, classified, np.array([NO_DIGIT, 7]))
    assert right.log_loss(WITH_REJECT) < 0.01
    assert wrong.log_loss(WITH_REJECT) > 5


def sure_of(score):
    digits = np.eye(10, dtype=np.float32)[[7]]
    return np.array([[0, 0, 16, 16]], np.float32), np.float32([score]), digits


def test_min_confidence_keeps_99_percent_of_the_correctly_read_digits():
    rng = np.random.default_rng(0)
    count = 1000
    confidence = rng.uniform(0.55, 1, count)
    fused = np.zeros((count, 10), np.float32)
    fused[:, 3] = confidence
    truth = np.full(count, 3)
    truth[::10] = 4  # read wrongly: these must not count
    fused[1::10, 3] = 0.1  # rejected: nor these
    correct = (truth == 3) & (fused[:, 3] > 0.5)
    least = min_confidence(fused, truth)
    assert (fused[correct, 3] >= least).sum() == 0.99 * correct.sum()
