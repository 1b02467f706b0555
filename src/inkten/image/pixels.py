"""Arrays of pixels of any range and shape -> (H, W) uint8 gray."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.errors import PictureError

# Resizing and sharpening push floats beyond white and black by up to this factor.
OVERSHOOT = 1.3


def array_to_gray(array: NDArray[np.generic]) -> NDArray[np.uint8]:
    """An array of any accepted shape and type -> (H, W) uint8."""
    array = np.asarray(array)  # np.matrix stays two-dimensional when reshaped
    if array.ndim not in (2, 3) or (
        array.ndim == 3 and array.shape[2] not in (1, 3, 4)
    ):
        raise PictureError(
            f"an array of shape {array.shape} is not a picture; "
            "expected (H, W), (H, W, 3) RGB or (H, W, 4) RGBA"
        )
    if array.size == 0:
        raise PictureError(f"an array of shape {array.shape} holds no pixels")
    levels = _to_bytes(array)
    if levels.ndim == 2 or levels.shape[2] == 1:
        # A copy: the caller may change the array before it is read.
        return levels.reshape(levels.shape[:2]).copy()
    gray = rgb_to_gray(levels[..., :3])
    return gray if levels.shape[2] == 3 else compose(gray, levels[..., 3])


def _to_bytes(array: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Bring any range to 0..255."""
    if array.dtype == np.uint8:
        return array.view(np.uint8)
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * np.uint8(255)
    if array.dtype.kind not in "iuf":
        raise PictureError(
            f"an array of {array.dtype} is not a picture; expected uint8"
        )
    low, high = float(array.min()), float(array.max())
    below = (OVERSHOOT - 1) * high if array.dtype.kind == "f" else 0
    if not (np.isfinite(low) and np.isfinite(high)) or low < -below or high > 65535:
        raise PictureError(
            f"array values from {low:g} to {high:g}; expected 0..1, 0..255 or 0..65535"
        )
    levels = array.astype(np.float32) * np.float32(_gain(array, high))
    return levels.round().clip(0, 255).astype(np.uint8)


def _gain(array: NDArray[np.generic], high: float) -> float:
    if array.dtype.kind == "f":
        high /= OVERSHOOT
        if high <= 1:
            return 255
    sixteen_bits = array.dtype.kind == "u" and array.dtype.itemsize == 2
    if not sixteen_bits and high <= 255:
        return 1
    # Scanners and microscopes store 12 bits in 16; read as 16 bits, that is black.
    return 255 / 4095 if high <= 4095 else 255 / 65535


def rgb_to_gray(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 3) RGB -> (H, W) luma, ITU-R BT.601."""
    gray = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY)
    return gray.astype(np.uint8, copy=False)


def compose(gray: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Fill what is transparent so that the ink stays visible.

    Where most of the picture is opaque, the opaque part is paper, and its shade fills
    the rest. Where most is transparent, the opaque part is ink, on the opposite shade.
    """
    opaque = alpha > 127
    if opaque.all() and alpha.min() == 255:
        return gray
    if opaque.mean() > 0.5:
        behind = float(np.median(gray[opaque]))
    else:
        inked = opaque if opaque.any() else alpha > 0
        ink = float(np.median(gray[inked])) if inked.any() else 0.0
        behind = 255.0 if ink < 128 else 0.0
    weight = alpha.astype(np.float32) / 255
    return (gray * weight + behind * (1 - weight)).round().astype(np.uint8)
