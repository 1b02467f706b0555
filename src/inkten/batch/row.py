"""A page and what was read of it -> a row: plain data, cheap to send between processes.

Does not import pyarrow: processes that only read pictures need not load it.
"""

from typing import Any, TypeAlias

from inkten import __version__
from inkten.digits import Digit, Sign
from inkten.errors import PictureTooLarge
from inkten.image.source import Unreadable
from inkten.reading import ReadAgain, Reading
from inkten.tables.table import Table

Row: TypeAlias = dict[str, Any]
MAX_VALUE = 2**63 - 1  # of the int64 column; longer numbers are in the text only


def row_of(
    path: str,
    page: int,
    answer: Reading | Unreadable,
    seconds: float,
    model: str,
    *,
    table: bool = False,
    read_again: ReadAgain | None = None,
) -> Row:
    """The row of one page: what was read, or why it could not be read.

    With ``table``, it has the cells of the page's table; ``read_again`` is that of
    ``Reading.table``.
    """
    row = page_row(path, page, seconds, model)
    if isinstance(answer, Reading):
        value = answer.value
        row["text"] = answer.text
        row["value"] = value if value is not None and value <= MAX_VALUE else None
        decimal = answer.decimal
        row["decimal"] = None if decimal is None else str(decimal)  # exact
        row["has_signs"] = answer.has_signs
        row["confidence"] = round(answer.confidence, 6)
        row["rotation"] = answer.rotation
        row["digits"] = [_digit(digit) for digit in answer.digits]
        row["signs"] = [
            _sign(sign) for number in answer.numbers for sign in number.signs
        ]
        if table:
            try:
                row["table"] = _cells(answer.table(read_again=read_again))
            except PictureTooLarge as error:
                row["error"] = error.reason  # the digits are there all the same
    else:
        row["error"] = storable(answer.reason)  # the path has a column of its own
    return row


def page_row(path: str, page: int, seconds: float, model: str) -> Row:
    """What every row has: the page, how long it took, and what read it."""
    return {
        "path": storable(path),
        "page": page,
        "milliseconds": round(seconds * 1000, 3),
        "model": model,
        "version": __version__,
    }


def _digit(digit: Digit) -> Row:
    return {
        "value": digit.value,
        "guess": digit.guess,
        "confidence": round(digit.confidence, 6),
        **digit.box.to_dict(),
    }


def _sign(sign: Sign) -> Row:
    confidence = round(sign.confidence, 6)
    return {"value": sign.value, "confidence": confidence, **sign.box.to_dict()}


def _cells(table: Table) -> list[Row]:
    """The cells of a table, row by row, with their places from 0."""
    return [
        {
            "row": row,
            "column": column,
            "text": cell.text,
            "confidence": round(cell.confidence, 6),
            "row_span": cell.row_span,
            "column_span": cell.column_span,
            **cell.box.to_dict(),
        }
        for row, cells in enumerate(table.rows)
        for column, cell in enumerate(cells)
        if cell.row_span and cell.column_span
    ]


def storable(text: str) -> str:
    """Escape what is not valid UTF-8: file names may hold any bytes."""
    return text.encode(errors="backslashreplace").decode()
