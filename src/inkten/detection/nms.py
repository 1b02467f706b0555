"""Detections of several levels -> one per digit.

Non-maximum suppression, after Felzenszwalb et al. 2010, in which a whole digit also
wins over its own parts: the loop of a 6 is a fair 0 on a finer level.
"""

import numpy as np

from inkten.detection.boxes import areas, overlaps
from inkten.detection.heatmap import Detections

SAME = 0.4  # intersection over union: two finds of one digit
WITHIN = 0.75  # of the smaller box: it is a part of the larger one
WHOLE_BONUS = 0.15  # how much surer a part must be than the whole it lies in


def non_max_suppression(finds: Detections) -> Detections:
    """Keep the best find of each digit, surest first."""
    if len(finds) < 2:
        return finds
    union_share, within = overlaps(finds.boxes, finds.boxes)
    is_part = within > WITHIN
    size = areas(finds.boxes)
    is_whole = (is_part & (size[:, None] > 2 * size)).any(axis=1)
    rank = finds.scores + WHOLE_BONUS * is_whole
    beaten = is_part | (union_share > SAME)
    kept: list[int] = []
    left = np.ones(len(finds), np.bool_)
    for index in np.argsort(-rank, kind="stable").tolist():
        if left[index]:
            kept.append(index)
            left &= ~beaten[index]
    best = finds.take(np.array(kept, int))
    return best.take(np.argsort(-best.scores, kind="stable"))
