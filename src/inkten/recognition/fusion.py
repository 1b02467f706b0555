"""Late fusion with the line reader: two opinions -> one probability of each digit.

Both are added up as log odds, with weights fitted on synthetic pages of validation
writers: ``python -m inkten.training.calibrate_line_reader`` prints them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inkten.log_odds import log_odds_of, probability_of

FLOOR = 0.003  # no opinion counts as surer: of 0.0001 to 0.03, the lowest log loss
LABEL_FLOOR = 1e-4  # ... or on which digit it is

Floats = NDArray[np.float32]


class Weights(NamedTuple):
    """How much each opinion counts, on the scale of log odds.

    Attributes:
        bias: added to every digit.
        own: the log odds of the box: of detection and classification together, or of
            classification alone where the line reader implied the box.
        line: the line reader's log odds that there is a digit.
        own_digit: the box's log probability of each digit.
        line_digit: the line reader's log probability of each digit.
    """

    bias: float
    own: float
    line: float
    own_digit: float
    line_digit: float


WITH_BOX = Weights(bias=-0.35, own=0.5, line=0.62, own_digit=0.32, line_digit=0.9)
WITHOUT_BOX = Weights(bias=-0.35, own=0.29, line=0.62, own_digit=0.19, line_digit=0.9)


class MissedWeights(NamedTuple):
    """The same for ink that no digit covers: is it a missed digit?"""

    bias: float
    own: float
    line: float


MISSED = MissedWeights(bias=-0.6, own=0.68, line=0.16)


def fuse_line(own: Floats, line: Floats, weights: Weights) -> Floats:
    """Fuse the probabilities of N digits, (N, 10) each; a row's sum is of any digit."""
    any_own, any_line = own.sum(axis=1), line.sum(axis=1)
    log_odds = (
        weights.bias
        + weights.own * log_odds_of(any_own, FLOOR)
        + weights.line * log_odds_of(any_line, FLOOR)
    )
    log_digits = weights.own_digit * log_shares(own)
    log_digits += weights.line_digit * log_shares(line)
    digits = np.exp(log_digits - log_digits.max(axis=1, keepdims=True))
    digits /= digits.sum(axis=1, keepdims=True)
    return np.asarray(digits * probability_of(log_odds)[:, None], np.float32)


def fuse_missed(own: Floats, line: Floats, weights: MissedWeights = MISSED) -> Floats:
    """Fuse the (N,) probabilities that pieces of ink are missed digits."""
    log_odds = (
        weights.bias
        + weights.own * log_odds_of(own, FLOOR)
        + weights.line * log_odds_of(line, FLOOR)
    )
    return probability_of(log_odds)


def log_shares(probabilities: Floats) -> Floats:
    """Log probability of each digit if it is one, (N, 10); equal if nothing is known.

    Args:
        probabilities: (N, 10); a row's sum is the probability of any digit.
    """
    total = probabilities.sum(axis=1, keepdims=True)
    shares = (probabilities + LABEL_FLOOR * 0.1) / (total + LABEL_FLOOR)
    return np.asarray(np.log(np.maximum(shares, LABEL_FLOOR)), np.float32)
