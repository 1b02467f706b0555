"""Thinning: a stroke worn down from both sides to the line its pen followed.

T. Y. Zhang and C. Y. Suen, "A fast parallel algorithm for thinning digital patterns",
Communications of the ACM 27(3), 1984. Whether a pixel may go depends on its eight
neighbours alone, so each round is a table of 256 answers and one small filter.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

# Each neighbour is a bit: from the top, clockwise.
_BITS = np.array([[128, 1, 2], [64, 0, 4], [32, 16, 8]], np.float32)


def thin(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Wear a mask of 0 and 1 down to lines of one pixel that stay connected.

    Example:
        >>> block = np.zeros((7, 9), np.uint8)
        >>> block[2:5, 1:8] = 1
        >>> int(thin(block).sum(axis=0).max())
        1
    """
    worn, goes_on = mask.copy(), True
    while goes_on:
        goes_on = False
        for removable in _HALF_ROUNDS:
            around = cv2.filter2D(worn, -1, _BITS, borderType=cv2.BORDER_CONSTANT)
            going = np.asarray(cv2.LUT(around, removable), np.uint8) & worn
            worn ^= going
            goes_on |= bool(going.any())
    return worn


def _removable(first_half: bool) -> NDArray[np.uint8]:
    """(256,) 1 where a pixel with these neighbours may go in this half of a round."""
    table = np.zeros(256, np.uint8)
    for code in range(256):
        around = [bool(code >> place & 1) for place in range(8)]
        north, _, east, _, south, _, west, _ = around
        # Walking around the pixel, ink must begin once: else it is a bridge.
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
