"""Gray -> levels: the picture at several sizes, each flattened for the network.

On a level the network finds the digits that are 13 to 46 px high; each level is half
the one before, so every digit is in that range on at least one.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

LEAST_HEIGHT, MOST_HEIGHT = 13, 46  # px, of the digits that are found on one level
LARGEST_LEVEL = 960  # px, the long side: digits of 1.5 % of it are still found
SMALLEST_LEVEL = 28  # px, the long side: a digit that fills its picture fits
ENLARGED = 64  # px: smaller pictures are doubled, as two digits in 28x28 are 10 px high
WINDOW = 65  # px: wider than the largest digit of a level, so that none is flattened
LEAST_SPREAD = 3.0  # gray levels: fainter texture is not made strong
INK_SHARE = 0.3  # of the strongest local spread: where no ink is, paper stays paper
SURROUND = 6  # px of paper carried on around a level: a digit may touch its border


def zooms(long_side: int, largest_level: int = LARGEST_LEVEL) -> list[float]:
    """Sizes to look at a picture in, finest first, as shares of its own.

    >>> zooms(28), zooms(280), zooms(1920, largest_level=480)
    ([2.0, 1.0], [1.0, 0.5, 0.25, 0.125], [0.25, 0.125, 0.0625, 0.03125, 0.015625])
    """
    zoom = 2.0 if long_side <= ENLARGED else min(1.0, largest_level / long_side)
    steps: list[float] = []
    while long_side * zoom >= SMALLEST_LEVEL or not steps:
        steps.append(zoom)
        zoom /= 2
    return steps


def level(gray: NDArray[np.uint8], zoom: float) -> NDArray[np.uint8]:
    """The picture at one size, (H, W) uint8."""
    if zoom == 1:
        return gray
    smooth = cv2.INTER_AREA if zoom < 1 else cv2.INTER_CUBIC
    height, width = (max(1, round(side * zoom)) for side in gray.shape)
    return np.asarray(cv2.resize(gray, (width, height), interpolation=smooth), np.uint8)


def surrounded(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Carry the border of a level on, by ``SURROUND`` pixels on each side."""
    sides = (SURROUND,) * 4
    return np.asarray(
        cv2.copyMakeBorder(pixels, *sides, borderType=cv2.BORDER_REPLICATE), np.uint8
    )


def flatten(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Take the local mean away and divide by the local spread.

    A page of any size, in any light, then looks alike to the network.

    Args:
        pixels: (H, W) uint8.

    Returns:
        (H, W) float32 around 0.
    """
    flat = pixels.astype(np.float32)
    mean = _blur(flat)
    spread = _blur(flat * flat)  # then in place: new arrays would take as long again
    spread -= mean * mean
    np.sqrt(np.maximum(spread, 0, out=spread), out=spread)
    # Every fourth pixel tells as much about the strongest as all do.
    spread += LEAST_SPREAD + INK_SHARE * _percentile_99(spread[::4, ::4])
    flat -= mean
    flat /= spread
    return flat


def _percentile_99(values: NDArray[np.float32]) -> float:
    """As np.percentile has it, in a tenth of its time where the values are few."""
    ranked = np.sort(values, axis=None)
    place = 0.99 * (ranked.size - 1)
    low, high = ranked[math.floor(place)], ranked[math.ceil(place)]
    return float(low + (high - low) * (place % 1))


def _blur(values: NDArray[np.float32]) -> NDArray[np.float32]:
    blurred = cv2.blur(values, (WINDOW, WINDOW), borderType=cv2.BORDER_REFLECT)
    return np.asarray(blurred, np.float32)
