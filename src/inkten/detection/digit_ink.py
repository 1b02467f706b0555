"""Ink of the digits' colour, and what of it is outside their boxes."""

import numpy as np
from numpy.typing import NDArray

INK = 1.0  # normalized contrast: below it is paper, as in inkten.detection.coarse
MOST_INK = 2.0  # normalized contrast: stronger ink does not count more

Mask = NDArray[np.uint8]  # (H, W), 1 where there is ink


def without_paper(contrast: NDArray[np.float32]) -> NDArray[np.float32]:
    """Normalized contrast with 0 where it is paper, at most ``MOST_INK``: (H, W)."""
    ink = np.clip(contrast, -MOST_INK, MOST_INK)
    ink[(contrast >= -INK) & (contrast <= INK)] = 0
    return np.asarray(ink, np.float32)


def ink_like_digits(contrast: NDArray[np.float32], corners: NDArray[np.int_]) -> Mask:
    """Ink as dark or as light as that of the digits: the other extreme is glare.

    Args:
        contrast: (H, W) around 0, and 0 where it is paper.
        corners: (N, 4) left, top, right and bottom of the digits.
    """
    of_digits = sum(
        float(contrast[top:bottom, left:right].sum())
        for left, top, right, bottom in corners.tolist()
    )
    is_ink = contrast < 0 if of_digits < 0 else contrast > 0
    return is_ink.astype(np.uint8)


def outside_boxes(ink: Mask, corners: NDArray[np.int_], margin: int) -> Mask:
    """The ink that is at least ``margin`` pixels outside the digits' boxes."""
    outside = ink.copy()
    for left, top, right, bottom in corners.tolist():
        rows = slice(max(top - margin, 0), bottom + margin)
        outside[rows, max(left - margin, 0) : right + margin] = 0
    return outside
