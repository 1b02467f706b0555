"""Finds of several levels -> one per digit.

Non-maximum suppression, after Felzenszwalb et al. 2010, in which a whole digit also
wins over its own parts: the loop of a 6 is a fair 0 on a finer level.
"""

import numpy as np
from numpy.typing import NDArray

from inkten.finder.peaks import Finds

SAME = 0.4  # intersection over union: two finds of one digit
WITHIN = 0.75  # of the smaller box: a part of the larger one
WHOLE_BONUS = 0.15  # how much surer a part must be than the whole it lies in


def one_per_digit(finds: Finds) -> Finds:
    """Keep the best find of each digit, surest first."""
    shared, union, smaller = _overlaps(finds.boxes)
    areas = finds.boxes[:, 2] * finds.boxes[:, 3]
    rank = finds.scores + WHOLE_BONUS * _holds_another(shared, smaller, areas)
    kept: list[int] = []
    for index in np.argsort(-rank, kind="stable").tolist():
        rivals = shared[index, kept]
        same = rivals > SAME * union[index, kept]
        within = rivals > WITHIN * smaller[index, kept]
        if not (same | within).any():
            kept.append(index)
    return finds.take(np.array(kept, int))


def _overlaps(
    boxes: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Of each pair: the shared area, the union, and the smaller of the two, (N, N)."""
    corner, far = boxes[:, :2], boxes[:, :2] + boxes[:, 2:]
    sides = np.minimum(far[:, None], far) - np.maximum(corner[:, None], corner)
    shared = np.clip(sides, 0, None).prod(axis=-1)
    area = boxes[:, 2:].prod(axis=-1)
    return shared, area[:, None] + area - shared, np.minimum(area[:, None], area)


def _holds_another(
    shared: NDArray[np.float32],
    smaller: NDArray[np.float32],
    areas: NDArray[np.float32],
) -> NDArray[np.bool_]:
    """Which finds hold a smaller one of less than half their size."""
    much_smaller = areas[:, None] > 2 * areas[None, :]
    held: NDArray[np.bool_] = ((shared > WITHIN * smaller) & much_smaller).any(axis=1)
    return held
