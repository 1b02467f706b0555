"""Two opinions -> one: the finder saw the digit in its place, the classifier up close.

The weights are fitted on synthetic pages of MNIST's 5,000 validation digits:
``python -m inkten.training.fit_belief`` prints them, and the least confidence.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkten.finder import Finds
from inkten.models.session import Classify
from inkten.tiles import TILE_SIDE

FLOOR = 1e-6  # no opinion is ever certain
LEAST_DOUBT = 1e-3  # of a classifier: when it is surer yet, that says no more
LEAST_BELIEF = 0.5  # that a find is a digit: below, it is none
MIN_CONFIDENCE = 0.53  # in its value: fitted, too; below, a digit is read as "?"


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each opinion counts, on the scale of log odds."""

    bias: float
    finder: float
    against: float  # the classifier's, where it sees no digit
    in_favour: float  # where it sees one
    finder_value: float
    classifier_value: float
    company: float  # a digit's that stands beside it


# Of a classifier that can also say "no digit", as the cnn, and of one that cannot.
DOUBTING = Weights(
    bias=0.11,
    finder=2.46,
    against=0.49,
    in_favour=0.29,
    finder_value=0.51,
    classifier_value=0.63,
    company=0.5,
)
NEVER_DOUBTING = Weights(
    bias=0.34,
    finder=3.36,
    against=0.0,
    in_favour=0.0,
    finder_value=0.87,
    classifier_value=0.17,
    company=0.53,
)


def weights_for(classify: Classify) -> Weights:
    """Ask a classifier whether a blank tile shows a digit; one that can doubt does."""
    blank = np.zeros((1, TILE_SIDE, TILE_SIDE), np.float32)
    return DOUBTING if classify(blank).sum() < 1 - LEAST_DOUBT else NEVER_DOUBTING


def join(
    finds: Finds, seen: NDArray[np.float32], weights: Weights = DOUBTING
) -> NDArray[np.float32]:
    """Join what finder and classifier say of each find.

    Args:
        finds: N finds, with the finder's scores and digits.
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
    log_values = weights.classifier_value * np.log(each + FLOOR)
    log_values += weights.finder_value * np.log(finds.digits + FLOOR)
    values = np.exp(log_values - log_values.max(axis=1, keepdims=True))
    values /= values.sum(axis=1, keepdims=True)
    log_odds = (
        weights.bias
        + weights.finder * _logit(finds.scores)
        + weights.against * np.log(np.clip(a_digit, FLOOR, 1))
        - weights.in_favour * np.log(np.clip(1 - a_digit, LEAST_DOUBT, 1))
    )
    belief = 1 / (1 + np.exp(-log_odds))
    return np.asarray(values * belief[:, None], np.float32)


def are_digits(joined: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which finds are believed to be digits, (N,)."""
    return np.asarray(joined.sum(axis=1) >= LEAST_BELIEF, np.bool_)


def _logit(share: NDArray[np.float32]) -> NDArray[np.float32]:
    inside = np.clip(share, FLOOR, 1 - FLOOR)
    return np.asarray(np.log(inside / (1 - inside)), np.float32)
