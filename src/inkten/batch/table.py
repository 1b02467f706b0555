"""Rows -> a table; a table -> the bytes of a file, and back."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Any

import pyarrow
import pyarrow.parquet

from inkten.batch.row import Row

BOX = [(side, pyarrow.float64()) for side in ("x", "y", "width", "height")]
DIGIT = pyarrow.struct(
    [
        ("value", pyarrow.int8()),
        ("guess", pyarrow.int8()),
        ("confidence", pyarrow.float64()),
        *BOX,
    ]
)
SIGN = pyarrow.struct(
    [("value", pyarrow.string()), ("confidence", pyarrow.float64()), *BOX]
)
LISTS = ("digits", "signs")  # JSON in the cells of a CSV
SCHEMA = pyarrow.schema(
    [
        ("path", pyarrow.string()),
        ("page", pyarrow.int32()),
        ("text", pyarrow.string()),
        ("value", pyarrow.int64()),
        ("confidence", pyarrow.float64()),
        ("digits", pyarrow.list_(DIGIT)),
        ("error", pyarrow.string()),
        ("rotation", pyarrow.int16()),
        ("milliseconds", pyarrow.float64()),
        ("model", pyarrow.string()),
        ("version", pyarrow.string()),
        ("decimal", pyarrow.string()),
        ("has_signs", pyarrow.bool_()),
        ("signs", pyarrow.list_(SIGN)),
    ]
)
CSV_TYPES: dict[str, Callable[[str], Any]] = {
    "page": int,
    "rotation": int,
    "value": int,
    "confidence": float,
    "milliseconds": float,
    "digits": json.loads,
    "signs": json.loads,
    "has_signs": "True".__eq__,
}
MAX_CELL = 2**31 - 1  # characters in a CSV cell: one page's digits may take megabytes


class FileFormat(StrEnum):
    """The format of the results; its value is also the file extension."""

    PARQUET = "parquet"
    JSONL = "jsonl"
    CSV = "csv"


def table_of(rows: Sequence[Row]) -> pyarrow.Table:
    """Rows as a table; missing values are null."""
    return pyarrow.Table.from_pylist(rows, schema=SCHEMA)


def encode(table: pyarrow.Table, file_format: FileFormat) -> bytes:
    """The table as the bytes of a file."""
    match file_format:
        case FileFormat.PARQUET:
            sink = pyarrow.BufferOutputStream()
            pyarrow.parquet.write_table(table, sink, compression="zstd")
            return bytes(sink.getvalue())
        case FileFormat.JSONL:
            lines = (json.dumps(row, ensure_ascii=False) for row in table.to_pylist())
            return "".join(f"{line}\n" for line in lines).encode()
    text = io.StringIO()
    writer = csv.DictWriter(
        text, SCHEMA.names
    )  # ends lines with \r\n, as RFC 4180 asks
    writer.writeheader()
    for row in table.to_pylist():
        for name in LISTS:
            row[name] = None if row[name] is None else json.dumps(row[name])
        writer.writerow(row)
    return text.getvalue().encode()


def decode(content: bytes, file_format: FileFormat) -> pyarrow.Table:
    """The table from the bytes that ``encode`` made."""
    match file_format:
        case FileFormat.PARQUET:
            return pyarrow.parquet.read_table(pyarrow.BufferReader(content))
        case FileFormat.JSONL:
            return table_of([json.loads(line) for line in content.splitlines()])
    limit = csv.field_size_limit(MAX_CELL)  # one for the whole process
    try:
        lines = csv.DictReader(io.StringIO(content.decode(), newline=""))
        return table_of([_typed(cells) for cells in lines])
    finally:
        csv.field_size_limit(limit)


def _typed(cells: dict[str, str]) -> Row:
    """The row of a line of CSV, in which every cell is text."""
    row: Row = {name: cell or None for name, cell in cells.items()}
    for name, convert in CSV_TYPES.items():
        if row[name] is not None:
            row[name] = convert(row[name])
    if row["error"] is None:
        row["text"] = cells["text"]  # empty: read, and no digit found
    return row
