"""Unsure cells read again: each from a picture of its own, without the rules.

A page is read line by line, with the rules that cross the lines and at the size of its
usual digits. In a cell, only its own ink is left. The second reading replaces the first
if it is surer of itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.digits import UNSURE, Box, Number
from inkten.reading import ReadAgain, Reading
from inkten.tables.numbers import joined
from inkten.tables.rules import Floats
from inkten.tables.sheet import Sheet, transformed
from inkten.tables.table import Cell

Gray: TypeAlias = NDArray[np.uint8]

# Set on synthetic pages (benchmarks/table_pages.py), not those of the benchmark
UNSURE_CELL = 0.97  # a cell of lower confidence is read again: a quarter of all cells
DIGIT = 32  # px: the height of a digit on the picture of a cell
AROUND = 0.25  # digit heights of page around a cell: people write across its border
BESIDE = 1.2  # digit heights beside a number where no rule is: more is a neighbour's
PAPER = 0.5  # digit heights of plain paper around that
RULE = 0.2  # digit heights: the width that is taken out along a rule
BRIDGE = 3  # px: how far strokes are continued into what was taken out
# Fewer digits than before have to be doubtful ones, such as a rule read as a 1
DROPPED = 0.7
FOUND = 0.9  # where nothing was read, the second reading has to be as sure as this

Rectangle: TypeAlias = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, eq=False)
class CellPicture:
    """A cell, cut out straight.

    Attributes:
        gray: (h, w) uint8.
        to_picture: (3, 3) from its pixels to the upright original picture.
    """

    gray: Gray
    to_picture: Floats

    def on_picture(self, number: Number) -> Number:
        """A number that was read here, with its boxes on the original picture."""
        return replace(
            number,
            digits=tuple(
                replace(digit, box=self._box(digit.box)) for digit in number.digits
            ),
            signs=tuple(
                replace(sign, box=self._box(sign.box)) for sign in number.signs
            ),
        )

    def _box(self, box: Box) -> Box:
        on_picture = transformed(np.array(_corners(box)), self.to_picture)
        return Box.around(Box(x, y, 0, 0) for x, y in on_picture.tolist())


@dataclass(frozen=True, eq=False)
class UnsureCell:
    """A cell that is to be read again.

    Attributes:
        cell: as it was read.
        place: its rectangle on the sheet.
        is_ruled: whether there is a rule on its left, and on its right.
    """

    cell: Cell
    place: Rectangle
    is_ruled: tuple[bool, bool]

    def window(self, sheet: Sheet) -> Rectangle:
        """What to show of the sheet: the cell, or as far as its number may reach."""
        left, top, right, bottom = self.place
        if self.cell.numbers:
            corners = [
                corner
                for number in self.cell.numbers
                for corner in _corners(number.box)
            ]
            x = transformed(np.array(corners), _inverse(sheet.to_picture))[:, 0]
            if not self.is_ruled[0]:
                left = max(left, float(x.min()) - BESIDE * sheet.unit)
            if not self.is_ruled[1]:
                right = min(right, float(x.max()) + BESIDE * sheet.unit)
        around = AROUND * sheet.unit
        return left - around, top - around, right + around, bottom + around


def is_unsure(cell: Cell) -> bool:
    """Whether a cell is to be read again; those that span others are not."""
    is_single = cell.row_span == cell.column_span == 1
    return is_single and (cell.confidence < UNSURE_CELL or UNSURE in cell.text)


def read_cells_again(
    reading: Reading,
    sheet: Sheet,
    rules: Sequence[NDArray[np.int32]],
    unsure: Sequence[UnsureCell],
    read_again: ReadAgain,
) -> list[Cell]:
    """Read cells again, and keep what is surer.

    Args:
        reading: of the page.
        sheet: the same page, straightened.
        rules: the paths of the rules on it, (N, 2) each.
        unsure: the cells.
        read_again: from pictures to readings.
    """
    pictures = [cut_out(reading, sheet, rules, each.window(sheet)) for each in unsure]
    readings = read_again([picture.gray for picture in pictures], rotate=0)
    return [
        _surer(each.cell, picture, own)
        for each, picture, own in zip(unsure, pictures, readings, strict=True)
    ]


def cut_out(
    reading: Reading,
    sheet: Sheet,
    rules: Sequence[NDArray[np.int32]],
    place: Rectangle,
) -> CellPicture:
    """Cut a rectangle of the sheet out of the page, and take out the rules in it."""
    left, top, right, bottom = place
    zoom = DIGIT / sheet.unit
    size = max(1, round((right - left) * zoom)), max(1, round((bottom - top) * zoom))
    from_sheet = np.array([[zoom, 0, -left * zoom], [0, zoom, -top * zoom], [0, 0, 1]])
    to_picture = sheet.to_picture @ _inverse(from_sheet)
    scaling = np.diag([reading.scale, reading.scale, 1.0])
    flat = cv2.warpPerspective(
        reading.gray,
        _inverse(to_picture) @ scaling,
        size,
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    is_rule = np.zeros(flat.shape, np.uint8)
    paths = [
        transformed(path.astype(np.float64), from_sheet).round().astype(np.int32)
        for path in rules
    ]
    cv2.polylines(is_rule, paths, False, 1, round(RULE * DIGIT))
    if is_rule.any():
        flat = cv2.inpaint(flat, is_rule, BRIDGE, cv2.INPAINT_TELEA)
    paper = round(PAPER * DIGIT)
    sides = paper, paper, paper, paper
    level = float(np.median(flat))
    gray = cv2.copyMakeBorder(flat, *sides, cv2.BORDER_CONSTANT, value=level)
    inwards = np.array([[1, 0, -paper], [0, 1, -paper], [0, 0, 1.0]])
    return CellPicture(np.asarray(gray, np.uint8), to_picture @ inwards)


def _surer(cell: Cell, picture: CellPicture, again: Reading) -> Cell:
    """The cell as first read, or as read again."""
    if len(again.lines) != 1:
        return cell
    number = reduce(joined, map(picture.on_picture, again.numbers))
    if cell.numbers:
        number = replace(number, decimal_mark=cell.numbers[0].decimal_mark)
    is_shorter = len(number.text) < len(cell.text)
    least = max(cell.confidence, 0.0 if cell.text else FOUND)
    if number.confidence <= least or (is_shorter and cell.confidence > DROPPED):
        return cell
    return replace(
        cell, text=number.text, confidence=number.confidence, numbers=(number,)
    )


def _inverse(warp: Floats) -> Floats:
    return np.asarray(np.linalg.inv(warp), np.float64)


def _corners(box: Box) -> list[tuple[float, float]]:
    return [
        (box.x, box.y),
        (box.right, box.y),
        (box.right, box.bottom),
        (box.x, box.bottom),
    ]
