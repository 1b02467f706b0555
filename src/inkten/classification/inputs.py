"""What a classifier got of the digits of a reading: to learn from it, or to show it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inkten.classification.tiles import TILE_SIDE, cut_tiles
from inkten.digits import Digit
from inkten.reading import Reading


def tiles_of(
    reading: Reading, digits: Sequence[Digit], *, context: bool = False
) -> NDArray[np.float32]:
    """The tiles of digits of a reading, as its classifier got them.

    Args:
        reading: has the picture that they stand on.
        digits: N of its digits.
        context: also cut each digit's surroundings, for a classifier that names signs.

    Returns:
        (N, 28, 28) float32, ink = 1; with ``context``, (N, 28, 28, 2).
    """
    tiles = np.array([digit.tile for digit in digits], np.float32)
    tiles = tiles.reshape(-1, TILE_SIDE, TILE_SIDE)
    if not context:
        return tiles
    boxes = boxes_on_gray(digits, reading.scale)
    around = cut_tiles(reading.gray, boxes, context=True)[..., 1]
    return np.stack([tiles, around], axis=-1)


def boxes_on_gray(digits: Sequence[Digit], scale: float) -> NDArray[np.float32]:
    """The boxes of digits in pixels of the picture that was read: (N, 4).

    Args:
        digits: N digits of a reading.
        scale: of the reading.
    """
    boxes = [
        (digit.box.x, digit.box.y, digit.box.width, digit.box.height)
        for digit in digits
    ]
    return np.array(boxes, np.float32).reshape(-1, 4) / np.float32(scale)
