"""The cells of a table: what is written in each, where it is, what it spans."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import prod
from typing import TypeAlias

import numpy as np

from inkten.digits import Number
from inkten.tables.cell_picture import Rectangle, inverse
from inkten.tables.grid import Grid
from inkten.tables.letters import Writing
from inkten.tables.numbers import joined, piece_of
from inkten.tables.pieces import NumberPiece, ends
from inkten.tables.separators import Separator
from inkten.tables.sheet import Sheet, transformed
from inkten.tables.table import Cell

ONE_NUMBER = 2.5  # digit heights: a wider gap separates two numbers of a ruled cell
ONE_LINE = 0.7  # digit heights: lower digits are on another line of the cell
OUTERMOST = 0.8  # of a digit's size, from its centre: there the table ends

Place: TypeAlias = tuple[int, int]  # a row and a column


def cells_of(
    sheet: Sheet,
    grid: Grid,
    writing: Writing,
    kept: Sequence[NumberPiece],
    numbers: Sequence[Number],
    rows: Sequence[int],
    columns: Sequence[int],
) -> tuple[tuple[Cell, ...], ...]:
    """The cells in these rows and columns of the grid.

    Args:
        sheet: the page.
        grid: its rows and columns.
        writing: which cells hold unread ink.
        kept: the pieces of numbers that are in the table.
        numbers: of the reading.
        rows: those of the grid that the table has.
        columns: those of the grid that the table has.
    """
    pieces_at: dict[Place, list[NumberPiece]] = {}
    for piece in kept:
        pieces_at.setdefault((piece.row, piece.column), []).append(piece)
    spans = _spans(pieces_at, rows, columns)
    mark = numbers[0].decimal_mark if numbers else None  # the same for all of a page

    def cell(row: int, column: int) -> Cell:
        pieces = pieces_at.get((row, column), [])
        box = sheet.box(*place_of(sheet, grid, row, column, *_reach(pieces)))
        if (row, column) not in spans:
            return Cell("", box, row_span=0, column_span=0, decimal_mark=mark)
        last = column + _reach(pieces)[1] - 1
        own = tuple(
            _without_signs_beyond(sheet, grid, (column, last), number)
            for number in _joined(sheet, grid, pieces, numbers)
        )
        is_unread = not own and bool(writing.is_unread[row, column])
        confidence = 0.0 if is_unread else prod(number.confidence for number in own)
        text = " ".join(number.text for number in own)
        return Cell(text, box, confidence, *spans[row, column], own, mark)

    return tuple(tuple(cell(row, column) for column in columns) for row in rows)


def _spans(
    pieces_at: Mapping[Place, Sequence[NumberPiece]],
    rows: Sequence[int],
    columns: Sequence[int],
) -> dict[Place, tuple[int, int]]:
    """How many rows and columns of the table each cell spans.

    A cell whose span would reach another number keeps to its place. Places that
    another cell spans are left out.
    """
    spans: dict[Place, tuple[int, int]] = {}
    covered: set[Place] = set()
    for row, column in product(rows, columns):
        if (row, column) in covered:
            continue
        high, wide = _reach(pieces_at.get((row, column), []))
        own_rows = [each for each in rows if row <= each < row + high]
        own_columns = [each for each in columns if column <= each < column + wide]
        others = {*product(own_rows, own_columns)} - {(row, column)}
        if others & covered or others & pieces_at.keys():
            spans[row, column] = 1, 1
            continue
        covered |= others
        spans[row, column] = len(own_rows), len(own_columns)
    return spans


def _reach(pieces: Sequence[NumberPiece]) -> tuple[int, int]:
    """How many rows and columns of the grid the pieces of a cell are in."""
    high = max((piece.row_span for piece in pieces), default=1)
    return high, max((piece.column_span for piece in pieces), default=1)


def _joined(
    sheet: Sheet, grid: Grid, pieces: Sequence[NumberPiece], numbers: Sequence[Number]
) -> tuple[Number, ...]:
    """The numbers of a cell, line by line; wide writing is still one number."""
    if not pieces:
        return ()
    boxes = ends(sheet, pieces).tolist()
    lines: list[list[int]] = []
    for place in sorted(range(len(pieces)), key=lambda place: boxes[place][1::2]):
        if lines:
            apart = abs(sum(boxes[place][1::2]) - sum(boxes[lines[-1][0]][1::2])) / 2
            if apart < ONE_LINE * sheet.unit:
                lines[-1].append(place)
                continue
        lines.append([place])
    found: list[Number] = []
    for line in lines:
        right, last = -np.inf, -1
        for place in sorted(line, key=lambda place: boxes[place][0]):
            piece, (left, _, end, _) = pieces[place], boxes[place]
            number = number_in(sheet, piece, numbers)
            is_close = left - right < ONE_NUMBER * sheet.unit
            if is_close and (piece.number == last or _is_ruled(grid, piece)):
                found[-1] = joined(found[-1], number)
            else:
                found.append(number)
            right, last = end, piece.number
    return tuple(found)


def _is_ruled(grid: Grid, piece: NumberPiece) -> bool:
    """Whether a rule is drawn beside the cell: wide gaps do not separate its digits."""
    return any(rules_beside(grid, piece.column))


def _without_signs_beyond(
    sheet: Sheet, grid: Grid, columns: tuple[int, int], number: Number
) -> Number:
    """The number without signs on the other side of a rule: a dash there is no minus.

    Args:
        sheet: the page.
        grid: its rows and columns.
        columns: the first and the last that the number is in.
        number: of a cell.
    """
    if not number.signs:
        return number
    left = grid.columns[columns[0] - 1] if rules_beside(grid, columns[0])[0] else None
    right = grid.columns[columns[1]] if rules_beside(grid, columns[1])[1] else None
    boxes = [sign.box for sign in number.signs]
    middles = np.array(
        [(box.x + box.width / 2, box.y + box.height / 2) for box in boxes]
    )
    x, y = transformed(middles, inverse(sheet.to_picture)).T
    inside = np.ones(len(boxes), np.bool_)
    if left:
        inside &= x > left.at(y)
    if right:
        inside &= x < right.at(y)
    kept = tuple(
        sign for sign, is_own in zip(number.signs, inside, strict=True) if is_own
    )
    return replace(number, signs=kept)


def rules_beside(grid: Grid, column: int) -> tuple[bool, bool]:
    """Whether a rule is drawn on the left and on the right of a column."""
    left = column > 0 and grid.columns[column - 1].is_rule
    return left, column < len(grid.columns) and grid.columns[column].is_rule


def number_in(sheet: Sheet, piece: NumberPiece, numbers: Sequence[Number]) -> Number:
    """The number, or those of its digits that are in the piece."""
    number = numbers[piece.number]
    first = int(np.flatnonzero(sheet.numbers == piece.number)[0])
    if len(piece.digits) == len(number.digits):
        return number
    return piece_of(number, [digit - first for digit in sorted(piece.digits)])


def place_of(
    sheet: Sheet, grid: Grid, row: int, column: int, high: int, wide: int
) -> Rectangle:
    """The rectangle of a cell on the sheet; at the table's edge, of its numbers."""
    low = (sheet.centres - OUTERMOST * sheet.sizes).min(axis=0).tolist()
    far = (sheet.centres + OUTERMOST * sheet.sizes).max(axis=0).tolist()
    middle_x = _between(grid.columns, column, (low[1] + far[1]) / 2, low[0], far[0])
    top, bottom = _between(grid.rows, row, sum(middle_x) / 2, low[1], far[1], high)
    left, right = _between(
        grid.columns, column, (top + bottom) / 2, low[0], far[0], wide
    )
    return left, top, right, bottom


def _between(
    separators: Sequence[Separator],
    place: int,
    along: float,
    low: float,
    high: float,
    span: int = 1,
) -> tuple[float, float]:
    """From where to where a row or column reaches."""
    start = float(separators[place - 1].at(along)) if place else low
    last = place + span - 1
    end = float(separators[last].at(along)) if last < len(separators) else high
    return min(start, end), max(start, end)
