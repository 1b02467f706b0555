"""The page straightened: rows run level and columns upright, in any photo.

The slopes of rows and columns are measured on long straight strokes, which are rules;
where there are none, the page is turned until the numbers form the sharpest rows and
columns. In perspective, slopes change across the page: both are linear in the position.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.layout.rotation import upright_sizes
from inkten.reading import Box, Number, Reading

Floats = NDArray[np.float64]
UNIT = 24  # px: the height of a digit on the sheet, which shows thin rules well
MOST_PIXELS = 6_000_000  # of a sheet: an A4 page of 6 mm digits has 1.5 million
AROUND = 6.0  # digit heights of page around the numbers
SMALL_UNIT = 13  # px: the height of a digit where strokes are measured
LEAST_STROKE = 2.5  # digit heights: a longer straight stroke is a rule
STEEPEST = 0.5  # of rows and columns, as a tangent: 26 degrees, as for lines
NEAR = 0.06  # tangent: strokes this near to the common slope are of the same kind
FAN = 0.25  # the most that a slope changes across the page, as a tangent
PROFILE_BIN = 0.25  # digit heights
SHARP = 0.8  # of the sharpest profile: strokes that make a duller one are no rules
ENOUGH = 12.0  # digit heights of strokes: with fewer, the numbers tell the slope


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
        middles = np.linspace(-STEEPEST, STEEPEST, 101)
        changes = np.linspace(-FAN, FAN, 11) if self.spread > 3 else np.zeros(1)
        best, most, sharpness = Slopes(likely, 0.0), -1.0, 0.0
        for change in changes.tolist():
            scores = self._sharpness(middles, change)
            preferred = scores * (
                1 - 0.1 * np.abs(middles - likely) - 0.3 * abs(change)
            )
            winner = int(preferred.argmax())
            if preferred[winner] > most:
                most, sharpness = float(preferred[winner]), float(scores[winner])
                best = Slopes(float(middles[winner]), change)
        return best, sharpness

    def _sharpness(self, middles: Floats, change: float) -> Floats:
        """The sum of squares of the profile at each of these slopes, (M,)."""
        share = np.clip(self.across / max(self.spread, 1.0), -1.5, 1.5)
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


@dataclass(frozen=True, eq=False)
class Sheet:
    """The straightened page and the digits on it.

    Attributes:
        gray: (H, W) uint8, dark ink; empty if the reading has no picture.
        unit: the height of a digit, pixels of the sheet.
        centres: (N, 2) the centre of each digit, in pixels of the sheet.
        sizes: (N, 2) the width and height of each digit.
        numbers: the number that each digit belongs to, (N,).
        to_picture: (3, 3) from the sheet to the upright original picture.
    """

    gray: NDArray[np.uint8]
    unit: float
    centres: Floats
    sizes: Floats
    numbers: NDArray[np.intp]
    to_picture: Floats

    def box(self, left: float, top: float, right: float, bottom: float) -> Box:
        """The box on the picture around a rectangle of the sheet."""
        corners = [[left, top], [right, top], [right, bottom], [left, bottom]]
        on_picture = transformed(np.array(corners), self.to_picture)
        x, y = on_picture.min(axis=0).tolist()
        far_x, far_y = on_picture.max(axis=0).tolist()
        return Box(x, y, far_x - x, far_y - y)


def straighten(reading: Reading) -> Sheet:
    """Straighten the page of a reading with at least one digit."""
    numbers = reading.numbers
    boxes = _boxes(numbers)
    owners = np.repeat(np.arange(len(numbers)), [len(n.digits) for n in numbers])
    height = max(float(np.median(boxes[:, 3])), 1.0)
    centres = boxes[:, :2] + boxes[:, 2:] / 2
    middle = (centres.min(axis=0) + centres.max(axis=0)) / 2
    half = np.maximum((centres.max(axis=0) - centres.min(axis=0)) / 2, height)
    rows, columns = _slopes(reading, boxes, owners, middle, half, height)
    corners = _corners(rows, columns, middle, half)
    angle = math.atan((rows.middle - columns.middle) / 2)
    upright = upright_sizes(boxes[:, 2:], min(max(angle, -0.5), 0.5))
    height = max(float(np.median(upright[:, 1])), 1.0)
    to_sheet, size, zoom = _placed(reading, corners, half, height)
    on_sheet = transformed(centres, to_sheet)
    stretch = np.stack(
        [
            np.linalg.norm(transformed(centres + step, to_sheet) - on_sheet, axis=1)
            for step in ([1.0, 0.0], [0.0, 1.0])
        ],
        axis=1,
    )
    gray = np.zeros((0, 0), np.uint8)
    if reading.gray.size:
        scaling = np.diag([reading.scale, reading.scale, 1.0])
        shrinks = cv2.INTER_AREA if zoom * reading.scale < 1 else cv2.INTER_LINEAR
        gray = np.asarray(
            _warped(reading.gray, to_sheet @ scaling, size, shrinks), np.uint8
        )
    sizes = upright * stretch
    sheet = Sheet(
        gray,
        unit=max(float(np.median(sizes[:, 1])), 1.0),
        centres=on_sheet,
        sizes=sizes,
        numbers=owners,
        to_picture=np.asarray(np.linalg.inv(to_sheet), np.float64),
    )
    return _with_dark_ink(sheet)


def transformed(points: Floats, warp: Floats) -> Floats:
    """Map (N, 2) points by a (3, 3) matrix."""
    mapped = cv2.perspectiveTransform(points.reshape(-1, 1, 2).astype(float), warp)
    return np.asarray(mapped, np.float64).reshape(-1, 2)


def _boxes(numbers: Sequence[Number]) -> Floats:
    digits = [digit.box for number in numbers for digit in number.digits]
    return np.array([(box.x, box.y, box.width, box.height) for box in digits], float)


def _warped(
    gray: NDArray[np.uint8], warp: Floats, size: tuple[int, int], flags: int
) -> NDArray[np.uint8]:
    if flags == cv2.INTER_AREA:  # warping does not average: reduce first
        share = float(np.sqrt(abs(np.linalg.det(warp[:2, :2]))))
        width, height = (max(1, round(side * share)) for side in gray.shape[::-1])
        if share < 0.7:
            scale = [gray.shape[1] / width, gray.shape[0] / height, 1.0]
            gray = np.asarray(
                cv2.resize(gray, (width, height), interpolation=cv2.INTER_AREA),
                np.uint8,
            )
            warp = warp @ np.diag(scale)
    warped = cv2.warpPerspective(
        gray, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(warped, np.uint8)


def _with_dark_ink(sheet: Sheet) -> Sheet:
    """Invert the sheet if its digits are lighter than the paper."""
    if not sheet.gray.size:
        return sheet
    light = 0
    for (x, y), (width, height) in zip(sheet.centres, sheet.sizes, strict=True):
        left, right = max(int(x - width), 0), int(x + width) + 1
        top, foot = max(int(y - 0.7 * height), 0), int(y + 0.7 * height) + 1
        inside = sheet.gray[top:foot, left:right].astype(np.float64)
        if inside.size:  # most of it is paper
            light += int(np.sign(((inside - np.median(inside)) ** 3).sum()))
    if light <= 0:
        return sheet
    return Sheet(
        np.asarray(255 - sheet.gray, np.uint8),
        *(sheet.unit, sheet.centres, sheet.sizes, sheet.numbers, sheet.to_picture),
    )


def _slopes(
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
    x, y = ((boxes[:, :2] + boxes[:, 2:] / 2 - middle) / height).T
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
    zoom = min(zoom, math.sqrt(MOST_PIXELS / 4 / reading.gray.size))
    width, high = (max(1, round(side * zoom)) for side in reading.gray.shape[::-1])
    small = cv2.resize(reading.gray, (width, high), interpolation=cv2.INTER_AREA)
    lines: Any = cv2.createLineSegmentDetector(cv2.LSD_REFINE_NONE).detect(small)[0]
    if lines is None:
        return np.zeros((0, 4))
    strokes = lines.reshape(-1, 4).astype(np.float64) * (reading.scale / zoom)
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
    place = np.clip(place / half[1], -1.5, 1.5)
    best, most = (0.0, 0.0), -1.0
    for change in np.linspace(-FAN, FAN, 11):  # of several, the best supported
        at_middle = slopes - change / 2 * place
        hist, edges = np.histogram(
            at_middle, bins=100, range=(-STEEPEST, STEEPEST), weights=lengths
        )
        smooth = np.convolve(hist, [0.5, 1, 0.5], "same")
        # Of equally good ones, the more level
        score = smooth.max() * (1 - 0.2 * abs(change))
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


def _corners(rows: Slopes, columns: Slopes, middle: Floats, half: Floats) -> Floats:
    """The corners of the numbers' rectangle on the picture, clockwise: (4, 2)."""
    corners = []
    for side_x, side_y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        row = rows.middle + rows.change / 2 * side_y
        column = columns.middle + columns.change / 2 * side_x
        # y = side_y * half_y + row * x and x = side_x * half_x + column * y
        y = (side_y * half[1] + row * side_x * half[0]) / (1 - row * column)
        corners.append([side_x * half[0] + column * y, y])
    return np.array(corners) + middle


