"""Single stages of an explanation as pictures: uint8, gray or RGB."""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.detection.heatmap import CELL
from inkten.digits import Box
from inkten.reading import Reading

MAX_CONTRAST = 3.0  # normalized contrast drawn as white; its negative is black
HEAT_COLOUR = np.array([255, 96, 0], np.float32)  # RGB

Area = tuple[float, float, float, float]  # left, top, right, bottom, as shares
Gray = NDArray[np.uint8]
Rgb = NDArray[np.uint8]


def area_around(boxes: Iterable[Box], reading: Reading) -> Area:
    """The part of a picture around digits; all of it without any."""
    around = list(boxes)
    if not around:
        return 0, 0, 1, 1
    box = Box.around(around)
    tallest = max(each.height for each in around)
    height, width = (side * reading.scale for side in reading.gray.shape)
    return (
        max((box.x - tallest) / width, 0),
        max((box.y - tallest) / height, 0),
        min((box.right + tallest) / width, 1),
        min((box.bottom + tallest) / height, 1),
    )


def cropped(picture: NDArray[np.uint8], area: Area) -> NDArray[np.uint8]:
    """An area of a picture, at least one pixel of it."""
    height, width = picture.shape[:2]
    left, top, right, bottom = area
    rows = slice(int(top * height), max(int(bottom * height), int(top * height) + 1))
    columns = slice(int(left * width), max(int(right * width), int(left * width) + 1))
    return np.ascontiguousarray(picture[rows, columns])


def contrast_to_gray(contrast: NDArray[np.float32]) -> Gray:
    """Normalized contrast: gray is the local mean, white is lighter."""
    gray = 127.5 * (1 + np.clip(contrast / MAX_CONTRAST, -1, 1))
    return np.asarray(gray.round(), np.uint8)


def heat_over(gray: Gray, heat: NDArray[np.float32]) -> Rgb:
    """The heat map over what the network got, which is paler."""
    height, width = gray.shape
    size = heat.shape[1] * CELL, heat.shape[0] * CELL
    large = cv2.resize(heat, size, interpolation=cv2.INTER_LINEAR)
    large = large[:height, :width, None]
    pale = 0.35 * cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB).astype(np.float32) + 0.65 * 255
    mixed = pale * (1 - large) + HEAT_COLOUR * large
    return np.asarray(mixed.round().clip(0, 255), np.uint8)


def bright(values: NDArray[np.float32]) -> Rgb:
    """Colours from black (the least) over orange to light yellow (the greatest).

    Returns:
        (..., 3) for values of any shape.
    """
    low, high = float(values.min()), float(values.max())
    gray = (255 * (values - low) / max(high - low, 1e-6)).round().astype(np.uint8)
    flat = cv2.applyColorMap(gray.reshape(-1, 1), cv2.COLORMAP_INFERNO)
    return np.asarray(flat[..., ::-1].reshape(*gray.shape, 3), np.uint8)


def most_active(values: NDArray[np.float32], count: int) -> NDArray[np.intp]:
    """The places, in order, of the channels with the greatest values."""
    strongest = np.argsort(-values.reshape(len(values), -1).max(axis=1), kind="stable")
    return np.sort(strongest[:count])
