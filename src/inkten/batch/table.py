"""Rows -> a table; a table -> the bytes of a file, and back."""

import csv
import io
import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import pyarrow
import pyarrow.parquet

from inkten.batch.form_row import CONFIDENCE, HOLDS
from inkten.batch.row import Row
from inkten.forms.fields import Kind
from inkten.forms.template import Template

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
CELL = pyarrow.struct(
    [
        ("row", pyarrow.int32()),
        ("column", pyarrow.int32()),
        ("text", pyarrow.string()),
        ("confidence", pyarrow.float64()),
        ("row_span", pyarrow.int32()),
        ("column_span", pyarrow.int32()),
        *BOX,
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
        ("rotation", pyarrow.int16()),
        ("milliseconds", pyarrow.float64()),
        ("model", pyarrow.string()),
        ("version", pyarrow.string()),
        ("decimal", pyarrow.string()),
        ("has_signs", pyarrow.bool_()),
        ("signs", pyarrow.list_(SIGN)),
        ("table", pyarrow.list_(CELL)),  # null unless it was asked for
    ]
)
NEVER_EMPTY = ("error", "decimal")  # texts: an empty cell is a missing one
MAX_CELL = 2**31 - 1  # characters in a CSV cell: one page's digits may take megabytes


class FileFormat(StrEnum):
    """The format of the results; its value is also the file extension."""

    PARQUET = "parquet"
    JSONL = "jsonl"
    CSV = "csv"


def schema_of(form: Template | None) -> pyarrow.Schema:
    """The columns of a run; with a form, those of its fields instead of the text."""
    if form is None:
        return SCHEMA
    columns = [("path", pyarrow.string()), ("page", pyarrow.int32())]
    for field in form.fields:
        is_tick = field.kind is Kind.TICK
        columns += [
            (field.name, pyarrow.bool_() if is_tick else pyarrow.string()),
            (f"{field.name}{CONFIDENCE}", pyarrow.float64()),
            (f"{field.name}{HOLDS}", pyarrow.bool_()),
        ]
    columns += [
        ("problems", pyarrow.string()),
        ("error", pyarrow.string()),
        ("outlines", pyarrow.list_(pyarrow.list_(pyarrow.float64()))),
        ("milliseconds", pyarrow.float64()),
        ("model", pyarrow.string()),
        ("version", pyarrow.string()),
    ]
    return pyarrow.schema(columns)


def table_of(rows: Sequence[Row], schema: pyarrow.Schema = SCHEMA) -> pyarrow.Table:
    """Rows as a table; missing values are null."""
    return pyarrow.Table.from_pylist(rows, schema=schema)


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
    writer = csv.DictWriter(  # ends lines with \r\n, as RFC 4180 asks
        text, table.schema.names
    )
    writer.writeheader()
    nested = [column.name for column in table.schema if _is_nested(column.type)]
    for row in table.to_pylist():
        for name in nested:
            row[name] = None if row[name] is None else json.dumps(row[name])
        writer.writerow(row)
    return text.getvalue().encode("utf-8-sig")  # else Excel takes it for Windows-1252


def decode(
    content: bytes, file_format: FileFormat, schema: pyarrow.Schema = SCHEMA
) -> pyarrow.Table:
    """The table of these columns from the bytes that ``encode`` made."""
    match file_format:
        case FileFormat.PARQUET:
            return pyarrow.parquet.read_table(pyarrow.BufferReader(content))
        case FileFormat.JSONL:
            rows = [json.loads(line) for line in content.splitlines()]
            return table_of(rows, schema)
    limit = csv.field_size_limit(MAX_CELL)  # one for the whole process
    try:
        lines = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        return table_of([_typed(cells, schema) for cells in lines], schema)
    finally:
        csv.field_size_limit(limit)


def _typed(cells: dict[str, str], schema: pyarrow.Schema) -> Row:
    """The row of a line of CSV, in which every cell is text."""
    is_read = not cells["error"]
    row = {
        column.name: _value(cells[column.name], column.type, is_read=is_read)
        for column in schema
    }
    return row | {name: cells[name] or None for name in NEVER_EMPTY if name in row}


def _value(cell: str, kind: pyarrow.DataType, *, is_read: bool) -> Any:
    """The value of a cell; of a page that was read, an empty text is no missing one."""
    types = pyarrow.types
    if types.is_string(kind):
        return cell if cell or is_read else None
    if not cell:
        return None
    if _is_nested(kind):
        return json.loads(cell)
    if types.is_boolean(kind):
        return cell == str(True)
    return int(cell) if types.is_integer(kind) else float(cell)


def _is_nested(kind: pyarrow.DataType) -> bool:
    return bool(pyarrow.types.is_nested(kind))
