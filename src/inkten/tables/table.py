"""The result: a Table of rows of Cell, and every way to write it down."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkten.decimals import Mark
from inkten.digits import UNSURE, Box, Number
from inkten.errors import InktenError
from inkten.files import write_whole
from inkten.tables import review, spreadsheet
from inkten.tables.values import value_of

if TYPE_CHECKING:
    import pandas

TABLE_SCHEMA = 1  # of to_dict(); raised when a key is removed or changes meaning
SURE = 0.9  # a cell of lower confidence is marked for review
SUFFIXES = (".csv", ".xlsx", ".html")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table.

    Attributes:
        text: what was read in it, ``?`` for an unsure digit; empty if nothing was.
        box: the whole cell, in pixels of the upright original picture.
        confidence: the probability that the text is right, 0..1; 0 if there is ink in
            the cell that was not read.
        row_span: how many rows the cell is high; 0 if a cell above it reaches here.
        column_span: how many columns it is wide; 0 if a cell to the left reaches here.
        numbers: what the text is made of.
        decimal_mark: the mark that the numbers of the page are written with; None if
            it is unknown.
    """

    text: str
    box: Box
    confidence: float = 1.0
    row_span: int = 1
    column_span: int = 1
    numbers: tuple[Number, ...] = field(default=(), repr=False, compare=False)
    decimal_mark: Mark | None = None

    @property
    def number(self) -> int | float | None:
        """The text as a number; None if it is empty, unsure, or not just a number.

        Leading zeros are part of what was written, so ``007`` is not a number. Neither
        is ``1,250`` where the decimal mark is unknown.
        """
        return value_of(self.text, self.decimal_mark)

    def is_sure(self, sure: float = SURE) -> bool:
        """Whether nothing in the cell needs a second look."""
        return self.confidence >= sure and UNSURE not in self.text

    def to_dict(self) -> dict[str, Any]:
        """The cell as plain data; its digits are in the reading's."""
        return {
            "text": self.text,
            "number": self.number,
            "confidence": round(self.confidence, 6),
            "box": self.box.to_dict(),
            "row_span": self.row_span,
            "column_span": self.column_span,
            "decimal_mark": self.decimal_mark,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Cell":
        """The cell that ``to_dict`` wrote."""
        return cls(
            data["text"],
            Box.from_dict(data["box"]),
            data["confidence"],
            data["row_span"],
            data["column_span"],
            decimal_mark=data.get("decimal_mark"),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    r"""The table of one page; ``str()`` of it is its CSV.

    Attributes:
        rows: from top to bottom, all of the same length.
        left_out: numbers of the page that are not in the table: in headlines, in
            columns of words, beside the table.
        gray: the (H, W) uint8 picture that was read; empty in a table made from plain
            data.
        scale: pixels of the upright original per pixel of ``gray``.
        page: the number of the page in a file of several, from 1.

    >>> import inkten
    >>> str(inkten.read("examples/phone_number.jpg").table())
    '555,0134\n'
    """

    rows: tuple[tuple[Cell, ...], ...]
    left_out: tuple[Number, ...] = ()
    gray: NDArray[np.uint8] = field(
        default_factory=lambda: np.zeros((0, 0), np.uint8), repr=False
    )
    scale: float = 1.0
    page: int = 1

    def __str__(self) -> str:
        """The table as CSV."""
        return self.to_csv()

    def __repr__(self) -> str:
        """One line: its size, its confidence and how many cells are unsure."""
        height, width = self.shape
        unsure = len(self.unsure())
        return (
            f"<Table {height}x{width} confidence={self.confidence:.2f}, "
            f"{unsure} unsure>"
        )

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows and of columns."""
        return len(self.rows), len(self.rows[0]) if self.rows else 0

    @property
    def texts(self) -> list[list[str]]:
        """The text of each cell."""
        return [[cell.text for cell in row] for row in self.rows]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """All cells, row by row."""
        return tuple(cell for row in self.rows for cell in row)

    @property
    def confidence(self) -> float:
        """The probability that every text is right; 0 for a table without numbers."""
        return prod(cell.confidence for cell in self.cells) if self.rows else 0.0

    def unsure(self, sure: float = SURE) -> list[tuple[int, int]]:
        """The row and column, from 0, of each cell to review, the least sure first."""
        places = [
            (cell.confidence, row, column)
            for row, cells in enumerate(self.rows)
            for column, cell in enumerate(cells)
            if not cell.is_sure(sure)
        ]
        return [(row, column) for _, row, column in sorted(places)]

    def to_dict(self) -> dict[str, Any]:
        """The table as plain data, ready for JSON; ``schema`` is its version."""
        height, width = self.shape
        return {
            "schema": TABLE_SCHEMA,
            "page": self.page,
            "height": height,
            "width": width,
            "confidence": round(self.confidence, 6),
            "rows": [[cell.to_dict() for cell in row] for row in self.rows],
            "left_out": [number.to_dict() for number in self.left_out],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Table":
        """The table that ``to_dict`` wrote: rounded, without its picture and digits.

        Raises:
            InktenError: the data are not a table of this schema.
        """
        try:
            if data["schema"] != TABLE_SCHEMA:
                raise InktenError(
                    f"a table of schema {data['schema']}; this version of inkten takes "
                    f"schema {TABLE_SCHEMA}"
                )
            return cls(
                tuple(tuple(map(Cell.from_dict, row)) for row in data["rows"]),
                tuple(map(Number.from_dict, data["left_out"])),
                page=data["page"],
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise InktenError(
                f"not a table ({error!r}); expected what Table.to_dict() returns"
            ) from None

    def to_csv(self, *, header: bool = False) -> str:
        """The table as CSV, a line for each row.

        A text that a spreadsheet would run as a formula is preceded by an apostrophe;
        ``-3`` and ``+3`` stay numbers.

        Args:
            header: start with the names of the columns, A, B, C...
        """
        return spreadsheet.to_csv(self.texts, header=header)

    def to_xlsx(self, *, header: bool = False, sure: float = SURE) -> bytes:
        """The table as the bytes of an XLSX file.

        Args:
            header: start with the names of the columns, A, B, C...
            sure: cells of lower confidence are coloured.

        Raises:
            MissingExtra: openpyxl is not installed.
        """
        return spreadsheet.to_xlsx({"Table": self}, header=header, sure=sure)

    def to_html(
        self, name: str = "page", *, header: bool = False, sure: float = SURE
    ) -> str:
        """One HTML file to review and correct the table beside its picture, offline.

        Args:
            name: what the page is called in it.
            header: its CSV starts with the names of the columns, A, B, C...
            sure: cells of lower confidence are marked.

        Raises:
            InktenError: the table was made from plain data and has no picture.
        """
        return review.to_html({name: self}, header=header, sure=sure)

    def to_pandas(self) -> "pandas.DataFrame":
        """The table as a pandas frame: numbers, texts that are not, None where empty.

        Raises:
            InktenError: pandas is not installed.
        """
        try:
            import pandas
        except ModuleNotFoundError:
            raise InktenError(
                "pandas is not installed. Install it with: pip install pandas"
            ) from None
        values = [
            [cell.text or None if cell.number is None else cell.number for cell in row]
            for row in self.rows
        ]
        return pandas.DataFrame(values)

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        header: bool = False,
        sure: float = SURE,
    ) -> None:
        """Save the table as .csv, .xlsx or .html.

        Raises:
            InktenError: another extension, the file is not writable, or an HTML file
                is wanted of a table without a picture.
            MissingExtra: .xlsx where openpyxl is not installed.
        """
        target = Path(path)
        match target.suffix.lower():
            case ".csv":
                content: bytes | str = self.to_csv(header=header)
            case ".xlsx":
                content = self.to_xlsx(header=header, sure=sure)
            case ".html":
                content = self.to_html(target.stem, header=header, sure=sure)
            case _:
                raise InktenError(
                    "tables are saved as CSV, XLSX or HTML; give a name ending in "
                    ".csv, .xlsx or .html",
                    name=str(target),
                )
        write_whole(target, content)
