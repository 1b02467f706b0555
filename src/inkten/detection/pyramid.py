"""Gray pictures -> levels: the picture at several sizes, normalized for the network.

On one level the network finds the digits that are 13 to 46 px high. Each level is half
the size of the one before, so every digit is in that range on at least one.
"""

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

MIN_HEIGHT, MAX_HEIGHT = 13, 46  # px, of the digits that are found on one level
MAX_SIDE = 736  # px, the long side: digits of 1.8 % of it are still found
MIN_SIDE = 28  # px, the long side of the coarsest level: a digit may fill it
UPSCALE_BELOW = 64  # px: smaller ones are doubled; two digits in 28x28 are 10 px high
WINDOW = 65  # px: wider than the largest digit of a level, so that none is lost
MIN_SPREAD = 3.0  # gray levels: fainter texture is not amplified
INK_SHARE = 0.3  # of the strongest local spread: without ink, paper stays paper
BILINEAR_ABOVE = 0.6  # zoom: above it, bilinear loses nothing and is 5 times as fast
ROWS = 512  # px: squared at once, as the squares of a large page take 60 MB
PADDING = 6  # px added around a level: a digit may touch the border


def zooms(long_side: int, max_side: int = MAX_SIDE) -> list[float]:
    """The zoom of each level of a picture, finest first, relative to its own size.

    >>> zooms(28), zooms(28, max_side=28), zooms(280)
    ([2.0, 1.0], [1.0], [1.0, 0.5, 0.25, 0.125])
    >>> zooms(1920, max_side=480)
    [0.25, 0.125, 0.0625, 0.03125, 0.015625]
    """
    finest = 2.0 if long_side <= UPSCALE_BELOW else 1.0
    zoom = min(finest, max_side / long_side)
    steps: list[float] = []
    while long_side * zoom >= MIN_SIDE or not steps:
        steps.append(zoom)
        zoom /= 2
    return steps


def pyramid(gray: NDArray[np.uint8], steps: list[float]) -> list[NDArray[np.uint8]]:
    """The picture at each zoom of ``steps``, (H, W) uint8 each."""
    levels: list[NDArray[np.uint8]] = []
    for zoom in steps:
        # Halving the level before is much faster than starting from the picture.
        source = levels[-1] if levels and zoom < 1 else gray
        height, width = (max(1, round(side * zoom)) for side in gray.shape)
        levels.append(_resized(source, height, width))
    return levels


def _resized(gray: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    if gray.shape == (height, width):
        return gray
    zoom = width / gray.shape[1]
    if zoom > 1:
        interpolation = cv2.INTER_CUBIC
    elif zoom > BILINEAR_ABOVE:
        interpolation = cv2.INTER_LINEAR
    else:
        interpolation = cv2.INTER_AREA
    return np.asarray(
        cv2.resize(gray, (width, height), interpolation=interpolation), np.uint8
    )


def pad(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Repeat the border of a level ``PADDING`` pixels outward on each side."""
    sides = (PADDING,) * 4
    return np.asarray(
        cv2.copyMakeBorder(pixels, *sides, borderType=cv2.BORDER_REPLICATE), np.uint8
    )


def normalize_local_contrast(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Subtract the local mean and divide by the local standard deviation.

    Pages of any size and in any light then look alike to the network.

    Args:
        pixels: (H, W) uint8, or (H, W, P) for several pictures of one size.

    Returns:
        float32 around 0, of the same shape.
    """
    mean = _around(pixels, cv2.boxFilter)
    spread = _around(pixels, cv2.sqrBoxFilter)  # the mean of the squares
    # In place from here on: new arrays would take as long again.
    for rows in range(0, len(mean), ROWS):
        part = mean[rows : rows + ROWS]
        spread[rows : rows + ROWS] -= part * part
    np.sqrt(np.maximum(spread, 0, out=spread), out=spread)
    # Every fourth pixel gives the same percentile as all of them.
    spread += MIN_SPREAD + INK_SHARE * _percentile_99(spread[::4, ::4])
    contrast = np.subtract(pixels, mean, out=mean)
    contrast /= spread
    return np.asarray(contrast, np.float32)


def _percentile_99(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """As np.percentile over each picture, in a tenth of its time."""
    ranked = np.sort(values.reshape(-1, *values.shape[2:]), axis=0)
    place = 0.99 * (len(ranked) - 1)
    low, high = ranked[math.floor(place)], ranked[math.ceil(place)]
    return np.asarray(low + (high - low) * (place % 1), np.float32)


def _around(
    pixels: NDArray[np.uint8], average: Callable[..., object]
) -> NDArray[np.float32]:
    """An average around each pixel; integers are summed faster than floats."""
    window, reflect = (WINDOW, WINDOW), cv2.BORDER_REFLECT
    averages = average(pixels, cv2.CV_32F, window, borderType=reflect)
    # OpenCV drops the last axis of a single picture.
    return np.asarray(averages, np.float32).reshape(pixels.shape)
