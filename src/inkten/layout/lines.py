"""Boxes -> reading order: lines from top to bottom, numbers from left to right.

    boxes --> neighbours --> slope --> pieces --> lines --> numbers

Lines may fall or rise by up to 26 degrees, and each may have a different slope. Where
the tilt of the page is known, the 26 degrees are added to it.
"""

import math
from itertools import pairwise
from statistics import median
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inkten.layout.chains import Fit, Piece, join, link, shared_slope
from inkten.layout.line import Line
from inkten.layout.rotation import turn_points, upright_sizes
from inkten.layout.slope import (
    MAX_SLOPE,
    Floats,
    Indices,
    dominant_slope,
    right_neighbours,
)

NUMBER_GAP = 0.9  # of the line's median digit height: a wider gap separates numbers
WIDER_THAN_USUAL = 1.5  # ... if it is also this many times the line's median gap
ENOUGH_GAPS = 3  # for a meaningful median
LEAST_SIDE = 1e-6  # px: no digit is lower or narrower
SLOPE_FOUND = math.radians(1.5)  # a smaller correction changes no links


def find_lines(boxes: NDArray[np.float32], tilt: float = 0.0) -> list[Line]:
    """Find the lines of (N, 4) boxes, from top to bottom.

    Args:
        boxes: (N, 4) x, y, width, height.
        tilt: the slope of the page, radians, if it is known.
    """
    if not len(boxes):
        return []
    if tilt:
        centres = turn_points(boxes[:, :2] + boxes[:, 2:].astype(np.float64) / 2, tilt)
        sizes = upright_sizes(boxes[:, 2:].astype(np.float64), tilt)
        level = np.hstack([centres - sizes / 2, sizes]).astype(np.float32)
        return [line.turned(tilt) for line in find_lines(level)]
    if len(boxes) == 1:  # most small pictures
        ((x, y, width, height),) = boxes.tolist()
        width, height = max(width, LEAST_SIDE), max(height, LEAST_SIDE)
        return [
            Line(((0,),), slope=0.0, x=x, y=y + height, length=width, height=height)
        ]
    sizes = np.maximum(boxes[:, 2:], LEAST_SIDE, dtype=np.float64)
    centres = boxes[:, :2] + boxes[:, 2:].astype(np.float64) / 2
    # From left to right: the order in which digits were detected does not matter.
    order = np.lexsort((centres[:, 1], centres[:, 0]))
    origin, unit = centres[order[0]], median(sizes[:, 1].tolist())
    page = _Page.of((centres[order] - origin) / unit, sizes[order] / unit)
    lines = join(page.pieces, page.u, page.v, page.heights)
    lines.sort(key=lambda line: median([page.v[i] for i in line[0]]))
    names, (x, y) = order.tolist(), origin.tolist()
    return [page.line(piece, margin, names, x, y, unit) for piece, margin in lines]


class _Page(NamedTuple):
    """Digits in coordinates along and across the page's slope, in digit heights."""

    slope: float  # radians
    u: list[float]
    v: list[float]
    widths: list[float]
    heights: list[float]
    pieces: list[Piece]

    @classmethod
    def of(cls, centres: Floats, sizes: Floats) -> "_Page":
        """Find the slope and link the digits: (N, 2) each, left to right, N > 1."""
        left, right = right_neighbours(centres)
        slope = dominant_slope(centres, sizes[:, 1], left, right)
        page = cls._at(slope, centres, sizes, left, right)
        correction = math.atan(shared_slope(page.pieces, page.u, page.v))
        if abs(correction) < SLOPE_FOUND or abs(slope + correction) > MAX_SLOPE:
            return page
        return cls._at(slope + correction, centres, sizes, left, right)

    @classmethod
    def _at(
        cls, slope: float, centres: Floats, sizes: Floats, left: Indices, right: Indices
    ) -> "_Page":
        u, v = turn_points(centres, slope).T
        upright = upright_sizes(sizes, slope)
        pieces = link(u, v, upright, left, right)
        widths, heights = upright.T.tolist()
        return cls(slope, u.tolist(), v.tolist(), widths, heights, pieces)

    def line(
        self,
        piece: Piece,
        margin: float,
        names: list[int],
        x: float,
        y: float,
        unit: float,
    ) -> Line:
        """Make the Line of these digits, in pixels.

        Args:
            piece: the digits of the line.
            margin: how clearly they form this line, 0..1.
            names: the index of each digit among the boxes.
            x: the x of the origin on the picture, pixels.
            y: the y of the origin on the picture, pixels.
            unit: pixels per digit height.
        """
        piece = sorted(piece)  # on the picture from left to right
        fit = Fit.of(piece, self.u, self.v)
        left = [self.u[i] - self.widths[i] / 2 for i in piece]
        right = [self.u[i] + self.widths[i] / 2 for i in piece]
        height = median([self.heights[i] for i in piece])
        feet = [self.v[i] + self.heights[i] / 2 - fit.trend * self.u[i] for i in piece]
        start, foot = left[0], median(feet) + fit.trend * left[0]
        cosine, sine = math.cos(self.slope), math.sin(self.slope)
        return Line(
            numbers=tuple(
                tuple(names[piece[place]] for place in number)
                for number in _numbers(left, right, height)
            ),
            slope=self.slope + math.atan(fit.trend),
            x=x + unit * (start * cosine - foot * sine),
            y=y + unit * (start * sine + foot * cosine),
            length=unit * (right[-1] - start) * math.hypot(1, fit.trend),
            height=unit * height,
            margin=margin,
        )


def _numbers(left: list[float], right: list[float], height: float) -> list[range]:
    """Split a line at its wide gaps: the range of digits of each number."""
    count = len(left)
    width = median([b - a for a, b in zip(left, right, strict=True)])
    gaps = []
    for before, after in pairwise(range(count)):
        gap = left[after] - right[before]
        pitch = (left[after] + right[after] - left[before] - right[before]) / 2
        # Some people keep the gap between digits even, others the pitch: a narrow 1
        # makes the gap wider, a wide digit the pitch.
        gaps.append((gap + pitch - width) / 2)
    widest = NUMBER_GAP * height
    if len(gaps) >= ENOUGH_GAPS:  # wide writing does not mean shorter numbers
        widest = max(widest, WIDER_THAN_USUAL * median(gaps))
    cuts = [place + 1 for place, gap in enumerate(gaps) if gap > widest]
    return [range(*ends) for ends in pairwise([0, *cuts, count])]
