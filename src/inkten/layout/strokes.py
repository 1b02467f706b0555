"""Straight strokes of a picture: rules, edges of the sheet, stems of letters."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray


def straight_strokes(gray: NDArray[np.uint8], zoom: float) -> NDArray[np.float32]:
    """The ends of straight strokes, (N, 4) x, y, x, y in pixels of the reduced picture.

    Args:
        gray: (H, W) uint8.
        zoom: the factor by which it is reduced, at most 1.
    """
    size = max(1, round(gray.shape[1] * zoom)), max(1, round(gray.shape[0] * zoom))
    small = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    lines: Any = cv2.createLineSegmentDetector(cv2.LSD_REFINE_NONE).detect(small)[0]
    if lines is None:
        return np.zeros((0, 4), np.float32)
    return np.asarray(lines.reshape(-1, 4), np.float32)
