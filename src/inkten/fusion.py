"""Two opinions -> one: the detector saw the digit in its place, the classifier up close.

The weights are fitted on synthetic pages of MNIST's 5,000 validation digits:
``python -m inkten.training.calibrate`` prints them, and the least confidence.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkten.classification.tiles import TILE_SIDE
from inkten.detection import Detections
from inkten.models.onnx import Classify

FLOOR = 1e-6  # no opinion is ever certain
LEAST_DOUBT = 1e-3  # of a classifier: when it is surer yet, that says no more
LEAST_BELIEF = 0.5  # that a find is a digit: below, it is none
MIN_CONFIDENCE = 0.53  # in its value: fitted, too; below, a digit is read as "?"


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each opinion counts, on the scale of log odds."""

    bias: float
    detector: float
    reject_weight: float  # the classifier's, where it sees no digit
    accept_weight: float  # where it sees one
    detector_digit: float
    classifier_digit: float
    neighbour: float  # a digit's that stands beside it


# Of a classifier that can also say "no digit", as the cnn, and of one that cannot.
WITH_REJECT = Weights(
    bias=0.11,
    detector=2.46,
    reject_weight=0.49,
    accept_weight=0.29,
    detector_digit=0.51,
    classifier_digit=0.63,
    neighbour=0.5,
)
WITHOUT_REJECT = Weights(
    bias=0.34,
    detector=3.36,
    reject_weight=0.0,
    accept_weight=0.0,
    detector_digit=0.87,
    classifier_digit=0.17,
    neighbour=0.53,
)


def weights_for(classify: Classify) -> Weights:
    """Ask a classifier whether a blank tile shows a digit; one that can doubt does."""
    blank = np.zeros((1, TILE_SIDE, TILE_SIDE), np.float32)
    return WITH_REJECT if classify(blank).sum() < 1 - LEAST_DOUBT else WITHOUT_REJECT


def join(
    finds: Detections, seen: NDArray[np.float32], weights: Weights = WITH_REJECT
) -> NDArray[np.float32]:
    """Join what detector and classifier say of each find.

    Args:
        finds: N finds, with the detector's scores and digits.
        seen: (N, 10) the classifier's probabilities; what a row lacks to 1 is its
            belief that there is no digit.
        weights: how much each counts.

    Returns:
        (N, 10) probabilities of each digit; a row's sum is the belief in any.
    """
    if not len(finds):
        return np.zeros((0, 10), np.float32)
    a_digit = seen.sum(axis=1)
    each = seen / (a_digit[:, None] + FLOOR)
    log_values = weights.classifier_digit * np.log(each + FLOOR)
    log_values += weights.detector_digit * np.log(finds.digits + FLOOR)
    values = np.exp(log_values - log_values.max(axis=1, keepdims=True))
    values /= values.sum(axis=1, keepdims=True)
    log_odds = (
        weights.bias
        + weights.detector * _logit(finds.scores)
        + weights.reject_weight * np.log(np.clip(a_digit, FLOOR, 1))
        - weights.accept_weight * np.log(np.clip(1 - a_digit, LEAST_DOUBT, 1))
    )
    belief = 1 / (1 + np.exp(-log_odds))
    return np.asarray(values * belief[:, None], np.float32)


def accepted(joined: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which finds are believed to be digits, (N,)."""
    return np.asarray(joined.sum(axis=1) >= LEAST_BELIEF, np.bool_)


def _logit(share: NDArray[np.float32]) -> NDArray[np.float32]:
    inside = np.clip(share, FLOOR, 1 - FLOOR)
    return np.asarray(np.log(inside / (1 - inside)), np.float32)
