"""How far a taught classifier decides alone which digit it is, beside the detector.

A user's own digits say so. Each is seen by a head that has not learned it; of several
settings, the one is taken under which the labels are likeliest. Digits that are read
well already say little: then the detector keeps its say.
"""

import numpy as np
from numpy.typing import NDArray

from inkten.fusion import FLOOR, Weights, weights_for

# Less than 1: what the detector says is found again from readings of a taught model,
# which it must have a say in.
TRUSTS = (0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875)
CAUTION = 4.0  # log likelihood that full trust must gain; squared, for a part of it
WRONG_LABELS = 0.05  # taken to be so many, so that one does not outweigh many digits
TINY = 1e-30  # of a fused probability: it is the product of two that are floored

Array = NDArray[np.float32]


def choose_trust(
    read: Array,
    before: Array,
    after: Array,
    labels: NDArray[np.integer],
    *,
    rejects: bool,
    trust: float = 0.0,
) -> float:
    """The trust under which digits held back are likeliest to be read as labelled.

    Args:
        read: (N, 10) each digit's probability, as it was read before.
        before: (N, 10) the classifier's probabilities in that reading.
        after: (N, 10) those of a head that has not seen the digit.
        labels: (N,) 0 to 9.
        rejects: whether the classifier can say "no digit".
        trust: in the classifier, in that reading.
    """
    weights = weights_for(rejects=rejects, single=True, trust=trust)
    others = np.log(read + TINY) - weights.classifier_digit * _log(before)

    def loss(trial: float) -> float:
        tried = weights_for(rejects=rejects, single=True, trust=trial)
        likely = _likelihood(others, after, labels, weights, tried)
        return CAUTION * trial**2 - float(np.log(likely).sum())

    return min(TRUSTS, key=loss)


def _likelihood(
    others: Array,
    after: Array,
    labels: NDArray[np.integer],
    weights: Weights,
    tried: Weights,
) -> Array:
    """The probability of each label, if some labels are wrong: (N,).

    ``others`` is what all but the classifier said, weighted by ``weights``.
    """
    share = tried.detector_digit / weights.detector_digit
    scores = share * others + tried.classifier_digit * _log(after)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    digits = powers / powers.sum(axis=1, keepdims=True)
    right = digits[np.arange(len(labels)), labels]
    return np.asarray(
        (1 - WRONG_LABELS) * right + WRONG_LABELS / digits.shape[1], np.float32
    )


def _log(probabilities: Array) -> Array:
    """The logarithm of which digit it is, as ``fuse_each`` takes it."""
    each = probabilities / (probabilities.sum(axis=1, keepdims=True) + FLOOR)
    return np.asarray(np.log(each + FLOOR), np.float32)
