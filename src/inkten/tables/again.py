"""Unsure cells read again: each from a picture of its own, without the rules.

A page is read line by line, with the rules that cross the lines and at the size of its
usual digits. In a cell, only its own ink is left. The second reading replaces the first
if it is surer of itself.
"""

from collections.abc import Iterator, Sequence
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
from inkten.tables.weighing import completed, ink_of, paper_of, weighed
from inkten.tables.unread import unread_pieces

Gray: TypeAlias = NDArray[np.uint8]

# Set on synthetic pages (benchmarks/table_pages.py), not those of the benchmark
UNSURE_CELL = 0.97  # a cell of lower confidence is read again: a quarter of all cells
HEIGHTS = 32, 44  # px: of a digit on the picture of a cell, and on a second one ...
STILL_UNSURE = 0.9  # ... of cells of lower confidence, or with digits that only one saw
AROUND = 0.25  # digit heights of page around a cell: people write across its border
BESIDE = 1.2  # digit heights beside a number where no rule is: more is a neighbour's
PAPER = 0.5  # digit heights of plain paper around that
RULE = 0.2  # digit heights: the width that is taken out along a rule
BESIDE_RULE = 0.35  # ... in which what is left of it does not count as writing
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
        paper: (h, w) the same without writing.
        ink: (h, w) where its writing is, without what is left of its rules.
        shown: (h, w) where it shows the page, and no rule is near.
        height: of a digit, pixels.
        to_picture: (3, 3) from its pixels to the upright original picture.
    """

    gray: Gray
    paper: Gray
    ink: NDArray[np.bool_]
    shown: NDArray[np.bool_]
    height: int
    to_picture: Floats

    def unread(self, number: Number) -> Iterator[Gray]:
        """The pieces of ink that may be digits missed in a number of the page."""
        own = self.in_cell(number)
        return unread_pieces(self.gray, self.paper, self.ink, self.shown, own, self.height)

    def on_picture(self, number: Number) -> Number:
        """A number that was read here, with its boxes on the original picture."""
        return _moved(number, self.to_picture)

    def in_cell(self, number: Number) -> Number:
        """A number of the original picture, with its boxes here."""
        return _moved(number, _inverse(self.to_picture))


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


def is_unsure(cell: Cell, sure: float = UNSURE_CELL) -> bool:
    """Whether a cell is to be read again."""
    return cell.confidence < sure or UNSURE in cell.text


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
    cells = [each.cell for each in unsure]
    reach = np.array([[*rule.min(axis=0), *rule.max(axis=0)] for rule in rules])

    def picture(place: int, height: int) -> CellPicture:
        window = unsure[place].window(sheet)
        near = [rules[rule] for rule in _near(window, reach)]
        return cut_out(reading, sheet, near, window, height)

    pieces = [
        (place, shown, piece)
        for place, cell in enumerate(cells)
        if len(cell.numbers) == 1
        for shown in [picture(place, HEIGHTS[0])]
        for piece in shown.unread(cell.numbers[0])
    ]
    readings = read_again([piece for _, _, piece in pieces], rotate=0)
    for (place, shown, _), own in zip(pieces, readings, strict=True):
        cells[place] = _with_piece(cells[place], shown, own)
    left = [place for place, cell in enumerate(cells) if is_unsure(cell)]
    for height in HEIGHTS:
        pictures = [picture(place, height) for place in left]
        readings = read_again([each.gray for each in pictures], rotate=0)
        disputed = []
        for place, shown, own in zip(left, pictures, readings, strict=True):
            before = sum(len(number.digits) for number in cells[place].numbers)
            cells[place] = _weighed(cells[place], shown, own)
            is_doubtful = is_unsure(cells[place], STILL_UNSURE)
            if is_doubtful or len(own.digits) != before:
                disputed.append(place)
        left = disputed
    return cells


def _near(window: Rectangle, reach: Floats) -> list[int]:
    """The rules that may be seen in a window; ``reach`` has their ends, (N, 4)."""
    left, top, right, bottom = window
    low, high = reach.reshape(-1, 4)[:, :2], reach.reshape(-1, 4)[:, 2:]
    outside = (low > [right, bottom]) | (high < [left, top])
    return np.flatnonzero(~outside.any(axis=1)).tolist()


def _with_piece(cell: Cell, picture: CellPicture, piece: Reading) -> Cell:
    """The cell with the digit that a piece of its ink is, if it is surely one."""
    (number,) = cell.numbers
    if len(piece.digits) != 1 or piece.digits[0].confidence < FOUND:
        return cell
    own = picture.in_cell(number)
    whole = completed(own, piece.digits, number.completeness)
    return _holding(cell, picture.on_picture(whole))


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
    gray = cv2.copyMakeBorder(flat, *frame, cv2.BORDER_CONSTANT, value=level)
    gray = np.asarray(gray, np.uint8)
    shown = np.pad(beside_rule == 0, frame[0])
    paper = paper_of(gray, height)
    inwards = np.array([[1, 0, -frame[0]], [0, 1, -frame[0]], [0, 0, 1.0]])
    ink = ink_of(gray, paper) & shown
    return CellPicture(gray, paper, ink, shown, height, to_picture @ inwards)


def _weighed(cell: Cell, picture: CellPicture, again: Reading) -> Cell:
    """The cell as both readings of it say."""
    if len(again.lines) != 1:
        return cell
    number = reduce(joined, again.numbers)
    if cell.numbers:
        number = replace(number, decimal_mark=cell.numbers[0].decimal_mark)
    if len(cell.numbers) == 1:
        first = picture.in_cell(cell.numbers[0])
        together = weighed(first, number, picture.ink, picture.height)
        if together is not None:
            return _holding(cell, picture.on_picture(together))
    is_shorter = len(number.text) < len(cell.text)
    least = max(cell.confidence, 0.0 if cell.text else FOUND)
    if number.confidence <= least or (is_shorter and cell.confidence > DROPPED):
        return cell
    return _holding(cell, picture.on_picture(number))


def _holding(cell: Cell, number: Number) -> Cell:
    """The cell with this number in it."""
    return replace(
        cell, text=number.text, confidence=number.confidence, numbers=(number,)
    )


def _moved(number: Number, warp: Floats) -> Number:
    """A number with its boxes on another picture."""

    def moved(box: Box) -> Box:
        corners = transformed(np.array(_corners(box)), warp)
        return Box.around(Box(x, y, 0, 0) for x, y in corners.tolist())

    return replace(
        number,
        digits=tuple(replace(digit, box=moved(digit.box)) for digit in number.digits),
        signs=tuple(replace(sign, box=moved(sign.box)) for sign in number.signs),
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
