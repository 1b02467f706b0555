"""``POST /v1/learn``: a model is taught a client's digits, if that is enabled."""

import asyncio
import base64
import json
from dataclasses import dataclass
from threading import Lock
from typing import Any

from fastapi import APIRouter, Request, Response

from inkten.classification.classifier import Classifier
from inkten.errors import DataError, ModelError
from inkten.image.source import UNREADABLE
from inkten.learning.learn import learn
from inkten.options import ReadOptions
from inkten.reader import Reader
from inkten.server.problems import Kind, Problem, busy
from inkten.server.schemas import LearnAnswer, picture_answer, problem_responses
from inkten.server.service import Service, service_of
from inkten.server.uploads import (
    FILE,
    Upload,
    check_type,
    form_body,
    form_fields,
    receive,
)

MAX_PICTURES = 500  # in one request: more take longer than clients wait
TAUGHT = "taught.onnx"  # what messages call the model
SECONDS = 120  # for the answer: learning takes longer than reading
BODY = form_body(
    {
        "picture": {"type": "array", "items": FILE},
        "text": {
            "type": "array",
            "items": {"type": "string", "pattern": r"^[0-9 |\n]+$"},
            "description": "The text of each picture, in the same order.",
        },
        "read": {**FILE, "description": "A picture to read before and after."},
    },
    required=["picture", "text"],
)

router = APIRouter()
_one_at_a_time = Lock()  # learning takes much memory, and all cores


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a form teaches: pictures with their texts; one to read before and after."""

    pairs: list[tuple[bytes, str]]
    read: bytes | None

    @classmethod
    def of(cls, fields: list[tuple[str, str | Upload]]) -> "Lesson":
        """The lesson of a form.

        Raises:
            Problem: a picture has no text, there are other fields, or too many.
        """
        files: dict[str, list[bytes]] = {"picture": [], "read": []}
        texts: list[str] = []
        for name, value in fields:
            if isinstance(value, Upload) and name in files:
                files[name].append(value.content)
            elif isinstance(value, str) and name == "text":
                texts.append(value)
        pictures, read = files.values()
        known = len(pictures) + len(texts) + len(read)
        if len(fields) != known or len(pictures) != len(texts) or len(read) > 1:
            raise Problem(
                Kind.BAD_PARAMETER,
                f"The form has {len(pictures)} pictures and {len(texts)} texts in "
                f"{len(fields)} fields; expected a text for each picture, and at most "
                "one file named read besides.",
            )
        if len(pictures) > MAX_PICTURES:
            raise Problem(
                Kind.TOO_LARGE,
                f"The form has {len(pictures)} pictures; at most {MAX_PICTURES} are "
                "learned from at a time. Send fewer.",
            )
        return cls(list(zip(pictures, texts, strict=True)), read[0] if read else None)

    def read_with(
        self, model: str | Classifier | None, options: ReadOptions
    ) -> dict[str, Any] | None:
        """The picture to read as a model reads it; None if there is none.

        Raises:
            PictureError: it cannot be read.
        """
        if self.read is None:
            return None
        reading = Reader(model, threads=1).read(self.read, options)
        return picture_answer(None, reading)


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

    With a further file, `read`, the answer says how it is read before and after.

    Everything stays in memory: neither the pictures nor the model are kept, and this
    service goes on reading with its own model. One request is worked on at a time.
    """
    service = service_of(request)
    check_type(request, form_only=True)
    with service.slot():
        body = await receive(request, service.settings.max_bytes, service.deadline())
        lesson = Lesson.of(await form_fields(request, body))
        try:
            async with asyncio.timeout(SECONDS):
                # Not on the threads that read pictures: those go on reading
                content = await asyncio.to_thread(_answer, service, lesson)
        except TimeoutError:
            raise Problem(
                Kind.TOO_LATE,
                f"Nothing learned within {SECONDS} seconds, the limit. Send fewer or "
                "smaller pictures.",
            ) from None
    return Response(content, media_type="application/json")


def _answer(service: Service, lesson: Lesson) -> bytes:
    """Learn, and describe it; the model is in the answer and nowhere else."""
    if not _one_at_a_time.acquire(blocking=False):
        raise busy()
    settings = service.settings
    try:
        before = lesson.read_with(settings.model, service.options)
        learned = learn(*lesson.pairs, model=settings.model, limits=settings.limits)
        taught = Classifier.from_bytes(learned.content, TAUGHT)
        after = lesson.read_with(taught, service.options)
    except (DataError, ModelError) as error:
        raise Problem(Kind.BAD_PARAMETER, str(error)) from None
    except UNREADABLE as error:  # the picture to read; others are left out and named
        raise Problem.of(error) from None
    finally:
        _one_at_a_time.release()
    answer = {
        "report": learned.report.to_dict(),
        "model": base64.b64encode(learned.content).decode(),
        "before": before,
        "after": after,
    }
    return json.dumps(answer).encode()
