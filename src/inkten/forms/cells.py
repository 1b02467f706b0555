"""The digit in each cell: its strokes are known, so nothing has to be detected."""

from collections.abc import Sequence
from itertools import chain, islice

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.classification.tiles import cut_tiles_of_each, without_context
from inkten.digits import Box, Digit
from inkten.reader import Reader

Gray = NDArray[np.uint8]
Floats = NDArray[np.float32]

# Each digit is classified in several views, and the mean is taken: so no answer hangs
# on a pixel more or less. Chosen on made forms.
FRAMES = 0.0, -0.05, 0.05  # of its longer side, around the strokes
DIGIT_ODDS = 50.0  # that ink in a cell is a digit, beside ink anywhere; set by hand
SOFT = 1.2  # px: the blur of one more view, in which gaps of faint strokes close


def digits_of_cells(
    reader: Reader,
    pictures: Sequence[Gray],
    boxes: Sequence[Sequence[Box]],
    min_confidence: float,
) -> list[tuple[Digit, ...]]:
    """Classify the strokes in the cells of fields.

    Args:
        reader: its classifier is asked.
        pictures: of each field, (h, w) gray on white.
        boxes: around the strokes of each written cell, in pixels of its picture.
        min_confidence: a digit of lower confidence is unsure.
    """
    if not pictures:
        return []
    corners = [_corners(own) for own in boxes]
    soft = [
        np.asarray(cv2.GaussianBlur(gray, (0, 0), SOFT), np.uint8) for gray in pictures
    ]
    context = reader.classifier.names_signs
    views = [
        cut_tiles_of_each(
            grays, [_framed(own, frame) for own in corners], context=context
        )
        for grays, frame in (*((pictures, frame) for frame in FRAMES), (soft, 0.0))
    ]
    probabilities = np.mean([reader.classifier(tiles) for tiles in views], axis=0)
    any_digit = probabilities.sum(axis=1, keepdims=True)
    # Bayes' rule: few cells hold anything but a digit
    probabilities *= DIGIT_ODDS / (1 + (DIGIT_ODDS - 1) * any_digit)
    tiles = without_context(views[0])  # (N, 28, 28)
    digits = (
        Digit.of(own, box, tile, min_confidence)
        for own, box, tile in zip(probabilities, chain(*boxes), tiles, strict=True)
    )
    return [tuple(islice(digits, len(own))) for own in boxes]


def _corners(boxes: Sequence[Box]) -> Floats:
    """Boxes as (N, 4)."""
    sides = [(box.x, box.y, box.width, box.height) for box in boxes]
    return np.array(sides, np.float32).reshape(-1, 4)


def _framed(boxes: Floats, frame: float) -> Floats:
    """(N, 4) boxes, grown by a share of their longer side on each side."""
    more = frame * boxes[:, 2:].max(axis=1, keepdims=True)
    return np.hstack([boxes[:, :2] - more, boxes[:, 2:] + 2 * more])
