"""Group pictures by size, to process each group as one batch."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def by_shape(images: Sequence[NDArray[np.uint8]]) -> list[list[int]]:
    """The indices of the images of each shape, wherever they are in the sequence.

    >>> by_shape([np.zeros(shape, np.uint8) for shape in ((2, 2), (3, 2), (2, 2))])
    [[0, 2], [1]]
    """
    groups: dict[tuple[int, ...], list[int]] = {}
    for place, image in enumerate(images):
        groups.setdefault(image.shape, []).append(place)
    return list(groups.values())
