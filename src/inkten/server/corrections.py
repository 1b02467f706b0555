"""``POST /v1/corrections``: a wrong answer is put right, where that is wanted."""

import numpy as np
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from inkten.errors import DataError, InktenError
from inkten.image.decode import decode
from inkten.reading import Reading
from inkten.server.collection import Collection, clean_text
from inkten.server.options import CorrectionParameters, CorrectionQuery
from inkten.server.problems import Kind, Problem
from inkten.server.schemas import CorrectionAnswer, problem_responses
from inkten.server.service import Service, service_of
from inkten.server.uploads import FORM, check_type, form_parts, receive

FIELDS = {"picture", "text"}
BODY = {
    "required": True,
    "content": {
        FORM: {
            "schema": {
                "type": "object",
                "properties": {
                    "picture": {"type": "string", "format": "binary"},
                    "text": {
                        "type": "string",
                        "pattern": r"^[0-9 |\n]*$",
                        "description": "What it says: a space between numbers, a "
                        "newline or '|' between lines; empty if no digit is there.",
                    },
                },
                "required": ["picture", "text"],
            }
        }
    },
}

router = APIRouter()


@router.post(
    "/v1/corrections",
    summary="Put a wrong answer right",
    status_code=201,
    response_model=CorrectionAnswer,
    response_description="Where in the folder it is kept.",
    responses=problem_responses(
        *(Kind.BAD_REQUEST, Kind.TOO_SLOW, Kind.TOO_LARGE, Kind.UNSUPPORTED_TYPE),
        *(Kind.UNREADABLE_PICTURE, Kind.TOO_MANY_PIXELS, Kind.BAD_PARAMETER),
        *(Kind.BUSY, Kind.TOO_LATE),
    ),
    openapi_extra={"requestBody": BODY},
)
async def correct(request: Request, query: CorrectionParameters) -> JSONResponse:
    """Send the picture once more, with the text that is right.

    The service remembers no picture. It keeps this one, in gray and without metadata,
    with its boxes and its text, in the folder it was started with.
    """
    service = service_of(request)
    check_type(request, form_only=True)
    with service.place():
        body = await receive(request, service.settings.max_bytes, service.deadline())
        picture, text = _fields(request, body)

        def keep() -> str:
            return _keep(service, picture, text, query)

        file = await service.pool.in_time(service.pool.run(keep), service.deadline())
    return JSONResponse({"file": file, "text": text}, 201)


def _fields(request: Request, body: bytes) -> tuple[bytes, str]:
    fields = {part.name: part.content for part in form_parts(request, body)}
    if fields.keys() != FIELDS:
        found = ", ".join(sorted(fields)) or "none"
        raise Problem(
            Kind.BAD_PARAMETER,
            f"The form has the fields {found}; expected picture and text.",
        )
    try:
        return fields["picture"], clean_text(fields["text"].decode("utf-8", "replace"))
    except DataError as error:
        raise Problem(Kind.BAD_PARAMETER, str(error)) from None


def _keep(service: Service, picture: bytes, text: str, query: CorrectionQuery) -> str:
    """Read it once more for its boxes, and keep it at its full size."""
    (reading,) = service.read_each([picture], query.options(service.options))
    if not isinstance(reading, Reading):
        raise Problem.of(reading)
    upright = decode(picture, service.settings.limits, full_size=True).pixels
    turned = np.ascontiguousarray(np.rot90(upright, -query.quarters))
    boxes = [digit.box for digit in reading.digits]
    try:
        return _collection(service).add(turned, text, boxes)
    except InktenError:  # its message names a path of this machine
        raise Problem(
            Kind.FAILED, "The correction could not be written. Its folder may be full."
        ) from None


def _collection(service: Service) -> Collection:
    assert service.collection is not None  # the route is there only with --collect
    return service.collection
