"""Boxes -> reading order: lines from top to bottom, numbers from left to right.

A box belongs to a line when its middle lies within the height of the line's last box
before it, so a slope is followed. A gap as wide as a digit begins a new number.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Indices = list[int]
NUMBER_GAP = 0.9  # of the line's median digit height: a gap this wide parts numbers
WIDER_THAN_USUAL = 1.5  # ... if it is also wider than the line's median gap by this
ENOUGH_GAPS = 3  # that "usual" means something


def arrange(boxes: NDArray[np.float32]) -> list[list[Indices]]:
    """Put boxes in reading order.

    Args:
        boxes: (N, 4) x, y, width, height.

    Returns:
        Lines of numbers of indices into ``boxes``.
    """
    if len(boxes) == 1:  # most small pictures; the rest of this file says the same
        return [[[0]]]
    return [_numbers(boxes, line) for line in _lines(boxes)]


def _lines(boxes: NDArray[np.float32]) -> list[Indices]:
    """Sweep from the left; each box joins the line whose end it continues best."""
    lines: list[Indices] = []
    for index in np.argsort(boxes[:, 0] + boxes[:, 2] / 2, kind="stable").tolist():
        offsets = [_offset(boxes, line, index) for line in lines]
        best = int(np.argmin(offsets)) if offsets else -1
        if best >= 0 and offsets[best] < 0.5:
            lines[best].append(index)
        else:
            lines.append([index])
    return sorted(lines, key=lambda line: float(np.median(_middles(boxes, line))))


def _offset(boxes: NDArray[np.float32], line: Indices, index: int) -> float:
    """How far a box is above or below the end of a line, in digit heights."""
    end = line[-3:]  # three: one uneven digit does not bend the line
    height = max(float(np.median(boxes[end, 3])), float(boxes[index, 3]))
    middle = float(np.median(_middles(boxes, end)))
    return abs(float(_middles(boxes, [index])[0]) - middle) / max(height, 1e-6)


def _middles(boxes: NDArray[np.float32], indices: Sequence[int]) -> NDArray[np.float32]:
    return boxes[indices, 1] + boxes[indices, 3] * np.float32(0.5)


def _numbers(boxes: NDArray[np.float32], line: Indices) -> list[Indices]:
    left, right = boxes[line, 0], boxes[line, 0] + boxes[line, 2]
    gaps = left[1:] - right[:-1]
    widest = NUMBER_GAP * float(np.median(boxes[line, 3]))
    if len(gaps) >= ENOUGH_GAPS:  # someone who writes wide writes no shorter numbers
        widest = max(widest, WIDER_THAN_USUAL * float(np.median(gaps)))
    numbers = [[line[0]]]
    for gap, index in zip(gaps, line[1:], strict=True):
        if gap > widest:
            numbers.append([])
        numbers[-1].append(index)
    return numbers
