"""Ink beside a line that no digit covers: was a digit missed there?

Few digits are misread at high confidence; more are not found at all, such as one that
touches its neighbour or a rule. Their ink is still there. Its shape, a detection there
that was not accepted, and the classifier say how likely it is a digit. Their weights
are fitted on synthetic pages of MNIST's validation digits:
``python -m inkten.training.calibrate_lines`` prints them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.detection import Detections
from inkten.detection.boxes import centres, overlapping_pairs, overlaps
from inkten.detection.digit_ink import ink_like_digits, outside_boxes, without_paper
from inkten.detection.pyramid import normalize_local_contrast
from inkten.layout.line import Line
from inkten.log_odds import log_odds_of, probability_of

Floats = NDArray[np.float32]
HEIGHT = 20  # px: the picture is reduced until digits are about this high
SOFT_EDGE = 2  # px of the reduced picture: how far ink reaches past a digit's box
AROUND = 3.0  # heights: ink further from all digits does not count
HEIGHTS = 0.45, 1.7  # of the line's digits: ink this high may be a digit ...
WIDTHS = 0.06, 1.8  # ... if it is this wide
OFFSET = 0.6  # heights above or below the middle of the line
SAME_PLACE = 0.25  # intersection over union: a detection of that ink
FLOOR = 1e-3  # no probability is taken to be surer than this


@dataclass(frozen=True, slots=True, eq=False)
class UncoveredInk:
    """Pieces of ink beside lines, in pixels of the picture.

    Attributes:
        boxes: (N, 4) x, y, width, height.
        owners: (N,) the nearest digit of the line: its index among the digits.
        heights: (N,) in heights of the line's digits.
        offsets: (N,) distance from the middle of the line, in digit heights.
        gaps: (N,) distance from the nearest digit, in digit heights.
        elsewhere: how many more pieces of that size are near digits, but on no line.
    """

    boxes: Floats
    owners: NDArray[np.intp]
    heights: Floats
    offsets: Floats
    gaps: Floats
    elsewhere: int

    def __len__(self) -> int:
        """The number of pieces beside lines."""
        return len(self.boxes)


class Weights(NamedTuple):
    """What makes it likelier that a piece of ink is a digit, on the log odds scale."""

    bias: float
    height: float  # per factor of e between its height and a digit's
    offset: float  # per height from the middle of the line
    gap: float  # per height from the nearest digit
    detected: float  # per probability of a detection there that was not accepted
    classified: float  # per log odds of the classifier that it is a digit


WEIGHTS = Weights(
    bias=-0.99,
    height=-1.14,
    offset=-0.95,
    gap=0.36,
    detected=6.89,
    classified=0.51,
)


def missed_probability(
    ink: UncoveredInk,
    rejected: Detections,
    rejected_scores: Floats,
    classified: Floats | None,
    weights: Weights = WEIGHTS,
) -> Floats:
    """The probability that each piece of ink is a missed digit, (N,).

    Args:
        ink: N pieces.
        rejected: the detections that were not accepted as digits.
        rejected_scores: (R,) the probability that they are digits.
        classified: (N,) the classifier's probability that the ink is a digit; None if
            the classifier cannot answer "no digit".
        weights: how much each observation counts.
    """
    observed = observations(ink, rejected, rejected_scores, classified)
    log_odds = observed @ np.array(weights, np.float32)
    return probability_of(log_odds)


def observations(
    ink: UncoveredInk,
    rejected: Detections,
    rejected_scores: Floats,
    classified: Floats | None,
) -> Floats:
    """The values to weigh, (N, 6); arguments as in ``missed_probability``."""
    count = len(ink.boxes)
    detected = np.zeros(count, np.float32)
    piece, other = overlapping_pairs(ink.boxes, rejected.boxes)
    same = overlaps(ink.boxes[piece], rejected.boxes[other])[0] > SAME_PLACE
    np.maximum.at(detected, piece[same], rejected_scores[other[same]])
    opinion = np.full(count, 0.5) if classified is None else classified
    columns = (
        np.ones(count),
        np.abs(np.log(ink.heights)),
        ink.offsets,
        ink.gaps,
        detected,
        log_odds_of(opinion, FLOOR),
    )
    return np.stack(columns, axis=1).astype(np.float32)


def uncovered_ink(
    gray: NDArray[np.uint8], digits: Floats, lines: Sequence[Line]
) -> UncoveredInk:
    """Find the ink beside lines that may be a missed digit.

    Args:
        gray: (H, W) uint8.
        digits: (N, 4) boxes, at least one.
        lines: the lines of these digits.
    """
    typical = max(float(np.median(digits[:, 3])), 1.0)
    ends = digits[:, :2] + digits[:, 2:]
    low = np.maximum(digits[:, :2].min(axis=0) - AROUND * typical, 0).astype(int)
    high = (ends.max(axis=0) + AROUND * typical).astype(int) + 1
    crop = gray[low[1] : high[1], low[0] : high[0]]
    zoom = min(HEIGHT / typical, 1.0)
    corners = (np.hstack([digits[:, :2], ends]) - np.tile(low, 2)) * zoom
    pieces = _pieces(_reduced(crop, zoom), np.maximum(np.round(corners), 0).astype(int))
    boxes = (pieces / zoom).astype(np.float32)
    boxes[:, :2] += low
    return _beside_lines(boxes, digits, lines)


def _reduced(gray: NDArray[np.uint8], zoom: float) -> NDArray[np.uint8]:
    height, width = (max(1, round(side * zoom)) for side in gray.shape)
    reduced = cv2.resize(gray, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(reduced, np.uint8)


def _pieces(gray: NDArray[np.uint8], corners: NDArray[np.int_]) -> NDArray[np.int32]:
    """The boxes of connected ink outside the digits' boxes, (N, 4).

    Args:
        gray: (H, W) uint8.
        corners: (N, 4) left, top, right and bottom of the digits.
    """
    ink = without_paper(normalize_local_contrast(gray))
    outside = outside_boxes(ink_like_digits(ink, corners), corners, SOFT_EDGE)
    _, _, stats, _ = cv2.connectedComponentsWithStats(outside)
    return np.asarray(stats[1:, :4], np.int32)  # the first is the paper


def _lines_of_digits(count: int, lines: Sequence[Line]) -> NDArray[np.float64]:
    """Start, slope and height of the line of each of N digits: (N, 4)."""
    of_digits = np.zeros((count, 4))
    for line in lines:
        of_digits[list(line.digits)] = line.x, line.y, line.slope, line.height
    return of_digits


def _beside_lines(boxes: Floats, digits: Floats, lines: Sequence[Line]) -> UncoveredInk:
    """Keep the pieces that are as large as a digit and stand where one would."""
    reach = AROUND * digits[:, 3:]
    around = np.hstack([digits[:, :2] - reach, digits[:, 2:] + 2 * reach])
    piece, digit = overlapping_pairs(boxes, around)
    x, y, slope, height = _lines_of_digits(len(digits), lines)[digit].T
    middles = centres(boxes[piece])
    below = (middles[:, 1] - y) * np.cos(slope) - (middles[:, 0] - x) * np.sin(slope)
    offsets = np.abs(below / height + 0.5)
    away = np.abs(middles[:, 0] - digits[digit, 0] - digits[digit, 2] / 2)
    gaps = (away - (digits[digit, 2] + boxes[piece, 2]) / 2) / height
    wide, high = (boxes[piece, 2:] / height[:, None]).T
    sized = (high > HEIGHTS[0]) & (high < HEIGHTS[1])
    sized &= (wide > WIDTHS[0]) & (wide < WIDTHS[1])
    fits = sized & (offsets <= OFFSET) & (gaps <= AROUND)
    nearest = np.lexsort((gaps[fits], piece[fits]))
    kept = np.flatnonzero(fits)[nearest]
    kept = kept[np.unique(piece[kept], return_index=True)[1]]
    return UncoveredInk(
        boxes[piece[kept]],
        digit[kept],
        high[kept].astype(np.float32),
        offsets[kept].astype(np.float32),
        gaps[kept].astype(np.float32),
        len(np.unique(piece[sized])) - len(kept),
    )
