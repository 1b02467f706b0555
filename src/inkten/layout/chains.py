"""Digits -> chains: the digits of each line in order, whatever the line's slope.

All lengths are in digit heights, in coordinates along (``u``) and across (``v``) the
page's dominant slope. Digits that are near each other are linked first. The results
are pieces of lines, which are then joined over wider gaps, from left to right.
"""

from bisect import bisect_left
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

import numpy as np

from inkten.layout.slope import Floats, Indices, weighted_median

SAME_LINE = 0.5  # digit heights: a digit further up or down is on another line
LINK_GAP = 2.5  # heights: across wider gaps, pieces are joined, not digits linked
END = 6  # digits at the end of a piece that tell where its line continues
STRAIGHT = 3.0  # square heights: evidence at which a piece's own slope counts half
FURTHEST = 5.0  # heights: a piece's slope is extrapolated no further
WINDOW = 3.0  # heights above and below in which to look for the end of a line
NEAR_END = 4.0  # heights: a line that ends this near may be the same line
GAP_COST = 0.02  # of SAME_LINE per height of gap: the nearer of two ends is preferred

Piece = list[int]


def link(
    u: Floats, v: Floats, sizes: Floats, left: Indices, right: Indices
) -> list[Piece]:
    """Chain digits to the nearest one on their right, where that is mutual.

    Args:
        u: (N,) along the lines.
        v: (N,) across them.
        sizes: (N, 2) width and height.
        left: (P,) the left digit of each pair of neighbours.
        right: (P,) the right digit of each pair.

    Returns:
        Pieces of lines, each a list of indices from left to right.
    """
    along, across = u[right] - u[left], np.abs(v[right] - v[left])
    taller = np.maximum(sizes[left, 1], sizes[right, 1])
    gap = along - (sizes[left, 0] + sizes[right, 0]) / 2
    fits = (along > 0) & (across < SAME_LINE * taller) & (gap < LINK_GAP * taller)
    left, right, cost = left[fits], right[fits], (along + across)[fits]
    nearest_last = np.argsort(-cost, kind="stable")
    left, right = left[nearest_last], right[nearest_last]
    count = len(u)
    after, before = np.full(count, -1), np.full(count, -1)
    after[left], before[right] = right, left  # of several, the last assignment wins
    mutual = (after >= 0) & (before[after] == np.arange(count))
    following = np.where(mutual, after, -1).tolist()
    is_start = np.ones(count, np.bool_)
    is_start[after[mutual]] = False
    pieces = []
    for index in np.flatnonzero(is_start).tolist():
        piece = []
        while index >= 0:
            piece.append(index)
            index = following[index]
        pieces.append(piece)
    return pieces


def shared_slope(
    pieces: Sequence[Piece], u: Sequence[float], v: Sequence[float]
) -> float:
    """The slope, dv/du, that the pieces share: a median weighted by their lengths."""
    slopes = []
    for piece in pieces:
        if len(piece) > 1:
            fit = Fit.of(piece, u, v)
            slopes.append((fit.slope, fit.spread))
    return weighted_median(slopes)


class Fit(NamedTuple):
    """A straight line through digits, by least squares."""

    u: float  # the middle of the digits
    v: float
    slope: float
    spread: float  # the sum of their squared distances from the middle, along u

    @classmethod
    def of(cls, piece: Sequence[int], u: Sequence[float], v: Sequence[float]) -> "Fit":
        """Fit a line through the digits of a piece."""
        count = len(piece)
        mean_u = sum(u[i] for i in piece) / count
        mean_v = sum(v[i] for i in piece) / count
        spread = sum((u[i] - mean_u) ** 2 for i in piece)
        rise = sum((u[i] - mean_u) * (v[i] - mean_v) for i in piece)
        return cls(mean_u, mean_v, rise / spread if spread else 0.0, spread)

    @property
    def trend(self) -> float:
        """The slope to extrapolate with: for a short piece, nearly that of the page."""
        return self.slope * self.spread / (self.spread + STRAIGHT)

    def at(self, u: float) -> float:
        """The v of the line at ``u``; constant further than ``FURTHEST`` away."""
        return self.v + self.trend * min(max(u - self.u, -FURTHEST), FURTHEST)


def join(
    pieces: Sequence[Piece],
    u: Sequence[float],
    v: Sequence[float],
    heights: Sequence[float],
) -> list[tuple[Piece, float]]:
    """Join pieces over wide gaps into lines, from left to right.

    Returns:
        The lines, and the margin of each: 0 for a tie with another line, up to 1.
    """
    ends: list[float] = []  # the v of each line's end, ascending
    lines: list[tuple[Piece, Fit, float, float]] = []  # in the same order
    for piece in sorted(pieces, key=lambda piece: (u[piece[0]], piece[0])):
        first, last = piece[0], piece[-1]
        start = Fit.of(piece[:END], u, v)
        height = median([heights[i] for i in piece[:END]])
        best, least, clear = -1, 0.0, 1.0
        place = bisect_left(ends, v[first] - WINDOW * height)
        while place < len(ends) and ends[place] <= v[first] + WINDOW * height:
            line, end, end_height, _ = lines[place]
            gap = u[first] - u[line[-1]]
            if gap >= 0:
                middle = u[first] - gap / 2
                offset = abs(end.at(middle) - start.at(middle))
                offset /= max(SAME_LINE * max(height, end_height), 1e-9)
                cost = offset + GAP_COST * gap
                if offset < 1 and (best < 0 or cost < least):
                    best, least = place, cost
                if gap < NEAR_END * height:
                    clear = min(clear, abs(1 - offset))
            place += 1
        if best >= 0:
            clear = min(clear, lines[best][3])
            piece = lines[best][0] + piece
            del ends[best], lines[best]
        place = bisect_left(ends, v[last])
        ends.insert(place, v[last])
        end = start if len(piece) <= END and best < 0 else Fit.of(piece[-END:], u, v)
        height = median([heights[i] for i in piece[-END:]])
        lines.insert(place, (piece, end, height, clear))
    return [(line, clear) for line, _, _, clear in lines]
