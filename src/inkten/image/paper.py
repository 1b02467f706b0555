"""Bare paper: the quickest way to see that nothing else is written."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

EDGE = 2, 0.08  # px and share of the height: so far a digit's ink reaches past its box
EVEN = 0.1  # of the digit's contrast: the tones of even paper differ by less


def only_paper_beside(gray: NDArray[np.uint8], digit: NDArray[np.float32]) -> bool:
    """Whether everything outside a digit's box is even paper.

    It takes a fraction of the time that finding pieces of ink takes. Where shadows or
    noise are on the paper, it says no.

    Args:
        gray: (H, W) uint8.
        digit: (4,) x, y, width, height.
    """
    x, y, width, height = digit.tolist()
    edge = max(EDGE[0], EDGE[1] * height)
    left, top = max(int(x - edge), 0), max(int(y - edge), 0)
    right, bottom = math.ceil(x + width + edge), math.ceil(y + height + edge)
    rows = gray[top:bottom]
    own = rows[:, left:right]
    around = gray[:top], gray[bottom:], rows[:, :left], rows[:, right:]
    tones = [tone for part in around if part.size for tone in cv2.minMaxLoc(part)[:2]]
    if not tones or not own.size:
        return not tones
    darkest, lightest = cv2.minMaxLoc(own)[:2]
    return max(tones) - min(tones) <= EVEN * (lightest - darkest)
