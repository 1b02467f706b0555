"""The page straightened: rows run level and columns upright, in any photo."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.detection.boxes import centres
from inkten.digits import Box, Number
from inkten.layout.rotation import upright_sizes
from inkten.reading import Reading
from inkten.tables.slopes import Floats, Slopes, slopes_of

UNIT = 24  # px: the height of a digit on the sheet, which shows thin rules well
MOST_PIXELS = 6_000_000  # of a sheet: an A4 page of 6 mm digits has 1.5 million
POLLED = 64  # digits, about, that tell whether the ink is dark
AROUND = 6.0  # digit heights of page around the numbers
MOST_TURN = 0.5  # radians: towards 45 degrees, a box does not tell its upright sides
AVERAGED_BELOW = 0.7  # zoom: warping skips pixels, so the picture is averaged first
POLLED_AROUND = 0.7  # digit heights above and below a centre: most of it is paper


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
    middles = centres(boxes)
    first, last = middles.min(axis=0), middles.max(axis=0)
    middle, half = (first + last) / 2, np.maximum((last - first) / 2, height)
    rows, columns = slopes_of(reading, boxes, owners, middle, half, height)
    corners = _corners(rows, columns, middle, half)
    angle = math.atan((rows.middle - columns.middle) / 2)
    upright = upright_sizes(boxes[:, 2:], min(max(angle, -MOST_TURN), MOST_TURN))
    height = max(float(np.median(upright[:, 1])), 1.0)
    to_sheet, size, zoom = _placed(reading, corners, half, height)
    on_sheet = transformed(middles, to_sheet)
    stretch = np.stack(
        [
            np.linalg.norm(transformed(middles + step, to_sheet) - on_sheet, axis=1)
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
        if share < AVERAGED_BELOW:
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
    some = slice(None, None, 1 + len(sheet.centres) // POLLED)
    for (x, y), (width, height) in zip(
        sheet.centres[some], sheet.sizes[some], strict=True
    ):
        left, right = max(int(x - width), 0), int(x + width) + 1
        reach = POLLED_AROUND * height
        top, foot = max(int(y - reach), 0), int(y + reach) + 1
        inside = sheet.gray[top:foot, left:right].astype(np.float64)
        if inside.size:
            light += int(np.sign(((inside - np.median(inside)) ** 3).sum()))
    if light <= 0:
        return sheet
    return Sheet(
        np.asarray(255 - sheet.gray, np.uint8),
        *(sheet.unit, sheet.centres, sheet.sizes, sheet.numbers, sheet.to_picture),
    )


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
