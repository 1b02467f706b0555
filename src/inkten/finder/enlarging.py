"""Small pictures: which may hold more than was found on them as they are?"""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from inkten.finder.pyramid import ENLARGED, SMALLEST_LEVEL

SURE = 0.6  # taken by hand: from 0.5 to 0.9, MNIST is read as well as ever enlarged
CLEAN = 0.3  # of a picture's contrast: more beside a digit may be another one
BESIDE = 2.0  # px around a digit's box that its own soft edges may reach into


def want_enlarging(
    digits: Sequence[NDArray[np.float32]],
    confidences: Sequence[NDArray[np.float32]],
    grays: Sequence[NDArray[np.uint8]],
) -> list[int]:
    """Which of P small pictures may hold more than was found on them as they are?

    Not those on which one sure digit has all the ink: that spares most pictures of
    single digits three quarters of the work.

    Args:
        digits: P times (N, 4), boxes of the digits that were found.
        confidences: P times (N,), how likely each is read right.
        grays: P pictures, (H, W) uint8.

    Returns:
        Their places among the P, rising.
    """
    wanting: list[int] = []
    sure: list[int] = []  # one digit on each: is there ink beside it?
    for place, gray in enumerate(grays):
        long_side = max(gray.shape)
        if long_side > ENLARGED:
            continue
        is_one = len(digits[place]) == 1 and confidences[place][0] >= SURE
        (sure if is_one and long_side >= SMALLEST_LEVEL else wanting).append(place)
    for _, alike in groupby(sure, key=lambda place: grays[place].shape):
        places = list(alike)
        boxes = np.concatenate([digits[place] for place in places])
        unclean = _have_ink_beside(boxes, np.stack([grays[place] for place in places]))
        wanting += [places[i] for i in np.flatnonzero(unclean).tolist()]
    return sorted(wanting)


def _have_ink_beside(
    boxes: NDArray[np.float32], grays: NDArray[np.uint8]
) -> NDArray[np.bool_]:
    """Which of (P, H, W) pictures have contrast outside their one box, (P,)."""
    _, height, width = grays.shape
    corners, sizes = boxes[:, :2].astype(float), boxes[:, 2:].astype(float)
    near, far = np.trunc(corners - BESIDE), np.trunc(corners + sizes + BESIDE)
    x, y = np.arange(width), np.arange(height)
    columns = (x >= near[:, :1]) & (x <= far[:, :1])
    rows = (y >= near[:, 1:]) & (y <= far[:, 1:])
    within = rows[:, :, None] & columns[:, None, :]  # (P, H, W)
    pixels = grays.reshape(len(grays), -1)
    masked = within.reshape(pixels.shape)
    brightest = np.where(masked, 0, pixels).max(axis=1).astype(int)
    darkest = np.where(masked, 255, pixels).min(axis=1).astype(int)
    # A box that leaves nothing beside it comes to -255 here.
    contrast = np.ptp(pixels, axis=1).astype(int)
    return np.asarray(brightest - darkest > CLEAN * contrast, np.bool_)
