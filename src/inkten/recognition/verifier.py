"""The verifier: does a digit really stand at a place of a line, given all of the line?

Up close, an ``o`` and a zero are the same, and most of what looks like a digit in a
word is a letter. The ink that no digit covers tells them apart, and how sure the other
digits of the line are: those of a number mostly are, letters seldom.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inkten.fusion import ACCEPT_FROM
from inkten.log_odds import log_odds_of, probability_of
from inkten.models.model import OnnxModel
from inkten.models.onnx import Session, Shape
from inkten.models.registry import VERIFIER
from inkten.recognition.fusion import FLOOR
from inkten.recognition.places import Places
from inkten.recognition.strips import DIGIT_HEIGHT, Strip

SOFT_EDGE = 2  # px of the strip: how far ink reaches past a digit's box
MOST = 12.0  # digit heights: more such ink does not count more

Floats = NDArray[np.float32]


class Features(NamedTuple):
    """The features of a place, (N,) each.

    Attributes:
        fused: the log odds that it is a digit, all opinions fused.
        uncovered: the share of the line's ink that no digit covers.
        length: the length of that ink, in digit heights.
        others: the mean log odds of the other digits of its line; 0 without any.
        digits: the logarithm of the number of digits on its line.
    """

    fused: Floats
    uncovered: Floats
    length: Floats
    others: Floats
    digits: Floats


class Verifier(OnnxModel):
    """An ONNX model that tells digits from what looks like them."""

    FIX = "Train one with 'python -m inkten.training.train_verifier'."
    SHIPPED = VERIFIER

    def _needed_shapes(self, session: Session) -> tuple[Shape, Shape]:
        return ("N", len(Features._fields)), ("N", 1)

    def __call__(self, features: Floats) -> Floats:
        """The probability that a digit is there, (N,), given (N, 5) features."""
        if not len(features):
            return np.zeros(0, np.float32)
        return probability_of(self._run(features)[:, 0])


def features_of(lines: Sequence[Places]) -> Floats:
    """The features of the N places on one line or more, (N, 5)."""
    return np.concatenate([_features_of_line(places) for places in lines])


def _features_of_line(places: Places) -> Floats:
    any_digit = places.fused.sum(axis=1)
    fused, likely = log_odds_of(any_digit, FLOOR), any_digit >= ACCEPT_FROM
    uncovered, length = other_ink(places.strip, places.boxes[likely])
    of_likely = np.where(likely, fused, 0)
    columns = Features(
        fused,
        uncovered=np.full(len(places), uncovered),
        length=np.full(len(places), length),
        others=(of_likely.sum() - of_likely) / np.maximum(likely.sum() - likely, 1),
        digits=np.full(len(places), np.log(max(likely.sum(), 1))),
    )
    return np.stack(columns, axis=1).astype(np.float32)


def other_ink(strip: Strip, boxes: Floats) -> tuple[float, float]:
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
