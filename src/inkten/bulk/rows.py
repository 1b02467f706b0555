"""A page and its answer -> a row; rows -> a table, and a part's bytes and back."""

import csv
import io
import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, TypeAlias

import pyarrow
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet

from inkten import __version__
from inkten.answer import Digit, Reading
from inkten.content import NAMELESS
from inkten.reader import Unreadable

Row: TypeAlias = dict[str, Any]
MOST = 2**63 - 1  # of a column of whole numbers; longer ones are told by their text

DIGIT = pyarrow.struct(
    [
        ("value", pyarrow.int8()),
        ("guess", pyarrow.int8()),
        ("confidence", pyarrow.float64()),
        *((side, pyarrow.float64()) for side in ("x", "y", "width", "height")),
    ]
)
SCHEMA = pyarrow.schema(
    [
        ("path", pyarrow.string()),
        ("page", pyarrow.int32()),
        ("text", pyarrow.string()),
        ("value", pyarrow.int64()),
        ("confidence", pyarrow.float64()),
        ("digits", pyarrow.list_(DIGIT)),
        ("error", pyarrow.string()),
        ("milliseconds", pyarrow.float64()),
        ("model", pyarrow.string()),
        ("version", pyarrow.string()),
    ]
)


class Form(StrEnum):
    """How results are written; the names are the files' endings, too."""

    PARQUET = "parquet"
    JSONL = "jsonl"
    CSV = "csv"


def row_of(
    path: str, page: int, answer: Reading | Unreadable, seconds: float, model: str
) -> Row:
    """The row of one page: what was read, or why nothing could be."""
    row: Row = {"path": _text(path), "page": page}
    if isinstance(answer, Reading):
        value = answer.value
        row["text"] = answer.text
        row["value"] = value if value is not None and value <= MOST else None
        row["confidence"] = round(answer.confidence, 6)
        row["digits"] = [_digit(digit) for digit in answer.digits]
    else:
        row["error"] = _text(reason(answer, path))
    row["milliseconds"] = round(seconds * 1000, 3)
    row["model"], row["version"] = model, __version__
    return row


def reason(error: Exception, path: str) -> str:
    """What is wrong with a picture; its path stands in a column of its own."""
    told, name, separator = str(error), path.rpartition("/")[2], ": "
    start, _, rest = told.partition(separator)
    return rest if start == NAMELESS or (name and start.endswith(name)) else told


def table_of(rows: Sequence[Row]) -> pyarrow.Table:
    """Rows as a table; what a row lacks is null."""
    return pyarrow.Table.from_pylist(rows, schema=SCHEMA)


def encode(table: pyarrow.Table, form: Form) -> bytes:
    """A part as the bytes of its file."""
    match form:
        case Form.PARQUET:
            sink = pyarrow.BufferOutputStream()
            pyarrow.parquet.write_table(table, sink, compression="zstd")
            return bytes(sink.getvalue())
        case Form.JSONL:
            lines = (json.dumps(row, ensure_ascii=False) for row in table.to_pylist())
            return "".join(f"{line}\n" for line in lines).encode()
    text = io.StringIO()
    writer = csv.DictWriter(text, SCHEMA.names, lineterminator="\n")
    writer.writeheader()
    for row in table.to_pylist():
        digits = row["digits"]
        row["digits"] = None if digits is None else json.dumps(digits)
        writer.writerow(row)
    return text.getvalue().encode()


def decode(content: bytes, form: Form) -> pyarrow.Table:
    """The table of a part's bytes."""
    match form:
        case Form.PARQUET:
            return pyarrow.parquet.read_table(pyarrow.BufferReader(content))
        case Form.JSONL:
            return table_of([json.loads(line) for line in content.splitlines()])
    rows: list[Row] = []
    for read in csv.DictReader(io.StringIO(content.decode(), newline="")):
        row: Row = {name: cell or None for name, cell in read.items()}
        for name, kind in (("page", int), ("value", int), ("confidence", float)):
            row[name] = None if row[name] is None else kind(row[name])
        row["milliseconds"] = float(row["milliseconds"])
        row["digits"] = None if row["digits"] is None else json.loads(row["digits"])
        if row["error"] is None:
            row["text"] = read["text"]  # nothing found is no text, not no answer
        rows.append(row)
    return table_of(rows)


def _digit(digit: Digit) -> Row:
    return {
        "value": digit.value,
        "guess": digit.guess,
        "confidence": round(digit.confidence, 6),
        **digit.box.to_dict(),
    }


def _text(text: str) -> str:
    """Text that can be stored: a file's name may hold bytes that are no UTF-8."""
    return text.encode(errors="backslashreplace").decode()
