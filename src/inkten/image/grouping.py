"""Pictures of one size, which are computed together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def by_shape(images: Sequence[NDArray[np.uint8]]) -> list[list[int]]:
    """The places of the images of each shape, wherever they stand in the sequence.

    >>> by_shape([np.zeros(shape, np.uint8) for shape in ((2, 2), (3, 2), (2, 2))])
    [[0, 2], [1]]
    """
    groups: dict[tuple[int, ...], list[int]] = {}
    for place, image in enumerate(images):
        groups.setdefault(image.shape, []).append(place)
    return list(groups.values())
