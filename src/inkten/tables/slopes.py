"""How rows and columns run on the picture: their slopes.

They are measured on long straight strokes, which are rules. Without rules, and where
the strokes are shadows or edges, the slopes are those at which the numbers form the
sharpest rows and columns. In perspective, slopes change across the page: both are
linear in the position.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inkten.detection.boxes import centres
from inkten.layout.strokes import straight_strokes
from inkten.reading import Reading

Floats = NDArray[np.float64]

# Lengths in digit heights, set on synthetic pages (benchmarks/table_pages.py).
SMALL_UNIT = 13  # px: the height of a digit where strokes are measured
LEAST_STROKE = 2.5  # digit heights: a longer straight stroke is a rule
STEEPEST = 0.5  # of rows and columns, as a tangent: 26 degrees, as for lines
NEAR = 0.06  # tangent: strokes this near to the common slope are of the same kind
FAN = 0.25  # the most that a slope changes across the page, as a tangent
PROFILE_BIN = 0.25  # digit heights
BEYOND = 1.5  # half extents from the middle: further out, slopes change no more
TRIED_SLOPES, TRIED_CHANGES = 101, 11
LEAST_EXTENT = 3.0  # digit heights, half of it: across less, no change of slope shows
# Shares of the score, per tangent: of equally sharp profiles, the one near the likely
# slope and the even one are better; of equally long strokes, the more parallel ones.
AWAY_COST, CHANGE_COST, STROKE_CHANGE_COST = 0.1, 0.3, 0.2
SHARP = 0.8  # of the sharpest profile: strokes that make a duller one are no rules
ENOUGH = 12.0  # digit heights of strokes: with fewer, the numbers tell the slope
MOST_STROKE_PIXELS = 1_500_000  # of the picture that strokes are measured on


class Slopes(NamedTuple):
    """The tangent of rows or columns at the middle, and its change across the page."""

    middle: float
    change: float  # from one edge of the numbers to the other


@dataclass(frozen=True, eq=False)
class Profiles:
    """What the profile across rows (or columns) looks like at each slope.

    Attributes:
        along: (N,) positions along the rows, in digit heights from the middle.
        across: (N,) positions across them.
        widths: (N,) what each covers across.
        spread: half the extent across.
    """

    along: Floats
    across: Floats
    widths: Floats
    spread: float

    def checked(self, drawn: Slopes | None, likely: float) -> Slopes:
        """The drawn slopes if they make a sharp profile, else the sharpest slopes.

        A shadow or the edge of a table is a long straight stroke, too.
        """
        sharpest, most = self._sharpest(likely)
        if drawn is None:
            return sharpest
        (score,) = self._sharpness(np.array([drawn.middle]), drawn.change)
        return drawn if score >= SHARP * most else sharpest

    def _sharpest(self, likely: float) -> tuple[Slopes, float]:
        """The slopes of the sharpest profile, and how sharp it is.

        ``likely`` is the slope that wins a tie.
        """
        middles = np.linspace(-STEEPEST, STEEPEST, TRIED_SLOPES)
        changes = np.zeros(1)
        if self.spread > LEAST_EXTENT:
            changes = np.linspace(-FAN, FAN, TRIED_CHANGES)
        best, most, sharpness = Slopes(likely, 0.0), -1.0, 0.0
        for change in changes.tolist():
            scores = self._sharpness(middles, change)
            cost = AWAY_COST * np.abs(middles - likely) + CHANGE_COST * abs(change)
            preferred = scores * (1 - cost)
            winner = int(preferred.argmax())
            if preferred[winner] > most:
                most, sharpness = float(preferred[winner]), float(scores[winner])
                best = Slopes(float(middles[winner]), change)
        return best, sharpness

    def _sharpness(self, middles: Floats, change: float) -> Floats:
        """The sum of squares of the profile at each of these slopes, (M,)."""
        share = np.clip(self.across / max(self.spread, 1.0), -BEYOND, BEYOND)
        slopes = middles[:, None] + change / 2 * share
        moved = self.across - slopes * self.along  # (M, N)
        first = ((moved - self.widths / 2) / PROFILE_BIN).astype(int)
        last = ((moved + self.widths / 2) / PROFILE_BIN).astype(int) + 1
        start = int(first.min()) - 1
        bins = int(last.max()) - start + 2
        lines = np.arange(len(middles))[:, None]
        changes = np.zeros((len(middles), bins))
        np.add.at(changes, (lines, first - start), 1.0)
        np.add.at(changes, (lines, last - start), -1.0)
        profiles = np.cumsum(changes, axis=1)
        profiles[:, 1:-1] += (profiles[:, :-2] + profiles[:, 2:]) / 2
        return np.asarray((profiles**2).sum(axis=1))


def slopes_of(
    reading: Reading,
    boxes: Floats,
    owners: NDArray[np.intp],
    middle: Floats,
    half: Floats,
    height: float,
) -> tuple[Slopes, Slopes]:
    """The slopes of the rows, dy/dx, and of the columns, dx/dy."""
    strokes = _strokes(reading, height)
    drawn_rows = _common_slope(strokes, middle, half, height)
    turned = strokes[:, [1, 0, 3, 2]]
    drawn_columns = _common_slope(turned, middle[::-1], half[::-1], height)
    x, y = ((centres(boxes) - middle) / height).T
    upright = -drawn_columns.middle if drawn_columns else 0.0  # paper is rectangular
    digits = Profiles(x, y, np.zeros(len(y)), half[1] / height)
    rows = digits.checked(drawn_rows, upright)
    numbers = _numbers_across(boxes, owners, middle, half, height, rows)
    return rows, numbers.checked(drawn_columns, -rows.middle)


def _numbers_across(
    boxes: Floats,
    owners: NDArray[np.intp],
    middle: Floats,
    half: Floats,
    height: float,
    rows: Slopes,
) -> Profiles:
    """Where the numbers are along the columns, and what they cover across them."""
    count = int(owners.max()) + 1
    left, right = np.full(count, np.inf), np.full(count, -np.inf)
    np.minimum.at(left, owners, boxes[:, 0])
    np.maximum.at(right, owners, boxes[:, 0] + boxes[:, 2])
    y = np.bincount(owners, boxes[:, 1] + boxes[:, 3] / 2) / np.bincount(owners)
    x = ((left + right) / 2 - middle[0]) / height
    y = (y - middle[1]) / height - rows.middle * x  # from the middle row
    return Profiles(y, x, (right - left) / height, half[0] / height)


def _strokes(reading: Reading, height: float) -> Floats:
    """Long straight strokes on the picture: (N, 4) x, y, x, y of the original."""
    if not reading.gray.size:
        return np.zeros((0, 4))
    zoom = min(SMALL_UNIT / height * reading.scale, 1.0)
    zoom = min(zoom, math.sqrt(MOST_STROKE_PIXELS / reading.gray.size))
    strokes = straight_strokes(reading.gray, zoom).astype(np.float64)
    strokes *= reading.scale / zoom
    lengths = np.hypot(strokes[:, 2] - strokes[:, 0], strokes[:, 3] - strokes[:, 1])
    return np.asarray(strokes[lengths >= LEAST_STROKE * height])


def _common_slope(
    strokes: Floats, middle: Floats, half: Floats, height: float
) -> Slopes | None:
    """The slope of most strokes that run along the first axis; None if too few do."""
    run = strokes[:, 2] - strokes[:, 0]
    rise = strokes[:, 3] - strokes[:, 1]
    along = np.abs(rise) < STEEPEST * np.abs(run)
    strokes, run, rise = strokes[along], run[along], rise[along]
    lengths = np.abs(run)
    if lengths.sum() < 2 * ENOUGH * height:  # a rule has two edges
        return None
    slopes = rise / run
    place = (strokes[:, 1] + strokes[:, 3]) / 2 - middle[1]
    place -= slopes * ((strokes[:, 0] + strokes[:, 2]) / 2 - middle[0])
    place = np.clip(place / half[1], -BEYOND, BEYOND)
    best, most = (0.0, 0.0), -1.0
    for change in np.linspace(-FAN, FAN, TRIED_CHANGES):
        at_middle = slopes - change / 2 * place
        hist, edges = np.histogram(
            at_middle, bins=100, range=(-STEEPEST, STEEPEST), weights=lengths
        )
        smooth = np.convolve(hist, [0.5, 1, 0.5], "same")
        score = smooth.max() * (1 - STROKE_CHANGE_COST * abs(change))
        if score > most:
            most = score
            peak = int(smooth.argmax())
            best = (float(edges[peak] + edges[peak + 1]) / 2, float(change))
    offset = slopes - best[0] - best[1] / 2 * place
    fits = np.abs(offset) < NEAR / 2
    weight = lengths[fits]
    if weight.sum() < ENOUGH * height:
        return None
    design = np.stack([np.ones(fits.sum()), place[fits] / 2], axis=1)
    # A few heights of evidence for an even page keep a single rule from fanning it.
    normal = design.T @ (design * weight[:, None]) + np.diag([0.0, ENOUGH * height / 4])
    first, change = np.linalg.solve(normal, design.T @ (weight * slopes[fits]))
    return Slopes(float(first), float(np.clip(change, -FAN, FAN)))
