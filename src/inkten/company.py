"""Digits keep company: what stands beside a digit of its height is likelier one, too.

What detector and classifier say of a find knows nothing of the others on the picture: of
a thin 1 that both half believe in, the 0 beside it says more. What stands alone is
believed as it was.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inkten.detection import Detections
from inkten.detection.boxes import intersection_over_union, shared_sides
from inkten.fusion import accepted

NEAR = 1.0  # times the higher one's height: no wider a gap lies between the two
ALIKE = 1.4  # times as high as the other, at the most; chosen on synthetic pages
SAME_INK = 0.2  # intersection over union: two finds of one stroke are no company


def boost_neighbours(
    finds: Sequence[Detections], joined: NDArray[np.float32], weight: float
) -> NDArray[np.float32]:
    """Raise the belief in those finds that stand beside a digit.

    Args:
        finds: of each picture, N in all.
        joined: (N, 10) probabilities of each digit, as `inkten.fusion.join` has them.
        weight: what company adds on the scale of log odds.

    Returns:
        (N, 10); in a row, the digits keep their shares.
    """
    belief = joined.sum(axis=1)
    odds = np.exp(weight * _accompanied(finds, accepted(joined)))
    return np.asarray(joined * (odds / (1 + belief * (odds - 1)))[:, None], np.float32)


def _accompanied(
    finds: Sequence[Detections], believed: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which of N finds stand beside another one that is believed, (N,) both."""
    found = np.zeros(len(believed), np.bool_)
    start = 0
    for its in finds:
        part = slice(start, start + len(its))
        if len(its) > 1:
            found[part] = _beside(its.boxes, its.boxes[believed[part]])
        start = part.stop
    return found


def _beside(
    boxes: NDArray[np.float32], others: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Which of (N, 4) boxes stand beside one of (M, 4) others that is about as high."""
    heights, other_heights = boxes[:, None, 3], others[:, 3]
    higher = np.maximum(heights, other_heights)  # (N, M)
    lower = np.minimum(heights, other_heights)
    close = -shared_sides(boxes, others).min(axis=-1) <= NEAR * higher
    same = intersection_over_union(boxes, others) > SAME_INK  # a box with itself, too
    return np.asarray((close & ~same & (higher <= ALIKE * lower)).any(axis=1), np.bool_)
