"""Every error as problem details (RFC 9457)."""

import logging
from enum import Enum
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.requests import ClientDisconnect

from inkten.errors import InktenError, MissingExtra, PictureTooLarge

MEDIA_TYPE = "application/problem+json"
COLLECTED = "/v1/corrections"  # only there with a folder to collect in
RETRY_SECONDS = 1  # about how long a full queue takes to clear

# What is said in place of pydantic's own words
REASONS = {"extra_forbidden": "there is no such parameter; /docs lists those there are"}

logger = logging.getLogger(__name__)


class Kind(Enum):
    """Each kind of problem: its status and its title. The docs page lists them."""

    BAD_REQUEST = (400, "The request is damaged or incomplete")
    KEY_NEEDED = (401, "A key is needed")
    OTHER_SITE = (403, "Pages of that site are not allowed")
    TOO_SLOW = (408, "The request took too long to arrive")
    TOO_LARGE = (413, "The request is too large")
    UNSUPPORTED_TYPE = (415, "This type is not supported")
    UNKNOWN_HOST = (421, "This host name is not allowed")
    UNREADABLE_PICTURE = (422, "The picture cannot be read")
    TOO_MANY_PIXELS = (422, "The picture has too many pixels")
    TOO_MANY_DIGITS = (422, "The picture has too many digits")
    BAD_PARAMETER = (422, "A parameter is wrong")
    HEAD_TOO_LARGE = (431, "The request's headers are too large")
    FAILED = (500, "Something went wrong in the service")
    BUSY = (503, "The service is busy")
    TOO_LATE = (504, "The answer took too long")
    COLLECTION_FULL = (507, "No more corrections can be kept")

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.value[0]

    @property
    def title(self) -> str:
        """The fixed text of this kind; the detail is about the one request."""
        return self.value[1]

    @property
    def anchor(self) -> str:
        """The anchor of the kind on the docs page."""
        return self.name.lower().replace("_", "-")

    @property
    def reference(self) -> str:
        """Where the kind is described, relative to the service."""
        return f"/docs#{self.anchor}"


# Of a picture that exceeds a limit, by the name of that limit.
# What may go wrong where pictures are read
READING_PROBLEMS = (
    *(Kind.BAD_REQUEST, Kind.TOO_SLOW, Kind.TOO_LARGE, Kind.UNSUPPORTED_TYPE),
    *(Kind.UNREADABLE_PICTURE, Kind.TOO_MANY_PIXELS, Kind.TOO_MANY_DIGITS),
    *(Kind.BAD_PARAMETER, Kind.BUSY, Kind.TOO_LATE),
)
KINDS_BY_LIMIT: dict[str | None, Kind] = {
    "max_pixels": Kind.TOO_MANY_PIXELS,
    "max_digits": Kind.TOO_MANY_DIGITS,
    "max_bytes": Kind.TOO_LARGE,
}


class Problem(Exception):  # noqa: N818 - RFC 9457's own word
    """Ends a request with problem details."""

    def __init__(self, kind: Kind, detail: str, headers: dict[str, str] | None = None):
        """Say what was received, what is expected, and what to do."""
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.headers = headers

    @classmethod
    def of(cls, error: InktenError) -> "Problem":
        """The problem for a picture's error."""
        kind = Kind.UNREADABLE_PICTURE
        if isinstance(error, PictureTooLarge):
            kind = KINDS_BY_LIMIT.get(error.parameter, kind)
        elif isinstance(error, MissingExtra):
            kind = Kind.UNSUPPORTED_TYPE
        return cls(kind, error.reason)

    def to_dict(self) -> dict[str, Any]:
        """The problem as plain data, ready for JSON."""
        return {
            "type": self.kind.reference,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
        }


def busy() -> Problem:
    """The problem of a request that finds no free slot."""
    return Problem(
        Kind.BUSY,
        "Too many requests are waiting. Try again in a moment.",
        {"Retry-After": str(RETRY_SECONDS)},
    )


def problem_response(problem: Problem, request_id: str | None) -> JSONResponse:
    """The answer to a request that ends with ``problem``."""
    return _response(problem.to_dict(), request_id, problem.headers)


def answer_problems(app: FastAPI) -> None:
    """Make ``app`` answer every error, expected or not, with problem details."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _wrong_parameters)
    app.add_exception_handler(HTTPException, _plain)
    app.add_exception_handler(ClientDisconnect, _disconnected)
    # A handler of Exception would answer outside all middleware, without its headers;
    # this one is innermost, as long as it is added first.
    app.add_middleware(ServerErrorMiddleware, handler=_unexpected)


def _response(
    record: dict[str, Any],
    request_id: str | None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    record = {**record, "request_id": request_id}
    return JSONResponse(record, record["status"], headers, MEDIA_TYPE)


def _id_of(request: Request) -> str | None:
    return getattr(request.state, "request_id", None)


async def _problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return problem_response(error, _id_of(request))


async def _wrong_parameters(request: Request, error: Exception) -> JSONResponse:
    """Name every wrong parameter, without repeating its value."""
    assert isinstance(error, RequestValidationError)
    wrong = [
        {
            "parameter": str(each["loc"][-1]),
            "reason": REASONS.get(each["type"], each["msg"]),
        }
        for each in error.errors()
    ]
    detail = "; ".join(f"{each['parameter']}: {each['reason']}" for each in wrong)
    problem = Problem(Kind.BAD_PARAMETER, detail).to_dict()
    return _response({**problem, "errors": wrong}, _id_of(request))


async def _plain(request: Request, error: Exception) -> JSONResponse:
    """An unknown path or method: the status says nearly everything."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    headers = dict(error.headers or {})
    detail = status.description or status.phrase
    if status is HTTPStatus.METHOD_NOT_ALLOWED and "Allow" in headers:
        methods = " or ".join(sorted(headers["Allow"].split(", ")))
        detail = f"{request.method} does nothing here. Use {methods}."
    if status is HTTPStatus.NOT_FOUND:
        detail = "There is nothing at this address; /docs lists what there is."
        if request.url.path.startswith(COLLECTED):
            detail += " Corrections are kept if the service runs with --collect FOLDER."
    record = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": detail,
    }
    return _response(record, _id_of(request), headers)


async def _disconnected(request: Request, _: Exception) -> JSONResponse:
    """Nobody receives this; it only keeps lost clients out of the error log."""
    problem = Problem(Kind.BAD_REQUEST, "The request ended early.")
    return problem_response(problem, _id_of(request))


async def _unexpected(request: Request, _: Exception) -> JSONResponse:
    request_id = _id_of(request)
    logger.error("request %s failed", request_id)  # uvicorn logs the exception itself
    problem = Problem(
        Kind.FAILED, "This is an error of the service; its log has the reason."
    )
    return problem_response(problem, request_id)
