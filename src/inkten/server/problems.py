"""What went wrong, as problem details (RFC 9457), for every error there is."""

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
RETRY_SECONDS = 1  # a full queue is worked off in about this time


class Kind(Enum):
    """Each kind of problem: its status and its title. The docs page lists them."""

    BAD_REQUEST = (400, "The request is not whole")
    KEY_NEEDED = (401, "A key is needed")
    OTHER_SITE = (403, "Pages of that site may not ask")
    TOO_SLOW = (408, "The request took too long to arrive")
    TOO_LARGE = (413, "The request is too large")
    UNSUPPORTED_TYPE = (415, "This type is not read")
    UNREADABLE_PICTURE = (422, "The picture cannot be read")
    TOO_MANY_PIXELS = (422, "The picture has too many pixels")
    BAD_PARAMETER = (422, "A parameter is wrong")
    FAILED = (500, "Something went wrong here")
    BUSY = (503, "All places are taken")
    TOO_LATE = (504, "The answer took too long")

    @property
    def status(self) -> int:
        """The HTTP status it goes with."""
        return self.value[0]

    @property
    def title(self) -> str:
        """The same words each time; the detail tells about the one case."""
        return self.value[1]

    @property
    def anchor(self) -> str:
        """Its place on the docs page."""
        return self.name.lower().replace("_", "-")

    @property
    def reference(self) -> str:
        """Where the kind is described, relative to the service."""
        return f"/docs#{self.anchor}"


class Problem(Exception):  # noqa: N818 - RFC 9457's own word
    """Ends a request with problem details."""

    def __init__(self, kind: Kind, detail: str, headers: dict[str, str] | None = None):
        """Say what came, what is expected, and what to do."""
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.headers = headers

    @classmethod
    def of(cls, error: InktenError) -> "Problem":
        """What a picture's own error means over HTTP."""
        detail = error.reason
        if isinstance(error, PictureTooLarge):
            return cls(Kind.TOO_MANY_PIXELS, detail)
        if isinstance(error, MissingExtra):
            return cls(Kind.UNSUPPORTED_TYPE, detail)
        return cls(Kind.UNREADABLE_PICTURE, detail)

    def to_dict(self) -> dict[str, Any]:
        """The problem as plain data, ready for JSON."""
        return {
            "type": self.kind.reference,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
        }


def busy() -> Problem:
    """The problem of a request that finds no place."""
    return Problem(
        Kind.BUSY,
        "As many pictures wait to be read as may wait. Try again in a moment.",
        {"Retry-After": str(RETRY_SECONDS)},
    )


def answer_problems(app: FastAPI) -> None:
    """Have ``app`` answer every error, expected or not, with problem details."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _wrong_parameters)
    app.add_exception_handler(HTTPException, _plain)
    app.add_exception_handler(ClientDisconnect, _gone)
    # A handler of Exception would answer outside of what makes answers safe; this is
    # innermost, as long as it is added first.
    app.add_middleware(ServerErrorMiddleware, handler=_unexpected)


def _response(
    record: dict[str, Any], headers: dict[str, str] | None = None
) -> JSONResponse:
    return JSONResponse(record, record["status"], headers, MEDIA_TYPE)


async def _problem(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return _response(error.to_dict(), error.headers)


async def _wrong_parameters(_: Request, error: Exception) -> JSONResponse:
    """Name every wrong parameter; what was sent in it is not repeated."""
    assert isinstance(error, RequestValidationError)
    wrong = [
        {"parameter": str(each["loc"][-1]), "reason": each["msg"]}
        for each in error.errors()
    ]
    detail = "; ".join(f"{each['parameter']}: {each['reason']}" for each in wrong)
    return _response({**Problem(Kind.BAD_PARAMETER, detail).to_dict(), "errors": wrong})


async def _plain(_: Request, error: Exception) -> JSONResponse:
    """No such path, or no such method there: the status says all."""
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    record = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": status.description or status.phrase,
    }
    return _response(record, dict(error.headers or {}))


async def _gone(_: Request, __: Exception) -> JSONResponse:
    """Nobody hears this; the answer only keeps a lost caller out of the errors."""
    return _response(Problem(Kind.BAD_REQUEST, "The request ended early.").to_dict())


async def _unexpected(_: Request, __: Exception) -> JSONResponse:
    detail = "This is a fault of the service; its log has the reason."
    return _response(Problem(Kind.FAILED, detail).to_dict())
