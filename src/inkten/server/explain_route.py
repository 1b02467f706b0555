"""``POST /v1/explain``: a picture in, every stage of its reading out."""

import asyncio
from typing import TypeVar

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from inkten.errors import PictureError
from inkten.image.source import UNREADABLE
from inkten.server.explanations import ExplanationAnswer, explanation_answer
from inkten.server.options import ExplainParameters, ExplainQuery
from inkten.server.problems import READING_PROBLEMS, Kind, Problem
from inkten.server.schemas import encoded, problem_responses
from inkten.server.service import Service, service_of
from inkten.server.uploads import (
    PICTURES_BODY,
    Upload,
    check_type,
    opened,
    receive,
    uploads_of,
)

T = TypeVar("T")

router = APIRouter()


@router.post(
    "/v1/explain",
    summary="Look inside: every stage of a reading",
    response_model=ExplanationAnswer,
    response_description="The stages.",
    responses=problem_responses(*READING_PROBLEMS),
    openapi_extra={"requestBody": PICTURES_BODY},
)
async def explain(request: Request, query: ExplainParameters) -> Response:
    """Send one picture as the body, or a form with its file; of a TIFF file, page 1.

    The answer shows the stages as small pictures, what each network makes of one
    digit, and how the plain recipe, the mlp and the cnn read the picture. One picture
    is explained at a time, beside the reading of others; a client that is gone frees
    its place.
    """
    service = service_of(request)
    check_type(request)
    with service.explaining.slot():
        body = await receive(request, service.settings.max_bytes, service.deadline())
        uploads = await uploads_of(request, body, service.settings)
        if len(uploads) > 1:
            raise Problem(
                Kind.BAD_PARAMETER,
                f"The form has {len(uploads)} pictures; one is explained at a time. "
                "Send one form for each.",
            )

        def work() -> bytes:
            return _answer(service, uploads[0], query)

        answer = asyncio.ensure_future(service.explaining.run(work))
        wanted = _while_connected(request, answer)
        content = await service.explaining.in_time(wanted, service.deadline())
    return Response(content, media_type="application/json")


def _answer(service: Service, upload: Upload, query: ExplainQuery) -> bytes:
    """Explain one picture; blocks, so it runs on a thread."""
    options = query.options(service.options)
    picture = opened(upload.picture)
    try:
        if isinstance(picture, PictureError):
            raise picture
        explanation = service.explainer.explain(picture, options, digit=query.digit)
    except UNREADABLE as error:
        raise Problem.of(error) from None
    except IndexError as error:
        raise Problem(Kind.BAD_PARAMETER, f"digit: {error}") from None
    return encoded(explanation_answer(upload.name, explanation))


async def _while_connected(request: Request, answer: asyncio.Future[T]) -> T:
    """The answer; it is dropped, if its work has not begun, when the client goes.

    Raises:
        ClientDisconnect: the client has gone.
    """
    gone = asyncio.ensure_future(_disconnect(request))
    gone.add_done_callback(lambda _: answer.cancel())
    try:
        return await answer
    except asyncio.CancelledError:
        if gone.done():
            raise ClientDisconnect from None
        raise  # the deadline has passed
    finally:
        gone.cancel()


async def _disconnect(request: Request) -> None:
    """Wait until the client has gone; its body has been received before."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
