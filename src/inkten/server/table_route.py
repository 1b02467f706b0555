"""``POST /v1/table``: pages in, tables out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from fastapi import APIRouter, Request, Response

from inkten.errors import MissingExtra, PictureTooLarge
from inkten.image.source import Unreadable
from inkten.reading import ReadAgain, Reading
from inkten.server.options import TableParameters, TableQuery
from inkten.server.problems import READING_PROBLEMS, Kind, Problem
from inkten.server.schemas import (
    TableAnswer,
    TablesAnswer,
    encoded,
    failure_answer,
    problem_responses,
)
from inkten.server.service import service_of
from inkten.server.uploads import (
    PICTURES_BODY,
    Upload,
    check_type,
    pages_of,
    receive,
    uploads_of,
)
from inkten.tables import review, spreadsheet
from inkten.tables.table import Table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv",
    "xlsx": XLSX,
    "html": "text/html",
}
FILES: dict[int | str, dict[str, Any]] = {  # besides JSON
    200: {
        "content": {
            MEDIA_TYPES[name]: {"schema": {"type": "string", "format": "binary"}}
            for name in ("csv", "xlsx", "html")
        }
    }
}
UNNAMED = "page"  # a picture that was sent without a name


class Failure(NamedTuple):
    """Why a page cannot be read; a bare ``Problem`` would be raised by the pool."""

    problem: Problem


Answer: TypeAlias = Table | Failure

router = APIRouter()


@router.post(
    "/v1/table",
    summary="Read the tables on pages",
    response_model=TableAnswer | TablesAnswer,
    response_description="The table of the page, or of each page.",
    responses=FILES | problem_responses(*READING_PROBLEMS),
    openapi_extra={"requestBody": PICTURES_BODY},
)
async def table(request: Request, query: TableParameters) -> Response:
    """Send a picture as the body, or a form with one or more files.

    JSON has a table, or a list of tables, in which a page that cannot be read has its
    problem. Several pages, or a TIFF file of several, become sheets of one XLSX file or
    pages of one HTML file, all of which must be readable; CSV holds a single one.
    """
    service = service_of(request)
    check_type(request)
    with service.slot():
        _check_format(query)
        body = await receive(request, service.settings.max_bytes, service.deadline())
        files = await uploads_of(request, body, service.settings)
        uploads = pages_of(files, service.settings, query.page)
        if query.format == "csv" and len(uploads) > 1:
            raise Problem(
                Kind.BAD_PARAMETER,
                f"The request has {len(uploads)} pages; CSV holds the table of one. "
                "Ask for one, with page=1, or for format=xlsx.",
            )
        deadline = service.deadline()
        options = query.options(service.options, signs=service.names_signs)
        arrange = partial(
            _table,
            keep_text_columns=query.keep_text_columns,
            read_again=partial(service.read_again, options=options),
        )
        answers = [
            await service.read(
                upload.picture, options, partial(arrange, upload.page), deadline
            )
            for upload in uploads
        ]

        def write() -> bytes:
            return _written(uploads, answers, query)

        content = await service.pool.in_time(service.pool.run(write), deadline)
    headers = {}
    if query.format != "json":
        headers["Content-Disposition"] = f'attachment; filename="table.{query.format}"'
    return Response(content, media_type=MEDIA_TYPES[query.format], headers=headers)


def _check_format(query: TableQuery) -> None:
    if query.format == "xlsx":
        try:
            spreadsheet.require_openpyxl()
        except MissingExtra as error:
            raise Problem.of(error) from None


def _table(
    page: int,
    answer: Reading | Unreadable,
    *,
    keep_text_columns: bool,
    read_again: ReadAgain,
) -> Answer:
    if not isinstance(answer, Reading):
        return Failure(Problem.of(answer))
    try:
        reading = replace(answer, page=page)
        return reading.table(keep_text_columns=keep_text_columns, read_again=read_again)
    except PictureTooLarge as error:
        return Failure(Problem.of(error))


def _written(
    uploads: Sequence[Upload], answers: Sequence[Answer], query: TableQuery
) -> bytes:
    """The answer in the format that was asked for.

    Raises:
        Problem: the only page cannot be read; or one of several, for a file.
    """
    if query.format == "json" and len(answers) > 1:
        records = [
            _record(upload, answer)
            for upload, answer in zip(uploads, answers, strict=True)
        ]
        return encoded({"tables": records})
    tables = _named(uploads, answers)
    if query.format == "xlsx":
        return spreadsheet.to_xlsx(tables, header=query.header, sure=query.sure)
    if query.format == "html":
        page = review.to_html(tables, header=query.header, sure=query.sure)
        return page.encode("utf-8", "replace")
    ((upload, only),) = zip(uploads, tables.values(), strict=True)
    if query.format == "csv":
        return only.to_csv(header=query.header).encode()
    return encoded(_record(upload, only))


def _named(uploads: Sequence[Upload], answers: Sequence[Answer]) -> Mapping[str, Table]:
    """The tables by the names of their pages, each of which is used once."""
    tables: dict[str, Table] = {}
    for upload, answer in zip(uploads, answers, strict=True):
        if isinstance(answer, Failure):
            raise answer.problem
        plain = (upload.name or UNNAMED).rpartition(".")[0] or upload.name or UNNAMED
        name, count = plain, 1
        while name in tables:
            count += 1
            name = f"{plain} {count}"
        tables[name] = answer
    return tables


def _record(upload: Upload, answer: Answer) -> dict[str, Any]:
    if isinstance(answer, Failure):
        return failure_answer(upload.name, answer.problem, upload.page)
    return {"file": upload.name, **answer.to_dict()}
