"""Boxes -> reading order: lines from top to bottom, numbers from left to right.

A box joins the line whose last boxes are at its height, so slightly sloping lines are
followed. A gap about as wide as a digit is high starts a new number.
"""

import math
from statistics import median

import numpy as np
from numpy.typing import NDArray

Indices = list[int]
SAME_LINE = 0.5  # of a digit's height: a box further above or below is on another
NUMBER_GAP = 0.9  # of the line's median digit height: a wider gap separates numbers
WIDER_THAN_USUAL = 1.5  # ... if it is also this many times the line's median gap
ENOUGH_GAPS = 3  # for a meaningful median


def arrange(boxes: NDArray[np.float32]) -> list[list[Indices]]:
    """Put boxes in reading order.

    Args:
        boxes: (N, 4) x, y, width, height.

    Returns:
        Lines of numbers of indices into ``boxes``.
    """
    if len(boxes) == 1:  # most small pictures: a shortcut with the same result
        return [[[0]]]
    return [_numbers(boxes, line) for line in _lines(boxes)]


def _lines(boxes: NDArray[np.float32]) -> list[Indices]:
    """Sweep from the left; each box joins the line whose end it continues best."""
    # For a few numbers, Python's median takes a tenth of NumPy's time.
    heights: list[float] = boxes[:, 3].tolist()
    middles: list[float] = (boxes[:, 1] + boxes[:, 3] / 2).tolist()

    def offset(line: Indices, index: int) -> float:
        """How far a box is above or below the end of a line, in digit heights."""
        end = line[-3:]  # three: one uneven digit does not bend the line
        height = max(median(heights[i] for i in end), heights[index], 1e-6)
        return abs(middles[index] - median(middles[i] for i in end)) / height

    lines: list[Indices] = []
    for index in np.argsort(boxes[:, 0] + boxes[:, 2] / 2, kind="stable").tolist():
        offsets = [offset(line, index) for line in lines]
        least = min(offsets, default=math.inf)
        if least < SAME_LINE:
            lines[offsets.index(least)].append(index)
        else:
            lines.append([index])
    return sorted(lines, key=lambda line: median(middles[i] for i in line))


def _numbers(boxes: NDArray[np.float32], line: Indices) -> list[Indices]:
    left, right = boxes[line, 0], boxes[line, 0] + boxes[line, 2]
    gaps = left[1:] - right[:-1]
    widest = NUMBER_GAP * float(np.median(boxes[line, 3]))
    if len(gaps) >= ENOUGH_GAPS:  # wide writing does not mean shorter numbers
        widest = max(widest, WIDER_THAN_USUAL * float(np.median(gaps)))
    numbers = [[line[0]]]
    for gap, index in zip(gaps, line[1:], strict=True):
        if gap > widest:
            numbers.append([])
        numbers[-1].append(index)
    return numbers
