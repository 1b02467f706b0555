"""The verifier of signs: is what looks like a sign one, and which, given its line?

A tile shows a point, and so does a speck of dirt. How large it is, how dark, how far
from the digits beside it, and how many of these there are up to the next sign tell
them apart: points stand low and close, and two or three digits follow. It also weighs
what the line reader says there, which sees the line as a whole.
"""

import numpy as np
from numpy.typing import NDArray

from inkten.classification.classes import CLASSES, DIGITS, SIGN_CLASSES, SIGNS
from inkten.log_odds import log_odds_of, softmax
from inkten.models.model import OnnxModel
from inkten.models.onnx import Session, Shape
from inkten.models.registry import SIGN_VERIFIER
from inkten.signs.sign_strip import BASE, DIGIT, ENDS, SignStrip, spans_of

LEAST = 1e-4  # a probability below it says no more
FAR = 3.0  # digit heights: a digit further away is as good as none
MANY = 6  # digits: more of them say no more
LIKELY = 0.5  # the probability of any sign from which a place ends a run of digits
EVERY = 4  # px: the paper's tone is that of every fourth pixel
DARKEST = 2.0  # times the contrast of the digits

Floats = NDArray[np.float32]

# The features of a place: the log odds that it shows any sign; the logarithms of
# the probabilities of the classes that are no digits; both again, seen close up; its
# geometry in digit heights, from the baseline up; the gaps to the next digits; how many
# digits of a number stand before and after it, up to the next likely sign; its
# contrast, that of digits being 1; whether the line reader has read it, and the
# logarithms of its probabilities
SEEN = ("any sign", *CLASSES[DIGITS:])
FEATURES = (
    *SEEN,
    *(f"close up: {each}" for each in SEEN),
    *("width", "top", "bottom", "gap before", "gap after", "run before", "run after"),
    *("contrast", "on a strip"),
    *(f"line reader: {each}" for each in ("any digit", *SIGNS)),
)


class SignVerifier(OnnxModel):
    """An ONNX model that tells signs from what looks like them."""

    FIX = "Train one with 'python -m inkten.training.train_sign_verifier'."
    SHIPPED = SIGN_VERIFIER

    def _needed_shapes(self, session: Session) -> tuple[Shape, Shape]:
        return ("N", len(FEATURES)), ("N", 1 + len(SIGNS))

    def __call__(self, features: Floats) -> Floats:
        """The probability of each sign, (N, 13), given (N, 57) features.

        The rest to a sum of 1 is the probability of none.
        """
        if not len(features):
            return np.zeros((0, len(SIGNS)), np.float32)
        return softmax(self._run(features))[:, 1:]


def features_of(
    strip: SignStrip,
    boxes: Floats,
    digits: Floats,
    probabilities: Floats,
    close_up: Floats,
    line_probabilities: Floats,
) -> Floats:
    """The features of P places on one line, (P, 57).

    Args:
        strip: the line.
        boxes: (P, 4) the places, in pixels of the strip.
        digits: (N, 2) where each digit starts and ends, in digit heights.
        probabilities: (P, 26) the probability of each class.
        close_up: (P, 26) the same, seen close up.
        line_probabilities: (P, 14) the line reader's probabilities of any digit and of
            each sign there; NaN where it has not read.
    """
    if not len(boxes):  # most lines on clean paper
        return np.zeros((0, len(FEATURES)), np.float32)
    is_likely = probabilities[:, SIGN_CLASSES].sum(axis=1) > LIKELY
    starts, ends = spans_of(boxes).T
    order = np.argsort(digits.mean(axis=1), kind="stable")
    counts = [len(number) for number in strip.line.numbers]
    number_of = np.repeat(np.arange(len(counts)), counts)[order]
    digits = digits[order]
    columns = [
        ends - starts,
        (BASE - boxes[:, 1]) / DIGIT,
        (BASE - boxes[:, 1] - boxes[:, 3]) / DIGIT,
        *_gaps(starts, ends, digits),
        *_runs(starts, ends, digits, number_of, is_likely),
        _contrast(strip, boxes, digits),
        ~np.isnan(line_probabilities[:, 0]),
    ]
    features = [
        *_logarithms(probabilities),
        *_logarithms(close_up),
        np.stack(columns, axis=1),
        np.log(np.fmax(line_probabilities, LEAST)),
    ]
    return np.hstack(features).astype(np.float32)


def _logarithms(probabilities: Floats) -> tuple[Floats, Floats]:
    """The log odds of any sign, (P, 1), and the logarithms of the classes, (P, 16)."""
    any_sign = probabilities[:, SIGN_CLASSES].sum(axis=1, keepdims=True)
    return (
        log_odds_of(any_sign, LEAST),
        np.log(np.maximum(probabilities[:, DIGITS:], LEAST)),
    )


def _gaps(starts: Floats, ends: Floats, digits: Floats) -> tuple[Floats, Floats]:
    """How far the digits before and after each place are, (P,) each."""
    reached = np.append(-np.inf, np.maximum.accumulate(digits[:, 1]))
    begun = np.append(np.minimum.accumulate(digits[::-1, 0])[::-1], np.inf)
    place = np.searchsorted(digits.mean(axis=1), (starts + ends) / 2)
    return (
        np.clip(starts - reached[place], -1, FAR),
        np.clip(begun[place] - ends, -1, FAR),
    )


def _runs(
    starts: Floats,
    ends: Floats,
    digits: Floats,
    number_of: NDArray[np.intp],
    is_likely: NDArray[np.bool_],
) -> list[Floats]:
    """How many digits stand before and after each place, (P,) each.

    A likely sign ends a run of digits, and so does the gap between two numbers.
    """
    middles, digit_middles = (starts + ends) / 2, digits.mean(axis=1)
    parted = np.flatnonzero(np.diff(number_of))
    gaps = (digits[parted, 1] + digits[parted + 1, 0]) / 2
    barriers = np.sort(np.concatenate([[-np.inf, np.inf], middles[is_likely], gaps]))
    last = barriers[np.searchsorted(barriers, starts) - 1]
    following = barriers[np.searchsorted(barriers, ends, side="right")]
    place = np.searchsorted(digit_middles, middles)
    before = place - np.searchsorted(digit_middles, last)
    after = np.searchsorted(digit_middles, following) - place
    return [np.minimum(run, MANY).astype(np.float32) for run in (before, after)]


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
