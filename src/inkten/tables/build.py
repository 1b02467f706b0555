"""Start here: a reading goes in, its Table comes out."""

from collections.abc import Mapping, Sequence
from math import prod

import numpy as np

from inkten.digits import Number
from inkten.errors import PictureTooLarge
from inkten.reading import ReadAgain, Reading
from inkten.tables.again import (
    Rectangle,
    UnsureCell,
    is_unsure,
    read_cells_again,
)
from inkten.tables.grid import Grid, grid_of
from inkten.tables.letters import Writing, drawn, words, writing_of
from inkten.tables.numbers import joined, piece_of
from inkten.tables.parts import Part, ends
from inkten.tables.rules import Rule, level_rules
from inkten.tables.separators import Separator, frame_of
from inkten.tables.sheet import Sheet, straighten
from inkten.tables.table import Cell, Table

MOST_DIGITS = 3_000  # of a table: more would take more than seconds to arrange
MOST_AGAIN = 200  # cells, the least sure: more would take seconds to read again
ONE_NUMBER = 2.5  # digit heights: a wider gap parts two numbers of a ruled cell
ONE_LINE = 0.7  # digit heights: lower digits are on another line of the cell


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
        part
        for part in grid.parts
        if part.row in text_rows or part.column in text_columns
    ]
    kept = [part for part in grid.parts if part not in in_words]
    rows, columns = _shown(grid, writing, kept, keep_text_columns=keep_text_columns)
    cells = _cells(sheet, grid, writing, kept, numbers, rows, columns)
    if read_again and sheet.gray.size:
        unsure = _unsure(sheet, grid, cells, rows, columns)
        again = read_cells_again(reading, sheet, paths, [*unsure.values()], read_again)
        cells = _replaced(cells, dict(zip(unsure, again, strict=True)))
    return Table(
        cells,
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
    grid: Grid, writing: Writing, kept: Sequence[Part], *, keep_text_columns: bool
) -> tuple[list[int], list[int]]:
    """The rows and the columns of the grid that the table has."""
    rows = {part.row for part in kept}
    columns = {part.column for part in kept}
    if keep_text_columns and kept:
        unread = writing.unread > 0
        unread |= writing.numbers > 0
        rows |= set(np.flatnonzero(unread.any(axis=1)).tolist())
        columns |= set(np.flatnonzero(unread.any(axis=0)).tolist())
        rows = set(range(min(rows), max(rows) + 1))
        columns = set(range(min(columns), max(columns) + 1))
    return sorted(rows), sorted(columns)


def _cells(
    sheet: Sheet,
    grid: Grid,
    writing: Writing,
    kept: Sequence[Part],
    numbers: Sequence[Number],
    rows: Sequence[int],
    columns: Sequence[int],
) -> tuple[tuple[Cell, ...], ...]:
    by_place: dict[tuple[int, int], list[Part]] = {}
    for part in kept:
        by_place.setdefault((part.row, part.column), []).append(part)
    covered = set()
    table = []
    for row in rows:
        cells = []
        for column in columns:
            parts = by_place.get((row, column), [])
            high = max((part.row_span for part in parts), default=1)
            wide = max((part.column_span for part in parts), default=1)
            spanned_rows = [r for r in rows if row <= r < row + high]
            spanned = [c for c in columns if column <= c < column + wide]
            free = all(
                (r, c) == (row, column)
                or ((r, c) not in by_place and (r, c) not in covered)
                for r in spanned_rows
                for c in spanned
            )
            if not free:
                spanned_rows, spanned = [row], [column]
            box = sheet.box(*_place(sheet, grid, row, column, high, wide))
            if (row, column) in covered:
                cells.append(Cell("", box, row_span=0, column_span=0))
                continue
            covered |= {(r, c) for r in spanned_rows for c in spanned}
            own = _joined(sheet, grid, parts, numbers)
            unread = not own and bool(writing.is_unread[row, column])
            confidence = 0.0 if unread else prod(n.confidence for n in own)
            text = " ".join(number.text for number in own)
            spans = len(spanned_rows), len(spanned)
            cells.append(Cell(text, box, confidence, *spans, own))
        table.append(tuple(cells))
    return tuple(table)


def _unsure(
    sheet: Sheet,
    grid: Grid,
    cells: Sequence[Sequence[Cell]],
    rows: Sequence[int],
    columns: Sequence[int],
) -> dict[tuple[int, int], UnsureCell]:
    """The cells to read again, by their row and column in the table."""
    places = [
        (row, column)
        for row, own in enumerate(cells)
        for column, cell in enumerate(own)
        if is_unsure(cell)
    ]
    places.sort(key=lambda place: cells[place[0]][place[1]].confidence)
    return {
        (row, column): UnsureCell(
            cells[row][column],
            _place(sheet, grid, rows[row], columns[column], 1, 1),
            _rules_beside(grid, columns[column]),
        )
        for row, column in places[:MOST_AGAIN]
    }


def _replaced(
    cells: Sequence[Sequence[Cell]], others: Mapping[tuple[int, int], Cell]
) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        tuple(others.get((row, column), cell) for column, cell in enumerate(own))
        for row, own in enumerate(cells)
    )


def _joined(
    sheet: Sheet, grid: Grid, parts: Sequence[Part], numbers: Sequence[Number]
) -> tuple[Number, ...]:
    """The numbers of a cell, line by line; wide writing is still one number."""
    if not parts:
        return ()
    boxes = ends(sheet, parts).tolist()
    lines: list[list[int]] = []
    for place in sorted(range(len(parts)), key=lambda place: boxes[place][1::2]):
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
            part, (left, _, end, _) = parts[place], boxes[place]
            number = _number(sheet, part, numbers)
            is_close = left - right < ONE_NUMBER * sheet.unit
            if is_close and (part.number == last or _is_ruled(grid, part)):
                found[-1] = joined(found[-1], number)
            else:
                found.append(number)
            right, last = end, part.number
    return tuple(found)


def _is_ruled(grid: Grid, part: Part) -> bool:
    """Whether a rule is drawn beside the cell: wide gaps do not part its digits."""
    return any(_rules_beside(grid, part.column))


def _rules_beside(grid: Grid, column: int) -> tuple[bool, bool]:
    """Whether a rule is drawn on the left and on the right of a column."""
    left = column > 0 and grid.columns[column - 1].is_rule
    return left, column < len(grid.columns) and grid.columns[column].is_rule


def _number(sheet: Sheet, part: Part, numbers: Sequence[Number]) -> Number:
    """The number, or those of its digits that are in the part."""
    number = numbers[part.number]
    first = int(np.flatnonzero(sheet.numbers == part.number)[0])
    if len(part.digits) == len(number.digits):
        return number
    return piece_of(number, [digit - first for digit in sorted(part.digits)])


def _left_out(
    parts: Sequence[Part], sheet: Sheet, numbers: Sequence[Number]
) -> tuple[Number, ...]:
    ordered = sorted(parts, key=lambda part: (part.number, part.digits))
    return tuple(_number(sheet, part, numbers) for part in ordered)


def _place(
    sheet: Sheet, grid: Grid, row: int, column: int, high: int, wide: int
) -> Rectangle:
    """The rectangle of a cell on the sheet; at the table's edge, of its numbers."""
    low = (sheet.centres - 0.8 * sheet.sizes).min(axis=0).tolist()
    far = (sheet.centres + 0.8 * sheet.sizes).max(axis=0).tolist()
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
