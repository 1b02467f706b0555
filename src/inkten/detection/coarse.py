"""Coarse to fine: which pictures need more than their coarse levels.

Where sure digits account for all the ink, finer levels show nothing more, for many
times the work. That holds for most pictures of a single digit.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inkten.detection.pyramid import (
    MAX_SIDE,
    MIN_SIDE,
    UPSCALE_BELOW,
    normalize_local_contrast,
    pyramid,
)
from inkten.image.grouping import by_shape
from inkten.image.paper import only_paper_beside

COARSE_SIDE = 128  # px, the long side: it shows digits of a tenth of the picture
SURE = 0.8  # set by hand: from 0.5 to 0.9, MNIST is read as well as with all levels
INK = 1.0  # normalized contrast: below it is paper; chosen on synthetic pages
SOFT_EDGE = 2.0  # px of the coarse level: how far ink reaches past a digit's box
SMALL = 16.0  # px on the finest level: smaller digits are found better on a finer one
FINER = 2.25  # times: how much longer the finest level of each further pass is
MOST_PIXELS = 16_000_000  # of a level: finds digits of 12 px on a 12 MP sheet


def coarse_side(long_side: int) -> int:
    """The long side, in pixels, of the finest level of a picture's coarse pass.

    >>> [coarse_side(long_side) for long_side in (28, 280, 512, 4000)]
    [28, 70, 128, 92]
    """
    level = min(long_side, MAX_SIDE)
    while level > COARSE_SIDE:
        level //= 2
    return level


def needs_full_pass(
    digits: Sequence[NDArray[np.float32]],
    confidences: Sequence[NDArray[np.float32]],
    images: Sequence[NDArray[np.uint8]],
) -> list[int]:
    """Which of P pictures may hold digits that the coarse pass missed?

    Args:
        digits: P times (N, 4), boxes of the digits that were found.
        confidences: P times (N,), how likely each is read right.
        images: P pictures, (H, W) uint8.

    Returns:
        The indices of these pictures, ascending.
    """
    needing: list[int] = []
    sure: list[int] = []  # their digits are sure: is there other ink?
    for place, image in enumerate(images):
        long_side = max(image.shape)
        if UPSCALE_BELOW < long_side == coarse_side(long_side):
            continue  # a full pass would see the same
        own = digits[place]
        is_sure = len(own) > 0 and confidences[place].min() >= SURE
        if not is_sure or long_side < MIN_SIDE:
            needing.append(place)
        elif len(own) > 1 or not only_paper_beside(image, own[0]):
            sure.append(place)
    for places in by_shape([images[place] for place in sure]):
        alike = [sure[place] for place in places]
        uncovered = _have_uncovered_ink(
            [digits[place] for place in alike], [images[place] for place in alike]
        )
        needing += [alike[i] for i in np.flatnonzero(uncovered).tolist()]
    return sorted(needing)


def _have_uncovered_ink(
    digits: Sequence[NDArray[np.float32]], images: Sequence[NDArray[np.uint8]]
) -> NDArray[np.bool_]:
    """Which of P pictures of one size have ink outside the boxes of their digits, (P,).

    The search is on a level four times as fine as the coarse one, which shows small
    and thin writing.
    """
    long_side = max(images[0].shape)
    coarse = coarse_side(long_side)
    zoom = min(4 * coarse / long_side, 1.0)
    level = np.stack([pyramid(image, [zoom])[0] for image in images], axis=-1)
    contrast = normalize_local_contrast(level)  # (H, W, P)
    ink = np.abs(contrast, out=contrast)
    margin = SOFT_EDGE * long_side / coarse
    for picture, boxes in enumerate(digits):
        near, far = boxes[:, :2] - margin, boxes[:, :2] + boxes[:, 2:] + margin
        corners = np.hstack([np.maximum(near, 0), far + 1 / zoom]) * zoom
        for left, top, right, bottom in corners.astype(int).tolist():
            ink[top:bottom, left:right, picture] = 0
    return np.asarray(ink.max(axis=(0, 1)) > INK, np.bool_)


def finer_side(max_side: int) -> int:
    """The long side, in pixels, of the finest level of the pass after this one.

    >>> finer_side(736), finer_side(1656)
    (1656, 3726)
    """
    return round(FINER * max_side)


def has_finer_level(image: NDArray[np.uint8], scale: float, max_side: int) -> bool:
    """Whether a picture can be searched on a finer level than those of a pass.

    Args:
        image: (H, W) uint8, the picture that was searched.
        scale: pixels of the original per pixel of ``image``.
        max_side: px, the long side of the finest level.
    """
    long_side = max(image.shape)
    if max_side >= scale * long_side:
        return False
    finer = min(finer_side(max_side) / long_side, scale)  # its zoom
    return bool(finer**2 * image.size <= MOST_PIXELS)


def are_too_small(
    digits: NDArray[np.float32], image: NDArray[np.uint8], max_side: int
) -> bool:
    """Whether digits may have been too small on the finest level of a pass.

    Args:
        digits: (N, 4) boxes of the digits that were found, in pixels of ``image``.
        image: (H, W) uint8, the picture that was searched.
        max_side: px, the long side of the finest level.
    """
    zoom = max_side / max(image.shape)
    return not len(digits) or float(np.median(digits[:, 3])) * zoom < SMALL
