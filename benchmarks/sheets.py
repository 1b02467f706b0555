"""Synthetic sheets of paper with numbers, of any size, to read and time.

The digits are MNIST's test digits, which no network was trained on, in dark ink on
unevenly lit paper, with camera noise.
"""

from collections.abc import Sequence
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.datasets import mnist

PAPER, INK = 215.0, 50.0  # gray levels
SHADE = 35.0  # gray levels between the lightest and the darkest side
NOISE = 3.0  # gray levels, one standard deviation
WIDTH = 0.75  # of a digit's height: from digit to digit
PITCH = 1.7  # of a digit's height: from line to line


def write_sheet(
    rng: np.random.Generator,
    lines: Sequence[str],
    *,
    size: tuple[int, int],
    digit: int,
) -> NDArray[np.uint8]:
    """Write lines of digits in the middle of a sheet.

    Args:
        rng: chooses the handwriting and the jitter of each digit, and the noise.
        lines: digits and spaces.
        size: width and height of the sheet, pixels.
        digit: height of a digit, pixels.

    Returns:
        (height, width) uint8.

    Raises:
        ValueError: the lines do not fit on the sheet.
    """
    width, height = size
    step, pitch = WIDTH * digit, PITCH * digit
    left = (width - step * max(map(len, lines))) / 2
    top = (height - pitch * len(lines)) / 2
    if left < 0 or top < 0:
        raise ValueError(f"{lines} in {digit} px do not fit on {width}x{height}")
    ink = np.zeros((height, width), np.float32)  # 0..1
    for row, line in enumerate(lines):
        for column, letter in enumerate(line):
            if letter != " ":
                corner = np.array([left + column * step, top + (row + 0.25) * pitch])
                x, y = corner + rng.uniform(-0.05, 0.05, 2) * digit
                _put(ink, written_digit(rng, int(letter), digit), round(x), round(y))
    light = np.linspace(0, SHADE, width, dtype=np.float32)
    gray = (PAPER - light) * (1 - ink) + INK * ink
    gray += rng.standard_normal(ink.shape, np.float32) * NOISE
    return np.clip(np.round(gray), 0, 255).astype(np.uint8)


def numbers(rng: np.random.Generator, *, lines: int, digits: int) -> list[str]:
    """Generate ``lines`` lines of ``digits`` random digits."""
    return ["".join(map(str, rng.integers(0, 10, digits))) for _ in range(lines)]


def _put(ink: NDArray[np.float32], digit: NDArray[np.float32], x: int, y: int) -> None:
    x, y = max(x, 0), max(y, 0)
    under = ink[y : y + digit.shape[0], x : x + digit.shape[1]]
    np.maximum(under, digit[: under.shape[0], : under.shape[1]], out=under)


def written_digit(
    rng: np.random.Generator, value: int, height: int
) -> NDArray[np.float32]:
    """One random digit, cut to its ink and scaled: (height, w) in 0..1."""
    images = _by_digit()[value]
    image = images[rng.integers(len(images))]
    x, y, wide, high = cv2.boundingRect(image)
    cut = image[y : y + high, x : x + wide].astype(np.float32) / 255
    width = max(1, round(min(wide * height / high, WIDTH * height)))
    return cv2.resize(cut, (width, height), interpolation=cv2.INTER_LINEAR)


@cache
def _by_digit() -> list[NDArray[np.uint8]]:
    part = mnist.load().test_part
    return [part.images[part.labels == value] for value in range(10)]
