"""Rows -> a table; a table -> a part's bytes, and back."""

import csv
import io
import json
from collections.abc import Sequence
from enum import StrEnum

import pyarrow
import pyarrow.parquet

from inkten.batch.row import Row

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
LONGEST_CELL = 2**31 - 1  # of a CSV: the digits of a page may take megabytes


class Form(StrEnum):
    """How results are written; the names are the files' endings, too."""

    PARQUET = "parquet"
    JSONL = "jsonl"
    CSV = "csv"


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
    writer = csv.DictWriter(text, SCHEMA.names)  # lines end as RFC 4180 has it
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
    csv.field_size_limit(LONGEST_CELL)
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
