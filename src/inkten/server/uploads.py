"""A request's body: how much of it is taken, and the pictures in it."""

import asyncio
from dataclasses import dataclass

from fastapi import Request

from inkten.server.multipart import Part, parts_of
from inkten.server.problems import Kind, Problem
from inkten.server.settings import Settings

FORM = "multipart/form-data"
ANY_BYTES = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture as it came: its bytes, and its name if the form gave one."""

    name: str | None
    content: bytes


def check_type(request: Request, *, form_only: bool = False) -> None:
    """Refuse a body that can hold no picture, before any of it is received.

    Raises:
        Problem: its type is neither a picture's nor a form's.
    """
    media_type = _media_type(request)
    picture = media_type.startswith("image/") or media_type in (ANY_BYTES, "")
    if media_type == FORM or (picture and not form_only):
        return
    expected = FORM if form_only else f"image/*, {ANY_BYTES} or {FORM}"
    raise Problem(
        Kind.UNSUPPORTED_TYPE,
        f"The body came as {media_type or 'no type'}; expected {expected}. Say what it "
        "is in the header Content-Type.",
    )


async def receive(request: Request, limit: int, deadline: float) -> bytes:
    """Receive a body of at most ``limit`` bytes; more is never held.

    Raises:
        Problem: it is larger, or not all here by the deadline.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise _too_large(limit)
    chunks, size = [], 0
    try:
        async with asyncio.timeout_at(deadline):
            async for chunk in request.stream():
                size += len(chunk)
                if size > limit:
                    raise _too_large(limit)
                chunks.append(chunk)
    except TimeoutError:
        raise Problem(
            Kind.TOO_SLOW, "The body did not arrive in time. Send it once more."
        ) from None
    return b"".join(chunks)


def uploads_of(request: Request, body: bytes, settings: Settings) -> list[Upload]:
    """The pictures of a body: itself, or each file of its form.

    Raises:
        Problem: the form is damaged, holds no file, or too many.
    """
    if _media_type(request) != FORM:
        return [Upload(None, body)]
    parts = form_parts(request, body)
    plain = [part.name for part in parts if part.file is None]
    if plain or not parts:
        found = f"a field {plain[0]!r} without a file" if plain else "no file"
        raise Problem(
            Kind.BAD_PARAMETER,
            f"The form holds {found}; expected one picture or more, as files. Options "
            "go into the address, as ?single=true.",
        )
    if len(parts) > settings.max_pictures:
        raise Problem(
            Kind.TOO_LARGE,
            f"The form holds {len(parts)} pictures; at most "
            f"{settings.max_pictures} are read at a time. Send several forms.",
        )
    return [Upload(part.file, part.content) for part in parts]


def form_parts(request: Request, body: bytes) -> list[Part]:
    """The parts of a body that is a form.

    Raises:
        Problem: the form is damaged.
    """
    return parts_of(body, request.headers["content-type"])


def _media_type(request: Request) -> str:
    header: str = request.headers.get("content-type", "")
    return header.partition(";")[0].strip().lower()


def _too_large(limit: int) -> Problem:
    return Problem(
        Kind.TOO_LARGE, f"The body is larger than {limit:,} bytes, the limit."
    )
