"""``POST /v1/corrections``: a wrong answer is corrected, if that is enabled."""

import numpy as np
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from inkten.errors import DataError, InktenError
from inkten.image.decode import decode
from inkten.reading import Reading
from inkten.server.collection import Collection, CollectionFull, clean_text
from inkten.server.options import CorrectionParameters, CorrectionQuery
from inkten.server.problems import READING_PROBLEMS, Kind, Problem
from inkten.server.schemas import CorrectionAnswer, problem_responses
from inkten.server.service import Service, service_of
from inkten.server.uploads import (
    FILE,
    Upload,
    check_type,
    form_body,
    form_fields,
    receive,
)

BODY = form_body(
    {
        "picture": FILE,
        "text": {
            "type": "string",
            "pattern": r"^[0-9 |\n.,'\-/:+=x÷()%½]*$",
            "description": "The correct text: a space between numbers, a "
            "newline or '|' between lines; empty if there is no digit. "
            "Signs only with signs=true.",
        },
    },
    required=["picture", "text"],
)

router = APIRouter()


@router.post(
    "/v1/corrections",
    summary="Correct a wrong answer",
    status_code=201,
    response_model=CorrectionAnswer,
    response_description="The picture's file in the folder.",
    responses=problem_responses(*READING_PROBLEMS, Kind.COLLECTION_FULL),
    openapi_extra={"requestBody": BODY},
)
async def correct(request: Request, query: CorrectionParameters) -> JSONResponse:
    """Send the picture again, with the correct text.

    The service does not remember pictures. It keeps this one, in gray and without
    metadata, with its boxes and its text, in the folder that it was started with.
    """
    service = service_of(request)
    check_type(request, form_only=True)
    with service.slot():
        body = await receive(request, service.settings.max_bytes, service.deadline())
        picture, text = await _fields(request, body, signs=query.signs)

        def keep() -> str:
            return _keep(service, picture, text, query)

        file = await service.pool.in_time(service.pool.run(keep), service.deadline())
    return JSONResponse({"file": file, "text": text}, 201)


async def _fields(request: Request, body: bytes, *, signs: bool) -> tuple[bytes, str]:
    fields = dict(await form_fields(request, body))
    match fields:
        case {"picture": Upload(content=picture), "text": str(text), **others}:
            if not others:
                try:
                    return picture, clean_text(text, signs=signs)
                except DataError as error:
                    raise Problem(Kind.BAD_PARAMETER, error.reason) from None
    raise Problem(
        Kind.BAD_PARAMETER,
        f"The form has the fields {', '.join(sorted(fields)) or '(none)'}; expected "
        "picture, as a file, and text.",
    )


def _keep(service: Service, picture: bytes, text: str, query: CorrectionQuery) -> str:
    """Read the picture again for its boxes, and keep it at its full size."""
    # Only the boxes of the digits are used: signs need not be looked for.
    options = query.options(service.options, signs=False)
    (reading,) = service.read_each([picture], options)
    if not isinstance(reading, Reading):
        raise Problem.of(reading)
    upright = decode(picture, service.settings.limits, full_size=True).pixels
    turned = np.ascontiguousarray(np.rot90(upright, -query.quarter_turns))
    boxes = [digit.box for digit in reading.digits]
    try:
        return _collection(service).add(turned, text, boxes, signs=query.signs)
    except CollectionFull as error:
        raise Problem(Kind.COLLECTION_FULL, error.reason) from None
    except InktenError:  # its message names a path of this machine
        raise Problem(
            Kind.FAILED, "The correction could not be written. The disk may be full."
        ) from None


def _collection(service: Service) -> Collection:
    assert service.collection is not None  # the route exists only with --collect
    return service.collection
