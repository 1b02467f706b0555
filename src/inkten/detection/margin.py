"""Paper around a single digit that fills its picture.

The detector learned from digits with paper around them. Of one that is cut out with
hardly any, it often finds only a part that has some: the loop of a 6, a fine 0. So the
paper is continued on all sides before such a digit is searched.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.detection.boxes import centred_within
from inkten.detection.coarse import COARSE_SIDE, INK
from inkten.detection.heatmap import Detections
from inkten.detection.pyramid import normalize_local_contrast, pyramid

MARGIN = 0.25  # of the long side; MNIST leaves 0.2 of a digit's height around it
MOST = 1.0  # of the short side: a long strip would grow many times as large
CLEAR = 0.06  # of the long side: with ink so near to the border, a picture is too tight


def margin_of(gray: NDArray[np.uint8]) -> int:
    """How many pixels of paper to add on each side: 0 if the border is clear of ink.

    Args:
        gray: (H, W) uint8.
    """
    long_side = max(gray.shape)
    (level,) = pyramid(gray, [min(COARSE_SIDE / long_side, 1.0)])
    ink = np.abs(normalize_local_contrast(level)) > INK
    border = max(round(CLEAR * max(level.shape)), 1)
    ink[border:-border, border:-border] = False
    return round(min(MARGIN * long_side, MOST * min(gray.shape))) if ink.any() else 0


def add_margin(gray: NDArray[np.uint8], margin: int) -> NDArray[np.uint8]:
    """Continue the paper of an (H, W) uint8 picture by ``margin`` pixels a side."""
    if not margin:
        return gray
    paper = int(np.median(gray))
    sides = (margin,) * 4
    return np.asarray(
        cv2.copyMakeBorder(gray, *sides, cv2.BORDER_CONSTANT, value=paper), np.uint8
    )


def without_margin(
    found: Detections, margin: int, shape: tuple[int, ...]
) -> Detections:
    """Detections on a picture with a margin, in pixels of the picture without it.

    Those in the margin are left out.

    Args:
        found: the detections.
        margin: px, what was added on each side.
        shape: height and width with the margin.
    """
    if not margin:
        return found
    boxes = found.boxes - np.array([margin, margin, 0, 0], np.float32)
    inside = centred_within(boxes, tuple(side - 2 * margin for side in shape[:2]))
    return Detections(boxes, found.scores, found.digits).take(inside)
