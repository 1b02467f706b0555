"""The verifier of signs: is what looks like a sign really one, given its line?

A tile shows a point, and so does a speck of dirt. How large it is, how dark, how far
from the digits beside it, and how many of these there are up to the next sign tell
them apart: points stand low and close, and two or three digits follow.
"""

import numpy as np
from numpy.typing import NDArray

from inkten.classification.classes import CLASSES, DIGITS, SIGN_CLASSES
from inkten.log_odds import log_odds_of, probability_of
from inkten.models.model import OnnxModel
from inkten.models.onnx import Shape
from inkten.models.registry import SIGN_VERIFIER
from inkten.signs.sign_strip import BASE, DIGIT, ENDS, SignStrip, spans_of

LEAST = 1e-4  # a probability below it says no more
FAR = 3.0  # digit heights: a digit further away is as good as none
MANY = 6  # digits: more of them say no more
LIKELY = 0.5  # the probability of any sign from which a place ends a run of digits
EVERY = 4  # px: the paper's tone is that of every fourth pixel
DARKEST = 2.0  # times the contrast of the digits

Floats = NDArray[np.float32]

# What is seen of each place: the log odds that it shows any sign; the logarithms of
# the probabilities of the classes that are no digits; its geometry in digit heights,
# from the baseline up; the gaps to the next digits; how many digits stand before and
# after it, up to the next likely sign and in all; its contrast, that of digits being 1
FEATURES = (
    *("any sign", *CLASSES[DIGITS:], "width", "top", "bottom", "gap before"),
    *("gap after", "run before", "run after", "before", "after", "contrast"),
)


class SignVerifier(OnnxModel):
    """An ONNX model that tells signs from what looks like them."""

    FIX = "Train one with 'python -m inkten.training.train_sign_verifier'."
    SHIPPED = SIGN_VERIFIER

    def _needed_shapes(self) -> tuple[Shape, Shape]:
        return ("N", len(FEATURES)), ("N", 1)

    def __call__(self, features: Floats) -> Floats:
        """The probability that each is a sign, (N,), given (N, 27) features."""
        if not len(features):
            return np.zeros(0, np.float32)
        return probability_of(self._run(features)[:, 0])


def features_of(
    strip: SignStrip, boxes: Floats, digits: Floats, chances: Floats
) -> Floats:
    """What the verifier sees of P places on one line, (P, 27).

    Args:
        strip: the line.
        boxes: (P, 4) the places, in pixels of the strip.
        digits: (N, 2) where each digit starts and ends, in digit heights.
        chances: (P, 26) the probability of each class.
    """
    any_sign = chances[:, SIGN_CLASSES].sum(axis=1)
    starts, ends = spans_of(boxes).T
    columns = [
        ends - starts,
        (BASE - boxes[:, 1]) / DIGIT,
        (BASE - boxes[:, 1] - boxes[:, 3]) / DIGIT,
        *_gaps(starts, ends, digits),
        *_counts(starts, ends, digits, any_sign > LIKELY),
        _contrast(strip, boxes, digits),
    ]
    seen = [
        log_odds_of(any_sign, LEAST)[:, None],
        np.log(np.maximum(chances[:, DIGITS:], LEAST)),
        np.stack(columns, axis=1),
    ]
    return np.hstack(seen).astype(np.float32)


def _gaps(starts: Floats, ends: Floats, digits: Floats) -> tuple[Floats, Floats]:
    """How far the digits before and after each place are, (P,) each."""
    by_middle = digits[np.argsort(digits.mean(axis=1))]
    reached = np.append(-np.inf, np.maximum.accumulate(by_middle[:, 1]))
    begun = np.append(np.minimum.accumulate(by_middle[::-1, 0])[::-1], np.inf)
    place = np.searchsorted(by_middle.mean(axis=1), (starts + ends) / 2)
    return (
        np.clip(starts - reached[place], -1, FAR),
        np.clip(begun[place] - ends, -1, FAR),
    )


def _counts(
    starts: Floats, ends: Floats, digits: Floats, is_likely: NDArray[np.bool_]
) -> list[Floats]:
    """The digits before and after each place up to a likely sign, and in all."""
    digit_middles, middles = np.sort(digits.mean(axis=1)), (starts + ends) / 2
    before = np.searchsorted(digit_middles, middles)
    after = len(digits) - before
    order = np.argsort(ends[is_likely])
    signs = middles[is_likely][order]
    last = np.append(-np.inf, np.maximum.accumulate(signs))
    last = last[np.searchsorted(ends[is_likely][order], starts, side="right")]
    order = np.argsort(starts[is_likely])
    signs = middles[is_likely][order]
    following = np.append(np.minimum.accumulate(signs[::-1])[::-1], np.inf)
    following = following[np.searchsorted(starts[is_likely][order], ends)]
    run_before = before - np.searchsorted(digit_middles, last)
    run_after = np.searchsorted(digit_middles, following) - before
    counts = run_before, run_after, before, after
    return [np.minimum(count, MANY).astype(np.float32) for count in counts]


def _contrast(strip: SignStrip, boxes: Floats, digits: Floats) -> Floats:
    """The contrast of each place to the paper, that of the line's digits being 1."""
    pixels = strip.pixels.astype(np.float32)
    contrast = np.abs(pixels - np.median(pixels[::EVERY, ::EVERY]))
    heights = np.full(len(digits), DIGIT)
    lefts, widths = (digits[:, 0] + ENDS) * DIGIT, (digits[:, 1] - digits[:, 0]) * DIGIT
    of_digits = np.stack([lefts, BASE - heights, widths, heights], axis=1)
    full = max(float(np.median(_peaks(contrast, of_digits))), 1.0)
    relative: Floats = np.minimum(_peaks(contrast, boxes) / full, DARKEST)
    return relative


def _peaks(contrast: Floats, boxes: Floats) -> Floats:
    """The highest contrast within each of (N, 4) boxes, (N,)."""
    corners = np.stack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)
    inside = np.clip(corners, 0, contrast.shape[::-1])
    starts, ends = np.floor(inside[:, 0]).astype(int), np.ceil(inside[:, 1]).astype(int)
    return np.array(
        [
            contrast[top:bottom, left:right].max(initial=0)
            for (left, top), (right, bottom) in zip(
                starts.tolist(), ends.tolist(), strict=True
            )
        ],
        np.float32,
    )
