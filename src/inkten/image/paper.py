"""Bare paper: the quickest way to see that nothing else is written."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

EDGE = 2, 0.08  # px and share of the height: so far a digit's ink reaches past its box
LARGE = 40  # px: a larger digit is reduced to this, which averages noise out
BESIDE = np.ones((3, 3), np.uint8)  # a pixel and its neighbours
EVEN = 0.15  # of the digit's contrast: the tones of neighbours on paper differ by less


def only_paper_beside(gray: NDArray[np.uint8], digit: NDArray[np.float32]) -> bool:
    """Whether everything outside a digit's box is paper, at most gradually shaded.

    It takes a fraction of the time that finding pieces of ink takes. Where shadows have
    edges, or the paper is noisy, it says no.

    Args:
        gray: (H, W) uint8.
        digit: (4,) x, y, width, height.
    """
    zoom = LARGE / max(float(digit[2:].max()), LARGE)
    if zoom < 1:
        size = [max(round(side * zoom), 1) for side in reversed(gray.shape)]
        gray = np.asarray(
            cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8
        )
    x, y, width, height = (digit * zoom).tolist()
    edge = max(EDGE[0], EDGE[1] * height)
    left, top = max(int(x - edge), 0), max(int(y - edge), 0)
    right, bottom = math.ceil(x + width + edge), math.ceil(y + height + edge)
    own = gray[top:bottom, left:right]
    if not own.size:
        return False
    darkest, lightest = cv2.minMaxLoc(own)[:2]
    differences = cv2.morphologyEx(gray, cv2.MORPH_GRADIENT, BESIDE)
    differences[top:bottom, left:right] = 0
    return bool(differences.max() <= EVEN * (lightest - darkest))
