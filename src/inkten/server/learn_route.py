"""``POST /v1/learn``: a model is taught a client's digits, if that is enabled."""

import asyncio
import base64
import json
from threading import Lock

from fastapi import APIRouter, Request, Response

from inkten.errors import DataError, ModelError
from inkten.learning.learn import learn
from inkten.server.problems import Kind, Problem, busy
from inkten.server.schemas import LearnAnswer, problem_responses
from inkten.server.service import Service, service_of
from inkten.server.uploads import FORM, Upload, check_type, form_fields, receive

MAX_PICTURES = 500  # in one request: more take longer than clients wait
SECONDS = 120  # for the answer: learning takes longer than reading
BODY = {
    "required": True,
    "content": {
        FORM: {
            "schema": {
                "type": "object",
                "properties": {
                    "picture": {
                        "type": "array",
                        "items": {"type": "string", "format": "binary"},
                    },
                    "text": {
                        "type": "array",
                        "items": {"type": "string", "pattern": r"^[0-9 |\n]+$"},
                        "description": "The text of each picture, in the same order.",
                    },
                },
                "required": ["picture", "text"],
            }
        }
    },
}

router = APIRouter()
_one_at_a_time = Lock()  # learning takes much memory, and all cores


@router.post(
    "/v1/learn",
    summary="Teach a model your own digits",
    response_model=LearnAnswer,
    response_description="What was learned, and the model.",
    responses=problem_responses(
        *(Kind.BAD_REQUEST, Kind.TOO_SLOW, Kind.TOO_LARGE, Kind.UNSUPPORTED_TYPE),
        *(Kind.BAD_PARAMETER, Kind.BUSY, Kind.TOO_LATE),
    ),
    openapi_extra={"requestBody": BODY},
)
async def teach(request: Request) -> Response:
    """Send pictures of your digits, each followed by its text.

    Everything stays in memory: neither the pictures nor the model are kept, and this
    service goes on reading with its own model. One request is worked on at a time.
    """
    service = service_of(request)
    check_type(request, form_only=True)
    with service.slot():
        body = await receive(request, service.settings.max_bytes, service.deadline())
        pairs = _pairs(await form_fields(request, body))
        try:
            async with asyncio.timeout(SECONDS):
                # Not on the threads that read pictures: those go on reading
                content = await asyncio.to_thread(_answer, service, pairs)
        except TimeoutError:
            raise Problem(
                Kind.TOO_LATE,
                f"Nothing learned within {SECONDS} seconds, the limit. Send fewer or "
                "smaller pictures.",
            ) from None
    return Response(content, media_type="application/json")


def _pairs(fields: list[tuple[str, str | Upload]]) -> list[tuple[bytes, str]]:
    """The pictures and their texts, in order."""
    pictures = [
        value.content
        for name, value in fields
        if name == "picture" and isinstance(value, Upload)
    ]
    texts = [
        value for name, value in fields if name == "text" and isinstance(value, str)
    ]
    if len(fields) != len(pictures) + len(texts) or len(pictures) != len(texts):
        raise Problem(
            Kind.BAD_PARAMETER,
            f"The form has {len(pictures)} pictures and {len(texts)} texts in "
            f"{len(fields)} fields; expected a text for each picture and nothing "
            "else.",
        )
    if len(pictures) > MAX_PICTURES:
        raise Problem(
            Kind.TOO_LARGE,
            f"The form has {len(pictures)} pictures; at most {MAX_PICTURES} are "
            "learned from at a time. Send fewer.",
        )
    return list(zip(pictures, texts, strict=True))


def _answer(service: Service, pairs: list[tuple[bytes, str]]) -> bytes:
    """Learn, and describe it; the model is in the answer and nowhere else."""
    if not _one_at_a_time.acquire(blocking=False):
        raise busy()
    settings = service.settings
    try:
        learned = learn(*pairs, model=settings.model, limits=settings.limits)
    except (DataError, ModelError) as error:
        raise Problem(Kind.BAD_PARAMETER, str(error)) from None
    finally:
        _one_at_a_time.release()
    model = base64.b64encode(learned.content).decode()
    return json.dumps({"report": learned.report.to_dict(), "model": model}).encode()
