"""Cells read again: each from a picture of its own, without the rules.

A page is read line by line, with the rules that cross the lines and at the size of its
usual digits. In a cell, only its own ink is left. Ink that no digit stands for is read
alone, in every cell; a cell that is unsure, or where that ink was no digit, is read
again as a whole, and where the two readings dispute a digit, once more from a larger
picture. A cell with ink that is still unread, or with a sign that only one reading saw,
is doubtful, however sure its digits are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from inkten.digits import UNSURE, Box, Number
from inkten.reading import ReadAgain, Reading
from inkten.tables.cell_picture import (
    CellPicture,
    Rectangle,
    corners,
    cut_out,
    inverse,
)
from inkten.tables.doubts import doubtful
from inkten.tables.merge_readings import completed, inside, merge_readings
from inkten.tables.numbers import joined, piece_of
from inkten.tables.rules import Floats
from inkten.tables.sheet import Sheet, transformed
from inkten.tables.table import Cell
from inkten.tables.unread import unread_pieces

# Set on synthetic pages (benchmarks/table_pages.py), not those of the benchmark
UNSURE_CELL = 0.85  # a cell of lower confidence is read again: a quarter of all cells
HEIGHTS = 32, 44  # px: of a digit on the picture of a cell, and on a second one ...
STILL_UNSURE = 0.9  # ... of cells of lower confidence, or with digits that only one saw
AROUND = 0.25  # digit heights of page around a cell: people write across its border
BESIDE = 1.2  # digit heights beside a number where no rule is: more is a neighbour's
ON_PAPER = 0.5  # of a digit's box: with less, it is what is left of a rule
# Fewer digits than before have to be doubtful ones, such as a rule read as a 1
DROPPED = 0.7
FOUND = 0.9  # where nothing was read, the second reading has to be as sure as this


@dataclass(frozen=True, eq=False)
class CellInPlace:
    """A cell that may be read again, and where it is on the sheet.

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
            ends = [
                corner for number in self.cell.numbers for corner in corners(number.box)
            ]
            x = transformed(np.array(ends), inverse(sheet.to_picture))[:, 0]
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
    places: Sequence[CellInPlace],
    read_again: ReadAgain,
) -> list[Cell]:
    """Read cells again where they are unsure or have unread ink.

    Args:
        reading: of the page.
        sheet: the same page, straightened.
        rules: the paths of the rules on it, (N, 2) each.
        places: the cells.
        read_again: from pictures to readings.
    """
    cells = [each.cell for each in places]
    reach = np.array([[*rule.min(axis=0), *rule.max(axis=0)] for rule in rules])

    def picture(place: int, height: int = HEIGHTS[0]) -> CellPicture:
        window = places[place].window(sheet)
        near = [rules[rule] for rule in _near(window, reach)]
        return cut_out(reading, sheet, near, window, height)

    pieces = [
        (place, shown, piece)
        for place, cell in enumerate(cells)
        if len(cell.numbers) == 1
        for shown in [picture(place)]
        for piece in unread_pieces(shown, shown.in_cell(cell.numbers[0]))
    ]
    readings = read_again([piece for _, _, piece in pieces], rotate=0)
    unread, disputed_signs = set(), set()
    for (place, shown, _), own in zip(pieces, readings, strict=True):
        whole = _with_piece(cells[place], shown, own)
        if whole is cells[place]:
            unread.add(place)
        cells[place] = whole
    left = [place for place, cell in enumerate(cells) if is_unsure(cell)]
    left = sorted(unread.union(left))
    for height in HEIGHTS:
        pictures = [picture(place, height) for place in left]
        readings = read_again([each.gray for each in pictures], rotate=0)
        disputed = []
        for place, shown, own in zip(left, pictures, readings, strict=True):
            before = sum(len(number.digits) for number in cells[place].numbers)
            if _only_signs_differ(cells[place], own):
                disputed_signs.add(place)
            cells[place] = _merged(cells[place], shown, own)
            is_doubtful = is_unsure(cells[place], STILL_UNSURE)
            if is_doubtful or len(own.digits) != before:
                disputed.append(place)
        left = disputed
    unread = {place for place in unread if _has_unread(cells[place], picture(place))}
    for place in unread | disputed_signs:
        cells[place] = doubtful(cells[place])
    return cells


def _near(window: Rectangle, reach: Floats) -> list[int]:
    """The rules that may be seen in a window; ``reach`` has their ends, (N, 4)."""
    left, top, right, bottom = window
    low, high = reach.reshape(-1, 4)[:, :2], reach.reshape(-1, 4)[:, 2:]
    outside = (low > [right, bottom]) | (high < [left, top])
    return np.flatnonzero(~outside.any(axis=1)).tolist()


def _has_unread(cell: Cell, picture: CellPicture) -> bool:
    """Whether a cell has ink as high as a digit that no digit stands for."""
    if len(cell.numbers) != 1:
        return False
    return any(True for _ in unread_pieces(picture, picture.in_cell(cell.numbers[0])))


def _only_signs_differ(cell: Cell, again: Reading) -> bool:
    """Whether both readings have the same digits, and not the same signs."""
    first, other = cell.text.replace(" ", ""), again.text.replace(" ", "")
    return first != other and _digits(first) == _digits(other)


def _digits(text: str) -> list[str]:
    return [letter for letter in text if letter.isdigit()]


def _with_piece(cell: Cell, picture: CellPicture, piece: Reading) -> Cell:
    """The cell with the digit that a piece of its ink is, if it is surely one."""
    (number,) = cell.numbers
    if len(piece.digits) != 1 or piece.digits[0].confidence < FOUND:
        return cell
    own = picture.in_cell(number)
    whole = completed(own, piece.digits, number.completeness)
    return _holding(cell, picture.on_picture(whole, number))


def _merged(cell: Cell, picture: CellPicture, again: Reading) -> Cell:
    """The cell as both readings of it say."""
    if len(again.lines) != 1:
        return cell
    number = reduce(joined, again.numbers)
    written = [
        place
        for place, digit in enumerate(number.digits)
        if _is_on_paper(digit.box, picture)
    ]
    if not written:
        return cell
    number = piece_of(number, written)
    number = replace(number, decimal_mark=cell.decimal_mark)
    if len(cell.numbers) == 1:
        first = picture.in_cell(cell.numbers[0])
        together = merge_readings(first, number, picture.ink, picture.height)
        if together is not None:
            return _holding(cell, picture.on_picture(together, cell.numbers[0]))
    is_shorter = len(number.text) < len(cell.text)
    least = max(cell.confidence, 0.0 if cell.text else FOUND)
    if number.confidence <= least or (is_shorter and cell.confidence > DROPPED):
        return cell
    return _holding(cell, picture.on_picture(number))


def _is_on_paper(box: Box, picture: CellPicture) -> bool:
    """Whether a digit was read beside the rules, and not of what is left of one."""
    shown = picture.shown[inside(box)]
    return bool(shown.sum() > ON_PAPER * shown.size)


def _holding(cell: Cell, number: Number) -> Cell:
    """The cell with this number in it."""
    return replace(
        cell, text=number.text, confidence=number.confidence, numbers=(number,)
    )
