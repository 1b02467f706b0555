"""Corner marks: dark squares or discs in a form's corners, found on any picture."""

from itertools import combinations
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.digits import Box

MIN_SHARE, MAX_SHARE = 0.006, 0.06  # of the long side: the side of a mark
MIN_FILLED = 0.72  # of its smallest rectangle: a disc fills pi / 4, a square all
MAX_ASPECT = 1.8  # longer side to shorter side, in perspective
MAX_RATIO = 3.0  # of the areas of the largest and the smallest mark of a form
MOST = 12  # candidates that are combined, the largest first
MIN_AREA = 0.05  # of the picture: the least that the four marks enclose
THRESHOLD_SHARE = 0.08  # of the long side: the neighbourhood that decides what is dark
MIN_WINDOW = 3  # px: OpenCV takes no smaller neighbourhood
DARKER = 25  # gray levels darker than that neighbourhood
CORNERS = 4


class Mark(NamedTuple):
    """A dark, compact spot: its middle and area in pixels."""

    x: float
    y: float
    area: float
    side: float


def find_marks(gray: NDArray[np.uint8]) -> list[Mark]:
    """The spots of (H, W) gray that may be corner marks, the largest first."""
    long_side = max(gray.shape)
    window = max(round(THRESHOLD_SHARE * long_side) | 1, MIN_WINDOW)
    dark = cv2.adaptiveThreshold(
        gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, window, DARKER
    )
    outlines, _ = cv2.findContours(dark, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    marks = []
    for outline in outlines:
        (x, y), sides, _ = cv2.minAreaRect(outline)
        shorter, longer = sorted(side + 1 for side in sides)
        if not MIN_SHARE * long_side <= shorter <= longer <= MAX_SHARE * long_side:
            continue
        area = cv2.contourArea(outline) + len(outline) / 2  # of pixels, not of centres
        is_filled = area >= MIN_FILLED * shorter * longer
        if longer <= MAX_ASPECT * shorter and is_filled:
            marks.append(Mark(x, y, area, longer))
    return sorted(marks, key=lambda mark: -mark.area)


def corner_marks(gray: NDArray[np.uint8]) -> tuple[Box, ...]:
    """The boxes of the four marks near the corners of a reference picture, or none."""
    height, width = gray.shape
    marks = find_marks(gray)
    found = []
    for corner_x, corner_y in ((0, 0), (width, 0), (width, height), (0, height)):
        near = [
            mark
            for mark in marks
            if abs(mark.x - corner_x) < width / 4
            and abs(mark.y - corner_y) < height / 4
        ]
        if not near:
            return ()
        found.append(
            min(near, key=lambda mark: abs(mark.x - corner_x) + abs(mark.y - corner_y))
        )
    areas = [mark.area for mark in found]
    if max(areas) > MAX_RATIO * min(areas):
        return ()
    return tuple(
        Box(mark.x - mark.side / 2, mark.y - mark.side / 2, mark.side, mark.side)
        for mark in found
    )


def quadrilaterals(
    marks: list[Mark], shape: tuple[int, ...]
) -> list[NDArray[np.float32]]:
    """The convex sets of four marks of similar size, the largest first.

    Returns:
        (4, 2) each: the middles of the marks, clockwise from the upper left one.
    """
    found = []
    for four in combinations(marks[:MOST], CORNERS):
        areas = [mark.area for mark in four]
        if max(areas) > MAX_RATIO * min(areas):
            continue
        points = np.array([(mark.x, mark.y) for mark in four], np.float32)
        hull = cv2.convexHull(points, clockwise=True).reshape(-1, 2)
        area = cv2.contourArea(hull)
        if len(hull) == CORNERS and area >= MIN_AREA * shape[0] * shape[1]:
            found.append((area, _from_upper_left(np.asarray(hull, np.float32))))
    return [points for _, points in sorted(found, key=lambda pair: -pair[0])]


def _from_upper_left(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Four points, clockwise from the upper left one."""
    middle = points.mean(axis=0)
    angles = np.arctan2(points[:, 1] - middle[1], points[:, 0] - middle[0])
    return points[np.argsort(angles)]  # y points down: rising angles are clockwise
