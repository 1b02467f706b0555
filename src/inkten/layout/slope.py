"""Which way the lines of a page run: a vote of neighbouring digits.

After O'Gorman 1993, "The document spectrum for page layout analysis" (Docstrum): on any
page, most digits have their nearest neighbour on their own line, so the directions to
the nearest neighbours cluster around the slope of the lines. Angles are in radians; a
line that falls to the right has a positive one.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inkten.detection.boxes import overlapping_pairs

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
MAX_SLOPE = math.radians(26)  # lines may not be steeper
CONE = math.radians(32)  # a neighbour further up or down is on another line
REACH = 5.0  # digit heights: neighbours are no further away
NEAREST = 2  # this many neighbours of each digit vote
ALIKE = 2.0  # pairs whose heights differ by this factor do not vote
LEVEL_VOTE = 1.0  # an extra vote for level lines, in digit heights: it breaks ties
LONGEST_VOTE = 2.0  # digit heights: a longer link does not count more
BIN = math.radians(1)
SMOOTHING = 2.5  # bins, one standard deviation: digits are uneven
NEAR_PEAK = math.radians(6)  # votes this near to the peak are averaged
_BINS = round(CONE / BIN)
_KERNEL = np.exp(-0.5 * (np.arange(-6, 7) / SMOOTHING) ** 2)


def right_neighbours(centres: Floats) -> tuple[Indices, Indices]:
    """The pairs of digits of which the second is to the right of the first.

    Args:
        centres: (N, 2) in digit heights, from left to right.

    Returns:
        (P,) indices of the left digit, ascending, and of the right one, no further than
        ``REACH`` away.
    """
    points = np.zeros((len(centres), 4), np.float32)
    points[:, :2] = centres
    around = points.copy()  # only to the right
    around[:, 1] -= REACH / 2
    around[:, 2:] = REACH
    points[:, :2] -= 1e-3
    points[:, 2:] = 2e-3
    left, right = overlapping_pairs(around, points)
    is_right = right > left
    return left[is_right], right[is_right]


def dominant_slope(
    centres: Floats, heights: Floats, left: Indices, right: Indices
) -> float:
    """The angle at which most digits follow one another; 0 where none do.

    Args:
        centres: (N, 2) in digit heights.
        heights: (N,)
        left: (P,) the left digit of each pair of neighbours, ascending.
        right: (P,) the right digit of each pair.
    """
    across, down = (centres[right] - centres[left]).T
    ratio = heights[right] / heights[left]
    votes = (
        (np.abs(down) <= math.tan(CONE) * across)
        & (ratio < ALIKE)
        & (ratio > 1 / ALIKE)
    )
    left, across, down = left[votes], across[votes], down[votes]
    if not len(left):
        return 0.0
    lengths = np.hypot(across, down)
    nearest = np.lexsort((lengths, left))
    left = left[nearest]
    rank = np.arange(len(left)) - np.searchsorted(left, left)
    nearest = nearest[rank < NEAREST]
    angles = np.arctan2(down[nearest], across[nearest])
    weights = np.minimum(lengths[nearest], LONGEST_VOTE)
    bins = np.round(angles / BIN).astype(np.intp) + _BINS
    votes_of_bin = np.bincount(bins, weights, 2 * _BINS + 1)
    votes_of_bin[_BINS] += LEVEL_VOTE
    peak = (int(np.convolve(votes_of_bin, _KERNEL, "same").argmax()) - _BINS) * BIN
    weights = weights * (np.abs(angles - peak) <= NEAR_PEAK)
    total = float(weights.sum())
    slope = float(weights @ angles) / total if total else peak
    return min(max(slope, -MAX_SLOPE), MAX_SLOPE)


def weighted_median(slopes: Sequence[tuple[float, float]]) -> float:
    """The median of slopes, each with its weight; 0 without any.

    >>> weighted_median([(0.1, 1.0), (0.5, 1.0), (0.2, 5.0)])
    0.2
    """
    half = sum(weight for _, weight in slopes) / 2
    for slope, weight in sorted(slopes):
        half -= weight
        if half <= 0:
            return slope
    return 0.0
