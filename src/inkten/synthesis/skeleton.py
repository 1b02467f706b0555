"""Thinning: from a stroke to its centre line.

T. Y. Zhang and C. Y. Suen, "A fast parallel algorithm for thinning digital patterns",
Communications of the ACM 27(3), 1984. Whether a pixel is removed depends on its eight
neighbours alone, so each round is one small filter and a table of 256 entries.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.synthesis.sampling import happens

# One bit for each neighbour, clockwise from the top.
_BITS = np.array([[128, 1, 2], [64, 0, 4], [32, 16, 8]], np.float32)


def thin(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Thin a mask of 0 and 1 to connected lines of one pixel.

    Example:
        >>> block = np.zeros((7, 9), np.uint8)
        >>> block[2:5, 1:8] = 1
        >>> int(thin(block).sum(axis=0).max())
        1
    """
    thinned, changed = mask.copy(), True
    while changed:
        changed = False
        for removable in _HALF_ROUNDS:
            around = cv2.filter2D(thinned, -1, _BITS, borderType=cv2.BORDER_CONSTANT)
            removed = np.asarray(cv2.LUT(around, removable), np.uint8) & thinned
            thinned ^= removed
            changed |= bool(removed.any())
    return thinned


def add_european_strokes(
    rng: np.random.Generator, strokes: NDArray[np.uint8], value: int
) -> NDArray[np.uint8]:
    """Add what MNIST's American writers left out: the flag of a 1, the bar of a 7."""
    rows, columns = np.nonzero(strokes)
    if value not in (0, 1, 7) or len(rows) < 12 or happens(rng, 0.6):
        return strokes
    top, bottom = rows.argmin(), rows.argmax()
    high = int(rows[bottom] - rows[top])
    reach = rng.uniform(0.15, 0.4, 2) * high

    def stroke(x0: float, y0: float, x1: float, y1: float) -> None:
        cv2.line(strokes, (round(x0), round(y0)), (round(x1), round(y1)), 1)

    if value == 1:
        x, y = columns[top], rows[top]
        stroke(x, y, x - reach[0], y + reach[1])
        if happens(rng, 0.5):
            x, y = columns[bottom], rows[bottom]
            stroke(x - reach[0], y + rng.integers(-1, 2), x + reach[1], y)
    elif value == 7:
        y = rows[top] + round(high * rng.uniform(0.42, 0.6))
        x = columns[rows == y].mean() if (rows == y).any() else columns.mean()
        stroke(x - reach[0], y + rng.integers(0, 3), x + reach[1], y)
    elif happens(rng, 0.15):  # a slashed 0 is rare outside of computing
        stroke(columns.max(), rows[top] + 1, columns.min(), rows[bottom] - 1)
    return strokes


def _removable(first_half: bool) -> NDArray[np.uint8]:
    """(256,) 1 where a pixel with these neighbours is removed in this half round."""
    table = np.zeros(256, np.uint8)
    for code in range(256):
        around = [bool(code >> place & 1) for place in range(8)]
        north, _, east, _, south, _, west, _ = around
        # Around the pixel, ink must start exactly once: else it is a bridge.
        begins = sum(
            after and not here
            for here, after in zip(around, [*around[1:], north], strict=True)
        )
        if first_half:
            outer = not (east and south and (north or west))
        else:
            outer = not (north and west and (east or south))
        table[code] = 2 <= sum(around) <= 6 and begins == 1 and outer
    return table


_HALF_ROUNDS = (_removable(first_half=True), _removable(first_half=False))
