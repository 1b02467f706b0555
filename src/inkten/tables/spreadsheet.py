"""Tables as CSV and as XLSX, safe to open in a spreadsheet."""

import csv
import io
import math
import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from inkten.errors import MissingExtra
from inkten.tables.values import decimal_of, places_of

if TYPE_CHECKING:
    from inkten.digits import Number
    from inkten.tables.table import Cell, Table

# What makes a spreadsheet run a cell as a formula (OWASP, "CSV Injection").
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
HARMLESS = re.compile(r"[-+](\d[\d.,]*)?")  # a number with its sign, or a dash
UNSURE_COLOUR = "FFF2CC"  # light amber, behind black text
UNREAD = "ink that was not read"
NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")  # of sheets: ECMA-376, 18.2.19
LONGEST_NAME = 31  # characters in the name of a sheet
PAGE = re.compile(r"-\d{1,6}$")  # at the end of a name: the page of its file
COMMENT_SIZE = 170, 40  # px: one line
LEFT_OUT = "Left out"  # the sheet of numbers that are not in a table
LEFT_OUT_COLUMNS = ("Sheet", "Text", "Confidence")
WIDEST_COLUMN = 24  # characters


def to_csv(texts: Sequence[Sequence[str]], *, header: bool = False) -> str:
    """Rows of texts as CSV; what would be a formula starts with an apostrophe."""
    out = io.StringIO()
    # The line terminator is set, as Python 3.11 quotes only its characters.
    writer = csv.writer(out, lineterminator="\n")
    if header and texts:
        writer.writerow(map(column_name, range(len(texts[0]))))
    writer.writerows([safe(text) for text in row] for row in texts)
    return out.getvalue()


def safe(text: str) -> str:
    """A text that no spreadsheet runs as a formula.

    >>> safe("-3"), safe("=5"), safe("-3+4")
    ('-3', "'=5", "'-3+4")
    """
    if text.startswith(FORMULA_STARTS) and not HARMLESS.fullmatch(text):
        return f"'{text}"
    return text


def column_name(place: int) -> str:
    """The name of a column, counted from 0, in a spreadsheet: A to Z, AA...

    >>> column_name(0), column_name(27)
    ('A', 'AB')
    """
    name = ""
    while place >= 0:
        name = chr(ord("A") + place % 26) + name
        place = place // 26 - 1
    return name


def require_openpyxl() -> None:
    """Check that XLSX files can be written.

    Raises:
        MissingExtra: openpyxl is not installed.
    """
    if find_spec("openpyxl") is None:
        raise MissingExtra("Writing XLSX files", "xlsx")


def to_xlsx(
    tables: Mapping[str, "Table"],
    *,
    header: bool = False,
    sure: float,
    without: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """Tables as an XLSX file, a sheet for each.

    Numbers are numbers; texts with leading zeros or a ``?`` stay texts. Unsure cells
    are coloured, and a comment says how sure they are. Numbers that are in no table,
    and pages without one, are listed on a last sheet, if there are any.

    Args:
        tables: by the names of their pages.
        header: start each with the names of the columns, A, B, C...
        sure: cells of lower confidence are coloured.
        without: the pages without a table, and why.

    Raises:
        MissingExtra: openpyxl is not installed.
    """
    require_openpyxl()
    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import PatternFill

    book = Workbook()
    book.remove(book.active)
    unsure = PatternFill("solid", start_color=UNSURE_COLOUR)
    width, height = COMMENT_SIZE
    left_out: list[tuple[str, Number]] = []
    for name, table in tables.items():
        sheet = book.create_sheet(_sheet_name(name, book.sheetnames))
        left_out += [(sheet.title, number) for number in table.left_out]
        if header and table.rows:
            sheet.append([column_name(place) for place in range(table.shape[1])])
        first = 2 if header else 1
        for row, cells in enumerate(table.rows, first):
            for column, cell in enumerate(cells, 1):
                if not cell.row_span or not cell.column_span:
                    continue
                written = sheet.cell(row, column)
                _write(written, cell)
                if not cell.is_sure(sure):
                    note = Comment(_note(cell), "inkten", height=height, width=width)
                    written.comment = note
                    written.fill = unsure
                if cell.row_span > 1 or cell.column_span > 1:
                    sheet.merge_cells(
                        start_row=row,
                        end_row=row + cell.row_span - 1,
                        start_column=column,
                        end_column=column + cell.column_span - 1,
                    )
    if left_out or without:
        _list_left_out(book, left_out, without)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _list_left_out(
    book: Any, numbers: Sequence[tuple[str, "Number"]], without: Mapping[str, str]
) -> None:
    """Add a sheet with these numbers, each after the name of its page's sheet.

    The numbers are texts: no sum of a spreadsheet counts them. Pages without a table
    follow, with the reason in place of a number.
    """
    sheet = book.create_sheet(_sheet_name(LEFT_OUT, book.sheetnames))
    sheet.append(LEFT_OUT_COLUMNS)
    for row, (name, number) in enumerate(numbers, 2):
        for column, text in enumerate((name, number.text), 1):
            _write_text(sheet.cell(row, column), text)
        sheet.cell(row, 3, round(number.confidence, 2)).number_format = "0.00"
    for row, page_and_reason in enumerate(without.items(), 2 + len(numbers)):
        for column, text in enumerate(page_and_reason, 1):
            _write_text(sheet.cell(row, column), text)
    sheet.column_dimensions["A"].width = WIDEST_COLUMN


def _write(written: Any, cell: "Cell") -> None:
    """Put a text into a cell of openpyxl, which would take "=5" for a formula."""
    if not cell.text:
        return
    number = decimal_of(cell.text, cell.decimal_mark)
    if number is not None:
        written.value = cell.number
        if places := places_of(number):  # 12.50 is shown as written
            written.number_format = f"0.{'0' * places}"
        return
    _write_text(written, cell.text)


def _write_text(written: Any, text: str) -> None:
    written.value = text
    written.data_type = "s"
    written.number_format = "@"  # stays text if it is edited


def _note(cell: "Cell") -> str:
    # Rounded down: 0.899 is below 0.9, and the comment must not say otherwise
    hundredths = math.floor(100 * cell.confidence)
    return f"confidence {hundredths / 100:.2f}" if cell.text else UNREAD


def _sheet_name(name: str, taken: Sequence[str]) -> str:
    """The name of a sheet: legal, and not taken; a long one keeps its page."""
    legal = NOT_IN_NAMES.sub("_", name).strip("'") or "Table"
    found = PAGE.search(legal)
    page = found[0] if found else ""
    plain = legal[: len(legal) - len(page)][: LONGEST_NAME - len(page)]
    used = {each.casefold() for each in taken}
    free, count = plain + page, 1
    while free.casefold() in used:
        count += 1
        suffix = f"{page} {count}"
        free = plain[: LONGEST_NAME - len(suffix)] + suffix
    return free
