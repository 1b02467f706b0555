"""Log odds, the scale on which opinions are added up, and back to probabilities."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def log_odds_of(probability: NDArray[np.floating], floor: float) -> Floats:
    """The log odds of probabilities, none of which counts as surer than ``floor``.

    >>> log_odds_of(np.array([0.5, 0.0]), floor=1e-3).round(2).tolist()
    [0.0, -6.909999847412109]
    """
    inside = np.clip(probability, floor, 1 - floor)
    return np.asarray(np.log(inside / (1 - inside)), np.float32)


def probability_of(log_odds: NDArray[np.floating]) -> Floats:
    """The probabilities of log odds, 0..1: the logistic function."""
    return np.asarray(1 / (1 + np.exp(-log_odds)), np.float32)


def softmax(logits: NDArray[np.floating]) -> Floats:
    """The probabilities of (..., classes) logits, which sum to 1 over the classes."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)
