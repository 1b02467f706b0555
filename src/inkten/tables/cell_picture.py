"""The picture of a cell: cut out straight, without its rules; and where its ink is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.digits import Box, Number
from inkten.reading import Reading
from inkten.tables.rules import Floats
from inkten.tables.sheet import Sheet, transformed

# Set on synthetic pages (benchmarks/table_pages.py), not those of the benchmark
PAPER = 0.5  # digit heights of plain paper around a cell
RULE = 0.2  # digit heights: the width that is taken out along a rule
BESIDE_RULE = 0.35  # ... in which what is left of it does not count as writing
BRIDGE = 3  # px: how far strokes are continued into what was taken out
CONTRAST = 0.4  # of the strongest ink's: fainter is paper, or what is left of a rule
STRONG = 98  # percentile of a cell: its strongest ink
THICKEST = 0.7  # digit heights: a stroke; thicker shapes are shadows

Gray: TypeAlias = NDArray[np.uint8]
Mask: TypeAlias = NDArray[np.bool_]
Rectangle: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, eq=False)
class CellPicture:
    """A cell, cut out straight.

    Attributes:
        gray: (h, w) uint8.
        paper: (h, w) the same without writing.
        ink: (h, w) where its writing is, without what is left of its rules.
        shown: (h, w) where it shows the page, and no rule is near.
        height: of a digit, pixels.
        to_picture: (3, 3) from its pixels to the upright original picture.
    """

    gray: Gray
    paper: Gray
    ink: Mask
    shown: Mask
    height: int
    to_picture: Floats

    def on_picture(self, number: Number, first: Number | None = None) -> Number:
        """A number of the cell, with its boxes on the original picture.

        What it has of the ``first`` reading of the page keeps its boxes there: around a
        turned box, they would grow each time.
        """
        known = {}
        if first is not None:
            known = {self._in_cell(part.box): part.box for part in first.parts}
        return _placed(
            number, lambda box: known.get(box) or _moved(box, self.to_picture)
        )

    def in_cell(self, number: Number) -> Number:
        """A number of the original picture, with its boxes here."""
        return _placed(number, self._in_cell)

    def _in_cell(self, box: Box) -> Box:
        return _moved(box, inverse(self.to_picture))


def cut_out(
    reading: Reading,
    sheet: Sheet,
    rules: Sequence[NDArray[np.int32]],
    place: Rectangle,
    height: int,
) -> CellPicture:
    """Cut a rectangle of the sheet out of the page, and take out the rules in it.

    A digit becomes ``height`` pixels high.
    """
    left, top, right, bottom = place
    zoom = height / sheet.unit
    size = max(1, round((right - left) * zoom)), max(1, round((bottom - top) * zoom))
    from_sheet = np.array([[zoom, 0, -left * zoom], [0, zoom, -top * zoom], [0, 0, 1]])
    to_picture = sheet.to_picture @ inverse(from_sheet)
    scaling = np.diag([reading.scale, reading.scale, 1.0])
    flat = cv2.warpPerspective(
        reading.gray,
        inverse(to_picture) @ scaling,
        size,
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    is_rule = np.zeros(flat.shape, np.uint8)
    beside_rule = np.zeros(flat.shape, np.uint8)
    paths = [
        transformed(path.astype(np.float64), from_sheet).round().astype(np.int32)
        for path in rules
    ]
    cv2.polylines(is_rule, paths, False, 1, round(RULE * height))
    cv2.polylines(beside_rule, paths, False, 1, round(BESIDE_RULE * height))
    if is_rule.any():
        flat = cv2.inpaint(flat, is_rule, BRIDGE, cv2.INPAINT_TELEA)
    frame = (round(PAPER * height),) * 4
    level = float(np.median(flat))
    framed = cv2.copyMakeBorder(flat, *frame, cv2.BORDER_CONSTANT, value=level)
    gray = np.asarray(framed, np.uint8)
    shown = np.pad(beside_rule == 0, frame[0])
    paper = paper_of(gray, height)
    inwards = np.array([[1, 0, -frame[0]], [0, 1, -frame[0]], [0, 0, 1.0]])
    ink = ink_of(gray, paper) & shown
    return CellPicture(gray, paper, ink, shown, height, to_picture @ inwards)


def paper_of(gray: Gray, height: float) -> Gray:
    """The paper under the writing of a cell, with its shadows: (h, w).

    ``height`` is that of a digit, pixels.
    """
    side = max(3, round(THICKEST * height) | 1)
    square = np.ones((side, side), np.uint8)
    low, paper, high = np.percentile(gray, (100 - STRONG, 50, STRONG))
    without = cv2.MORPH_CLOSE if paper - low > high - paper else cv2.MORPH_OPEN
    return np.asarray(cv2.morphologyEx(gray, without, square), np.uint8)


def ink_of(gray: Gray, paper: Gray) -> Mask:
    """The ink on this paper, dark or light: (h, w)."""
    ink = cv2.absdiff(gray, paper)
    return np.asarray(ink > CONTRAST * np.percentile(ink, STRONG), np.bool_)


def _placed(number: Number, place: Callable[[Box], Box]) -> Number:
    """A number with its boxes elsewhere."""
    return replace(
        number,
        digits=tuple(replace(digit, box=place(digit.box)) for digit in number.digits),
        signs=tuple(replace(sign, box=place(sign.box)) for sign in number.signs),
    )


def _moved(box: Box, warp: Floats) -> Box:
    """The box around a box on another picture."""
    places = transformed(np.array(corners(box)), warp)
    return Box.around(Box(x, y, 0, 0) for x, y in places.tolist())


def inverse(warp: Floats) -> Floats:
    """The way back."""
    return np.asarray(np.linalg.inv(warp), np.float64)


def corners(box: Box) -> list[tuple[float, float]]:
    """The corners of a box, (x, y) each."""
    return [
        (box.x, box.y),
        (box.right, box.y),
        (box.right, box.bottom),
        (box.x, box.bottom),
    ]
