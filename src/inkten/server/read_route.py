"""``POST /v1/read``: pictures in, readings out."""

from dataclasses import replace
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from inkten.image.source import Unreadable
from inkten.options import ReadOptions
from inkten.reading import Reading
from inkten.server.options import ReadParameters, ReadQuery
from inkten.server.problems import READING_PROBLEMS, Kind, Problem
from inkten.server.schemas import (
    ReadingAnswer,
    ReadingsAnswer,
    encoded,
    failure_answer,
    picture_answer,
    problem_responses,
)
from inkten.server.service import Service, service_of
from inkten.server.uploads import (
    PICTURES_BODY,
    Upload,
    check_type,
    pages_of,
    receive,
    uploads_of,
)

router = APIRouter()


@router.post(
    "/v1/read",
    summary="Read pictures",
    response_model=ReadingAnswer | ReadingsAnswer,
    response_description="The reading of the picture, or of each picture.",
    responses=problem_responses(*READING_PROBLEMS),
    openapi_extra={"requestBody": PICTURES_BODY},
)
async def read(request: Request, query: ReadParameters) -> Response:
    """Send a picture as the body, or a form with one or more files.

    One picture is answered with its reading, several with a list; in the list, a
    picture that cannot be read has its problem in place of a reading. Each page of a
    TIFF file is a picture.
    """
    service = service_of(request)
    check_type(request)
    with service.slot():
        body = await receive(request, service.settings.max_bytes, service.deadline())
        files = await uploads_of(request, body, service.settings)
        uploads = pages_of(files, service.settings, query.page)
        if len(uploads) == 1:
            content = await _read_one(service, uploads[0], query)
        else:
            content = await _read_each(service, uploads, query)
    return Response(content, media_type="application/json")


async def _read_one(service: Service, upload: Upload, query: ReadQuery) -> bytes:
    def finish(answer: Reading | Unreadable) -> bytes:
        if not isinstance(answer, Reading):
            raise Problem.of(answer)
        reading = replace(answer, page=upload.page)
        return encoded(picture_answer(upload.name, reading, tiles=query.tiles))

    options = _options(service, query)
    return await service.read(upload.picture, options, finish, service.deadline())


async def _read_each(
    service: Service, uploads: list[Upload], query: ReadQuery
) -> bytes:
    """Read one after the other, so a large form uses one thread and not all."""
    deadline, options = service.deadline(), _options(service, query)
    answers = []
    for upload in uploads:
        finish = partial(_record, upload, tiles=query.tiles)
        answers.append(await service.read(upload.picture, options, finish, deadline))
    return encoded({"readings": answers})


def _options(service: Service, query: ReadQuery) -> ReadOptions:
    if query.signs and not service.names_signs:
        raise Problem(
            Kind.BAD_PARAMETER,
            "signs: this service's classifiers know only digits; leave signs out",
        )
    return query.options(service.options)


def _record(
    upload: Upload, answer: Reading | Unreadable, *, tiles: bool
) -> dict[str, Any]:
    if not isinstance(answer, Reading):
        return failure_answer(upload.name, Problem.of(answer), upload.page)
    return picture_answer(upload.name, replace(answer, page=upload.page), tiles=tiles)
