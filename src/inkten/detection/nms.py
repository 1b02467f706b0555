"""Non-maximum suppression: detections of several levels -> one per digit.

After Felzenszwalb et al. 2010, "Object detection with discriminatively trained
part-based models". Here a whole digit also suppresses its own parts: the loop of a 6
looks like a 0 on a finer level.
"""

import numpy as np
from numpy.typing import NDArray

from inkten.detection.boxes import Indices, areas, overlapping_pairs, overlaps
from inkten.detection.heatmap import Detections

SAME_DIGIT = 0.4  # intersection over union: two detections of one digit
PART = 0.65  # intersection over the smaller: that box is a part of the larger one
WHOLE_BONUS = 0.15  # how much higher a part must score than the digit it lies in
GROUP = 3  # digits: this many in one box are a number, not parts of a digit
GROUP_SCORE = 0.5  # ... each with at least this score
GROUP_AREA = 5  # ... and the box is this many times as large as each


def non_max_suppression(detections: Detections) -> Detections:
    """Keep the best detection of each digit, highest score first."""
    count = len(detections)
    if count < 2:
        return detections
    boxes = detections.boxes
    one, other = overlapping_pairs(boxes, boxes)
    iou, share_of_smaller = overlaps(boxes[one], boxes[other])
    is_part = share_of_smaller > PART
    size = areas(boxes)
    is_whole = np.zeros(count, np.bool_)
    is_whole[one[is_part & (size[one] > 2 * size[other])]] = True
    rank = detections.scores + WHOLE_BONUS * is_whole
    suppresses = is_part | (iou > SAME_DIGIT)
    inside = is_part & (size[one] > GROUP_AREA * size[other])
    inside &= detections.scores[other] >= GROUP_SCORE
    remaining = ~_are_groups(one, other, inside, iou > SAME_DIGIT, count)
    one, other = one[suppresses], other[suppresses]  # `one` in rising order
    starts = np.searchsorted(one, np.arange(count + 1)).tolist()
    kept: list[int] = []
    for index in np.argsort(-rank, kind="stable").tolist():
        if remaining[index]:
            kept.append(index)
            remaining[other[starts[index] : starts[index + 1]]] = False
    best = detections.take(np.array(kept, int))
    return best.take(np.argsort(-best.scores, kind="stable"))


def _are_groups(
    one: Indices,
    other: Indices,
    is_inside: NDArray[np.bool_],
    is_same: NDArray[np.bool_],
    count: int,
) -> NDArray[np.bool_]:
    """Which of ``count`` detections are boxes around several digits.

    Args:
        one: (P,) the first of each overlapping pair.
        other: (P,) the second of each pair.
        is_inside: (P,) whether the other is a much smaller digit in the first one.
        is_same: (P,) whether both are detections of one digit.
        count: how many detections there are.
    """
    are_groups = np.bincount(one[is_inside], minlength=count) >= GROUP
    for whole in np.flatnonzero(are_groups).tolist():
        parts = set(other[is_inside & (one == whole)].tolist())
        distinct = 0
        while parts:
            part = parts.pop()
            parts -= set(other[is_same & (one == part)].tolist())
            distinct += 1
        are_groups[whole] = distinct >= GROUP
    return np.asarray(are_groups, np.bool_)
