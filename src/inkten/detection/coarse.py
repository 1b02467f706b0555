"""A glance at a picture's coarse levels, and the pictures for which it is enough.

Where sure digits have all the ink, finer levels show nothing more, for many times the
work. So it is with most pictures of a single digit.
"""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from inkten.detection.pyramid import (
    MAX_SIDE,
    MIN_SIDE,
    UPSCALE_BELOW,
    normalize_local_contrast,
    pyramid,
)

GLANCE = 128  # px, the long side: it shows digits of a tenth of the picture
SURE = 0.6  # taken by hand: from 0.5 to 0.9, MNIST is read as well as ever enlarged
INK = 1.0  # of a flattened level: less is paper; taken on synthetic pages
BESIDE = 2.0  # px of the glance, around a digit's box: its own soft edges reach there


def coarse_side(long_side: int) -> int:
    """The long side, pixels, of the finest level of a glance at a picture.

    >>> [coarse_side(long_side) for long_side in (28, 280, 512, 4000)]
    [28, 70, 128, 120]
    """
    level = min(long_side, MAX_SIDE)
    while level > GLANCE:
        level //= 2
    return level


def need_full_pass(
    digits: Sequence[NDArray[np.float32]],
    confidences: Sequence[NDArray[np.float32]],
    grays: Sequence[NDArray[np.uint8]],
) -> list[int]:
    """Which of P pictures may hold more than a glance showed?

    Args:
        digits: P times (N, 4), boxes of the digits that were found.
        confidences: P times (N,), how likely each is read right.
        grays: P pictures, (H, W) uint8.

    Returns:
        Their places among the P, rising.
    """
    wanting: list[int] = []
    sure: list[int] = []  # of their digits: is there ink beside them?
    for place, gray in enumerate(grays):
        long_side = max(gray.shape)
        if UPSCALE_BELOW < long_side == coarse_side(long_side):
            continue  # a full look would see the same
        is_sure = len(digits[place]) > 0 and confidences[place].min() >= SURE
        (sure if is_sure and long_side >= MIN_SIDE else wanting).append(place)
    for _, alike in groupby(sure, key=lambda place: grays[place].shape):
        places = list(alike)
        unclean = _have_ink_beside(
            [digits[place] for place in places], [grays[place] for place in places]
        )
        wanting += [places[i] for i in np.flatnonzero(unclean).tolist()]
    return sorted(wanting)


def _have_ink_beside(
    digits: Sequence[NDArray[np.float32]], grays: Sequence[NDArray[np.uint8]]
) -> NDArray[np.bool_]:
    """Which of P pictures of one size have ink outside the boxes of their digits, (P,).

    It is looked for on a level four times as fine as the glance: small and thin writing
    is not lost on it.
    """
    long_side = max(grays[0].shape)
    glance = coarse_side(long_side)
    zoom = min(4 * glance / long_side, 1.0)
    level = np.stack([pyramid(gray, [zoom])[0] for gray in grays], axis=-1)
    flat = normalize_local_contrast(level)  # (H, W, P)
    ink = np.abs(flat, out=flat)
    beside = BESIDE * long_side / glance
    for picture, boxes in enumerate(digits):
        near, far = boxes[:, :2] - beside, boxes[:, :2] + boxes[:, 2:] + beside
        corners = np.hstack([np.maximum(near, 0), far + 1 / zoom]) * zoom
        for left, top, right, bottom in corners.astype(int).tolist():
            ink[top:bottom, left:right, picture] = 0
    return np.asarray(ink.max(axis=(0, 1)) > INK, np.bool_)
