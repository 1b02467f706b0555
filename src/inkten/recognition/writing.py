"""Digits among other writing: most of what looks like a digit in a word is a letter.

A digit is less likely the more ink on its line is no digit's. Up close, an ``o`` and a
zero are the same; that is all there is to tell them apart.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inkten.log_odds import log_odds_of, probability_of
from inkten.recognition.fusion import FLOOR
from inkten.recognition.strips import DIGIT_HEIGHT, Strip

SOFT_EDGE = 2  # px of the strip: how far ink reaches past a digit's box
MOST = 12.0  # digit heights: more such ink does not count more

Floats = NDArray[np.float32]


class Weights(NamedTuple):
    """How much each observation counts, on the scale of log odds.

    Attributes:
        bias: added to every digit.
        own: the log odds that it is a digit, as known so far.
        share: the share of the line's ink that no digit covers.
        amount: that share times the length of this ink, in digit heights.
    """

    bias: float
    own: float
    share: float
    amount: float


WEIGHTS = Weights(bias=0.39, own=1.08, share=-2.83, amount=-0.23)


def among_writing(strip: Strip, boxes: Floats) -> tuple[float, float]:
    """The ink of a line that none of its digits covers.

    Args:
        strip: the line.
        boxes: (N, 4) its digits, in pixels of the picture.

    Returns:
        Its share of all ink, 0..1, and its length in digit heights, at most ``MOST``.
    """
    inked = strip.inked_columns()
    covered = np.zeros_like(inked)
    along, _ = strip.line.places(boxes)
    middles = (along - strip.start) / strip.scale  # px of the strip
    halves = boxes[:, 2] / 2 / strip.scale + SOFT_EDGE
    starts = np.maximum(middles - halves, 0).astype(int).tolist()
    ends = np.ceil(middles + halves).astype(int).tolist()
    for start, end in zip(starts, ends, strict=True):
        covered[start:end] = True
    bare = int((inked & ~covered).sum())
    return bare / max(int(inked.sum()), 1), min(bare / DIGIT_HEIGHT, MOST)


def observations(any_digit: Floats, share: Floats, length: Floats) -> Floats:
    """The values to weigh, (N, 4).

    Args:
        any_digit: (N,) the probability that each is a digit.
        share: (N,) of its line's ink that no digit covers.
        length: (N,) of that ink, in digit heights.
    """
    columns = (
        np.ones(len(share)),
        log_odds_of(any_digit, FLOOR),
        share,
        share * length,
    )
    return np.stack(columns, axis=1).astype(np.float32)


def weigh(
    any_digit: Floats, share: Floats, length: Floats, weights: Weights = WEIGHTS
) -> Floats:
    """The probability that each of N digits is one, given its line, (N,)."""
    log_odds = observations(any_digit, share, length) @ np.array(weights, np.float32)
    return probability_of(log_odds)
