"""``POST /v1/table/xlsx``: a table that a person has corrected, as a spreadsheet."""

from collections.abc import Sequence
from itertools import product
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from inkten.decimals import Mark
from inkten.digits import Box
from inkten.errors import MissingExtra
from inkten.server.problems import Kind, Problem
from inkten.server.schemas import problem_responses
from inkten.server.service import service_of
from inkten.server.table_route import XLSX
from inkten.server.uploads import receive
from inkten.tables import spreadsheet
from inkten.tables.table import Cell, Table

JSON = "application/json"
MAX_CELLS = 20_000  # of a table: more take seconds to write
MAX_TEXT = 200  # characters in a cell
NO_BOX = Box(0, 0, 0, 0)  # a spreadsheet does not show where a cell was
FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}
}


class SheetCell(BaseModel):
    """A cell of ``/v1/table``, as read or as corrected."""

    model_config = ConfigDict(extra="ignore", strict=True)

    text: str = Field(max_length=MAX_TEXT, pattern=r"^[^\x00-\x1f]*$")
    confidence: float = Field(ge=0, le=1, description="1 if a person has checked it.")
    row_span: int = Field(default=1, ge=0, le=MAX_CELLS)
    column_span: int = Field(default=1, ge=0, le=MAX_CELLS)
    decimal_mark: Mark | None = None


class Sheet(BaseModel):
    """A table of ``/v1/table``; its other fields are ignored."""

    model_config = ConfigDict(extra="ignore", strict=True)

    rows: list[list[SheetCell]]


def _schema() -> dict[str, Any]:
    """The schema of a body, without references, which only FastAPI could resolve."""
    schema = Sheet.model_json_schema()
    cell = schema.pop("$defs")[SheetCell.__name__]
    schema["properties"]["rows"]["items"]["items"] = cell
    return schema


router = APIRouter()


@router.post(
    "/v1/table/xlsx",
    summary="Write a corrected table as XLSX",
    response_class=Response,
    response_description="The spreadsheet.",
    responses=FILE
    | problem_responses(
        *(Kind.BAD_REQUEST, Kind.TOO_SLOW, Kind.TOO_LARGE, Kind.UNSUPPORTED_TYPE),
        *(Kind.BAD_PARAMETER, Kind.BUSY, Kind.TOO_LATE),
    ),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {JSON: {"schema": _schema()}},
        }
    },
)
async def to_xlsx(request: Request) -> Response:
    """Send the JSON of a table from `/v1/table`, with the corrected texts in it.

    Cells of a confidence below 0.9 are coloured: set it to 1 for those that a person
    has checked. Nothing is kept.
    """
    service = service_of(request)
    if request.headers.get("content-type", "").partition(";")[0].strip() != JSON:
        raise Problem(
            Kind.UNSUPPORTED_TYPE,
            f"The body is a table as JSON. Set the header Content-Type: {JSON}.",
        )
    try:
        spreadsheet.require_openpyxl()
    except MissingExtra as error:
        raise Problem.of(error) from None
    with service.slot():
        body = await receive(request, service.settings.max_bytes, service.deadline())

        def write() -> bytes:
            return _table(body).to_xlsx()

        answer = service.pool.run(write)
        content = await service.pool.in_time(answer, service.deadline())
    headers = {"Content-Disposition": 'attachment; filename="table.xlsx"'}
    return Response(content, media_type=XLSX, headers=headers)


def _table(body: bytes) -> Table:
    try:
        sheet = Sheet.model_validate_json(body)
    except ValidationError as error:
        (first, *_) = error.errors(include_url=False, include_input=False)
        place = ".".join(map(str, first["loc"])) or "the body"
        raise Problem(
            Kind.BAD_PARAMETER,
            f"{place}: {first['msg']}. Send the JSON of a table from /v1/table.",
        ) from None
    if sum(map(len, sheet.rows)) > MAX_CELLS:
        raise Problem(
            Kind.TOO_LARGE, f"The table has more than {MAX_CELLS:,} cells, the limit."
        )
    _check_grid(sheet.rows)
    return Table(tuple(tuple(map(_cell, row)) for row in sheet.rows))


def _cell(cell: SheetCell) -> Cell:
    return Cell(
        cell.text,
        NO_BOX,
        cell.confidence,
        cell.row_span,
        cell.column_span,
        decimal_mark=cell.decimal_mark,
    )


def _check_grid(rows: Sequence[Sequence[SheetCell]]) -> None:
    """Refuse rows of several lengths, and cells that reach over others.

    Raises:
        Problem: no spreadsheet can hold the table.
    """
    width = len(rows[0]) if rows else 0
    is_grid = all(len(row) == width for row in rows)
    if not is_grid or not all(
        _covers_its_own(rows, top, left)
        for top, left in product(range(len(rows)), range(width))
    ):
        raise Problem(
            Kind.BAD_PARAMETER,
            "The rows differ in length, or a cell reaches over another one. Leave the "
            "spans as /v1/table gave them.",
        )


def _covers_its_own(rows: Sequence[Sequence[SheetCell]], top: int, left: int) -> bool:
    """Whether a cell stays in the table, and what it reaches over spans nothing."""
    cell = rows[top][left]
    if not cell.row_span or not cell.column_span:
        return True
    bottom, right = top + cell.row_span, left + cell.column_span
    if bottom > len(rows) or right > len(rows[0]):
        return False
    others = [
        rows[y][x]
        for y, x in product(range(top, bottom), range(left, right))
        if (y, x) != (top, left)
    ]
    return all(not each.row_span or not each.column_span for each in others)
