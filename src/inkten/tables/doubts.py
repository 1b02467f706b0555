"""Cells that are doubtful whatever their digits say: the rest of the column disagrees.

A decimal point that was not seen makes an amount a hundred times as large, and every
digit of it may be sure. In a column of amounts with two decimals it stands out. So does
a digit in a column of which much was not read: the 3 is a B.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from inkten.decimals import Mark
from inkten.tables.table import Cell
from inkten.tables.values import decimal_of, places_of

DOUBTFUL = 0.8  # the highest confidence of a doubtful cell: it is marked for review
LEAST_ALIKE = 3  # amounts of so many decimals in a column, and so large a share of ...
MOSTLY = 0.6  # ... what was read in it, tell how many the others should have
UNREAD = 0.4  # of the written cells of a column: from here on, it holds no digits alone


def doubted(rows: Sequence[Sequence[Cell]]) -> tuple[tuple[Cell, ...], ...]:
    """The rows of a table, with less confidence where the column disagrees."""
    columns = [_doubted_column(column) for column in zip(*rows, strict=True)]
    return tuple(zip(*columns, strict=True))


def doubtful(cell: Cell) -> Cell:
    """The cell, marked for review."""
    return replace(cell, confidence=min(cell.confidence, DOUBTFUL))


def _doubted_column(column: Sequence[Cell]) -> list[Cell]:
    read = [cell for cell in column if cell.text]
    unread = sum(not cell.text and not cell.confidence for cell in column)
    if unread >= UNREAD * (unread + len(read)) and unread > 1:
        return [doubtful(cell) if cell.text else cell for cell in column]
    places = [_places(cell.text, cell.decimal_mark) for cell in read]
    ((usual, count),) = Counter(places).most_common(1) or [(None, 0)]
    if not usual or count < max(LEAST_ALIKE, MOSTLY * len(read)):
        return list(column)
    return [
        doubtful(cell)
        if cell.text and _places(cell.text, cell.decimal_mark) != usual
        else cell
        for cell in column
    ]


def _places(text: str, mark: Mark | None) -> int | None:
    """How many decimals a text has; None if it is no number."""
    number = decimal_of(text, mark)
    return None if number is None else places_of(number)
