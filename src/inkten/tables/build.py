"""Start here: a reading goes in, its Table comes out."""

from collections.abc import Mapping, Sequence

import numpy as np

from inkten.digits import Number
from inkten.errors import PictureTooLarge
from inkten.reading import ReadAgain, Reading
from inkten.tables.cells import (
    Place,
    cells_of,
    number_in,
    place_of,
    rules_beside,
)
from inkten.tables.doubts import doubted
from inkten.tables.grid import Grid, grid_of
from inkten.tables.letters import Writing, drawn, words, writing_of
from inkten.tables.pieces import NumberPiece
from inkten.tables.reread import CellInPlace, is_unsure, read_cells_again
from inkten.tables.rules import Rule, level_rules
from inkten.tables.separators import frame_of
from inkten.tables.sheet import Sheet, straighten
from inkten.tables.table import Cell, Table

MOST_DIGITS = 3_000  # of a table: more would take more than seconds to arrange
MOST_AGAIN = 200  # cells, the least sure: more would take seconds


def table_of(
    reading: Reading,
    *,
    keep_text_columns: bool = False,
    read_again: ReadAgain | None = None,
) -> Table:
    """Arrange the numbers of a reading in rows and columns.

    Args:
        reading: of one page.
        keep_text_columns: leave the place of headlines and columns of words, and of
            rows and columns without a number, empty, instead of leaving them out.
        read_again: reads unsure cells again, each on its own, such as
            ``Reader().read_many``; if None, they stay as they were read.

    Raises:
        PictureTooLarge: the page has more digits than a table is made of.
    """
    numbers = list(reading.numbers)
    count = len(reading.digits)
    if count > MOST_DIGITS:
        raise PictureTooLarge(
            f"{count:,} digits; a table is made of at most {MOST_DIGITS:,}. Cut the "
            "page into parts."
        )
    if not numbers:
        return Table((), (), reading.gray, reading.scale, reading.page)
    sheet = straighten(reading)
    level, upright = _rules(sheet)
    frame = frame_of(level, upright, sheet.centres, sheet.numbers, sheet.unit)
    grid = grid_of(sheet, frame)
    paths = drawn(level, upright=False) + drawn(upright, upright=True)
    writing = writing_of(sheet, grid, paths, numbers)
    text_rows, text_columns = words(writing)
    in_words = [
        piece
        for piece in grid.pieces
        if piece.row in text_rows or piece.column in text_columns
    ]
    kept = [piece for piece in grid.pieces if piece not in in_words]
    rows, columns = _shown(writing, kept, keep_text_columns=keep_text_columns)
    cells = cells_of(sheet, grid, writing, kept, numbers, rows, columns)
    if read_again and sheet.gray.size:
        to_check = _to_check(sheet, grid, cells, rows, columns)
        places = [*to_check.values()]
        again = read_cells_again(reading, sheet, paths, places, read_again)
        cells = _replaced(cells, dict(zip(to_check, again, strict=True)))
    return Table(
        doubted(cells),
        _left_out([*grid.outside, *in_words], sheet, numbers),
        reading.gray,
        reading.scale,
        reading.page,
    )


def _rules(sheet: Sheet) -> tuple[list[Rule], list[Rule]]:
    """The rules from left to right, and those from top to bottom."""
    if not sheet.gray.size:
        return [], []
    turned = np.ascontiguousarray(sheet.gray.T)
    flipped = sheet.centres[:, ::-1], sheet.sizes[:, ::-1]
    return (
        level_rules(sheet.gray, sheet.unit, sheet.centres, sheet.sizes),
        level_rules(turned, sheet.unit, *flipped),
    )


def _shown(
    writing: Writing, kept: Sequence[NumberPiece], *, keep_text_columns: bool
) -> tuple[list[int], list[int]]:
    """The rows and the columns of the grid that the table has."""
    rows = {piece.row for piece in kept}
    columns = {piece.column for piece in kept}
    if keep_text_columns and kept:
        unread = writing.unread > 0
        unread |= writing.numbers > 0
        rows |= set(np.flatnonzero(unread.any(axis=1)).tolist())
        columns |= set(np.flatnonzero(unread.any(axis=0)).tolist())
        rows = set(range(min(rows), max(rows) + 1))
        columns = set(range(min(columns), max(columns) + 1))
    return sorted(rows), sorted(columns)


def _to_check(
    sheet: Sheet,
    grid: Grid,
    cells: Sequence[Sequence[Cell]],
    rows: Sequence[int],
    columns: Sequence[int],
) -> dict[Place, CellInPlace]:
    """The cells that may be read again, by their row and column in the table."""
    places = [
        (row, column)
        for row, own in enumerate(cells)
        for column, cell in enumerate(own)
        if cell.row_span == cell.column_span == 1
        if cell.numbers or is_unsure(cell)
    ]
    places.sort(key=lambda place: cells[place[0]][place[1]].confidence)
    return {
        (row, column): CellInPlace(
            cells[row][column],
            place_of(sheet, grid, rows[row], columns[column], 1, 1),
            rules_beside(grid, columns[column]),
        )
        for row, column in places[:MOST_AGAIN]
    }


def _replaced(
    cells: Sequence[Sequence[Cell]], others: Mapping[Place, Cell]
) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        tuple(others.get((row, column), cell) for column, cell in enumerate(own))
        for row, own in enumerate(cells)
    )


def _left_out(
    pieces: Sequence[NumberPiece], sheet: Sheet, numbers: Sequence[Number]
) -> tuple[Number, ...]:
    ordered = sorted(pieces, key=lambda piece: (piece.number, piece.digits))
    return tuple(number_in(sheet, piece, numbers) for piece in ordered)
