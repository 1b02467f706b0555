"""The corrections of a review page, applied to a file of a form run's results.

The file itself stays as it is: its run is resumed only if its checksum is the same.
"""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from inkten.batch.form_row import CONFIDENCE, HOLDS
from inkten.batch.row import Row
from inkten.batch.table import FileFormat, decode, encode, schema_of, table_of
from inkten.errors import DataError
from inkten.forms.checks import problems_of
from inkten.forms.fields import Field, Kind
from inkten.forms.result import TICKED
from inkten.forms.template import Template
from inkten.tables.spreadsheet import FORMULA_STARTS

COLUMNS = ("path", "page", "field", "read", "correct")
# The page puts a ' before what a spreadsheet would take for a formula
GUARDED = tuple(f"'{start}" for start in FORMULA_STARTS)


@dataclass(frozen=True, slots=True)
class Correction:
    """What was read in a field of a page, and what is right."""

    read: str
    correct: str


# By path and page, then by field
Corrections = dict[tuple[str, int], dict[str, Correction]]


def load_corrections(path: Path) -> Corrections:
    """The corrections.csv that a review page has saved.

    Raises:
        DataError: it cannot be read, or is not such a table.
    """
    content = _content(path)
    try:
        lines = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        if tuple(lines.fieldnames or ()) != COLUMNS:
            raise ValueError
        corrections: Corrections = {}
        for line in lines:
            page = _unguarded(line["path"]), int(line["page"])
            corrections.setdefault(page, {})[line["field"]] = Correction(
                _unguarded(line["read"]), _unguarded(line["correct"]).strip()
            )
        return corrections
    except (ValueError, TypeError, AttributeError, csv.Error):
        raise DataError(
            "not a table of corrections; expected the corrections.csv of a review "
            f"page, with the columns {', '.join(COLUMNS)}",
            name=str(path),
        ) from None


@dataclass(frozen=True, slots=True)
class Corrected:
    """A file of results with corrections.

    Attributes:
        content: of the file.
        applied: how many corrections were applied.
        failing: the fields of the corrected pages that still fail a check.
    """

    content: bytes
    applied: int
    failing: int


def corrected(path: Path, form: Template, corrections: Corrections) -> Corrected:
    """Correct a file of results.

    Corrected fields have a confidence of 1, and all checks of their pages are evaluated
    again. Corrections of pages that are not in the file are left out.

    Raises:
        DataError: the file is not of a run with this form, or a correction does not
            fit.
    """
    schema = schema_of(form)
    try:
        file_format = FileFormat(path.suffix.lower().removeprefix("."))
        rows = decode(_content(path), file_format, schema).to_pylist()
        is_same = all(row.keys() == set(schema.names) for row in rows)
    except (ValueError, KeyError, TypeError):  # Arrow's errors are ValueErrors, too
        is_same = False
    if not is_same:
        raise DataError(
            "not a file of results of this form; expected one that 'inkten batch "
            "--form' wrote with the same template",
            name=str(path),
        )
    fields = {field.name: field for field in form.fields}
    applied = failing = 0
    for row in rows:
        own = corrections.get((row["path"], row["page"]), {})
        try:
            _correct(row, own, fields)
        except ValueError as error:
            raise DataError(
                f"the correction of {row['path']}, page {row['page']}: {error}"
            ) from None
        applied += len(own)
        if own:
            failing += sum(not row[f"{name}{HOLDS}"] for name in fields)
    return Corrected(encode(table_of(rows, schema), file_format), applied, failing)


def _correct(
    row: Row, corrections: dict[str, Correction], fields: dict[str, Field]
) -> None:
    """Apply the corrections of one page to its row."""
    if not corrections:
        return
    if row["error"] is not None:
        raise ValueError("the page could not be read, so it has no fields to correct")
    before = _texts(row, fields)
    for name, correction in corrections.items():
        if name not in fields:
            raise ValueError(f"{name!r} is no field of this form")
        if before[name] != correction.read:
            raise ValueError(
                f"{name} was read as {before[name]!r}, and the correction is of "
                f"{correction.read!r}; is it of another run?"
            )
        is_tick = fields[name].kind is Kind.TICK
        row[name] = bool(correction.correct) if is_tick else correction.correct
        row[f"{name}{CONFIDENCE}"] = 1.0
    after = _texts(row, fields)
    noted = [line.partition(": ") for line in row["problems"].splitlines()]
    problems = []
    for name, field in fields.items():
        own = [*problems_of(field, after, fields)]
        if name not in corrections:  # an empty cell, or the edge of the picture
            checked = set(problems_of(field, before, fields))
            own += [each for to, _, each in noted if to == name and each not in checked]
        row[f"{name}{HOLDS}"] = not own
        problems += [f"{name}: {each}" for each in own]
    row["problems"] = "\n".join(problems)


def _texts(row: Row, fields: dict[str, Field]) -> dict[str, str]:
    """What a row has of each field, as it was written."""
    return {
        name: (TICKED if row[name] else "") if field.kind is Kind.TICK else row[name]
        for name, field in fields.items()
    }


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith(GUARDED) else cell


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", name=str(path)) from None
