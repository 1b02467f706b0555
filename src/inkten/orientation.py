"""Which way is up: quarter turns of a picture, and how much speaks for each."""

from typing import Literal, TypeAlias

import numpy as np

from inkten.image.decode import GrayImage
from inkten.reading import Reading

Turn: TypeAlias = Literal[0, 90, 180, 270, "auto"]
TURNS = (0, 90, 180, 270)  # degrees, clockwise
# As the doors take them: the command line and a query know text only.
TURN_NAMED: dict[str, Turn] = {"0": 0, "90": 90, "180": 180, "270": 270, "auto": "auto"}
DOUBT = 0.5  # a digit less sure than this makes a turn less likely


def turns_of(rotate: Turn) -> tuple[int, ...]:
    """The turns to try: one, or all four.

    Raises:
        ValueError: another one.
    """
    if rotate == "auto":
        return TURNS
    if rotate not in TURNS:
        raise ValueError(f"rotate={rotate!r}; expected 0, 90, 180, 270 or 'auto'")
    return (rotate,)


def turned(gray: GrayImage, degrees: int) -> GrayImage:
    """The picture turned clockwise by a multiple of 90 degrees."""
    quarters = degrees // 90
    if quarters == 0:
        return gray
    pixels = np.ascontiguousarray(np.rot90(gray.pixels, -quarters))
    size = gray.original_size
    return GrayImage(pixels, size[::-1] if size and quarters % 2 else size)


def orientation_score(reading: Reading) -> float:
    """How much speaks for a turn: sure digits do, doubtful ones speak against it."""
    return sum(digit.confidence - DOUBT for digit in reading.digits)
