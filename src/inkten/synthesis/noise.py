"""Random textures, cut from a bank that is generated once.

Fresh noise would take most of a page's few milliseconds. A random window of a much
larger bank, flipped at random, looks as random and costs a slice.
"""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

BANK_SIDE = 768


@cache
def _bank(softness: float) -> NDArray[np.float32]:
    """(BANK_SIDE, BANK_SIDE) noise, mean 0, deviation 1, blurred by ``softness`` px."""
    bank = np.random.default_rng(28).standard_normal((BANK_SIDE, BANK_SIDE))
    if softness:
        bank = np.asarray(cv2.GaussianBlur(bank, (0, 0), softness))
    bank = (bank - bank.mean()) / bank.std()
    return np.asarray(bank, np.float32)


def noise(
    rng: np.random.Generator, height: int, width: int, softness: float = 0.0
) -> NDArray[np.float32]:
    """Cut a (height, width) window of noise: mean near 0, deviation near 1.

    Args:
        rng: Chooses the window.
        height: Rows; beyond ``BANK_SIDE`` the noise repeats itself.
        width: Columns; likewise.
        softness: Grain size, pixels; each new value makes a bank, so callers use few.

    Returns:
        Perhaps a view of the bank: do not write to it.
    """
    bank = _bank(softness)
    place_y, place_x, flip_y, flip_x = rng.random(4).tolist()
    if max(height, width) > BANK_SIDE:
        bank = np.tile(bank, (-(-height // BANK_SIDE), -(-width // BANK_SIDE)))
    rows, columns = bank.shape
    top = int(place_y * (rows - height + 1))
    left = int(place_x * (columns - width + 1))
    cut = bank[top : top + height, left : left + width]
    return cut[:: 1 if flip_y < 0.5 else -1, :: 1 if flip_x < 0.5 else -1]


def hills(rng: np.random.Generator, side: int, count: int) -> NDArray[np.float32]:
    """(side, side) surface of ``count`` x ``count`` soft hills between -1 and 1."""
    knots = rng.uniform(-1, 1, (count, count)).astype(np.float32)
    return np.asarray(
        cv2.resize(knots, (side, side), interpolation=cv2.INTER_CUBIC), np.float32
    )