def _placed(
    reading: Reading, corners: Floats, half: Floats, height: float
) -> tuple[Floats, tuple[int, int], float]:
    """The map from the picture to the sheet, the size of the sheet, and its zoom."""
    zoom = min(UNIT / height, 1.0)
    wide, high = (2 * half * zoom).tolist()
    square = np.array([[0, 0], [wide, 0], [wide, high], [0, high]])
    warp = cv2.getPerspectiveTransform(
        corners.astype(np.float32), square.astype(np.float32)
    ).astype(np.float64)
    width, tall = reading.original_size or (
        round(side * reading.scale) for side in reading.gray.shape[::-1]
    )
    edges = np.array([[0, 0], [width, 0], [width, tall], [0, tall]], float)
    around = AROUND * height * zoom
    seen = transformed(edges, warp)
    low = np.maximum(seen.min(axis=0), -around)
    top = np.minimum(seen.max(axis=0), np.array([wide, high]) + around)
    top = np.maximum(top, low + 1)
    area = float(np.prod(top - low))
    shrink = min(1.0, math.sqrt(MOST_PIXELS / area))
    scale = np.diag([shrink, shrink, 1.0])
    shift = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1.0]])
    size = np.ceil((top - low) * shrink).astype(int).tolist()
    return scale @ shift @ warp, (size[0], size[1]), zoom * shrink
