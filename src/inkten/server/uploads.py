"""A request's body: how much of it is accepted, and the pictures in it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from fastapi import Request
from python_multipart.exceptions import FormParserError
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from inkten.errors import PictureError
from inkten.image.header import PDF_START
from inkten.image.pages import TiffPage, page_offsets
from inkten.server.problems import Kind, Problem
from inkten.server.settings import Settings

FORM = "multipart/form-data"
ANY_BYTES = "application/octet-stream"
PDF_TYPE = "application/pdf"
MAX_PARTS = 1000  # of a form: each takes memory, even if it is empty

# Bodies, for the OpenAPI document
FILE = {"type": "string", "format": "binary"}
FILES = {"type": "array", "items": FILE, "minItems": 1}


PDF_SENT = (
    "a PDF document; the service reads pictures. Use 'inkten table' for the tables of "
    "a PDF file, 'inkten batch' for its text, or send each page as a picture"
)
Sent: TypeAlias = bytes | TiffPage | PictureError


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture as received: its bytes, and its name if the form has one."""

    name: str | None
    content: bytes
    page: int = 1  # of a TIFF file
    offset: int | None = None  # of the page in the file; None for the first

    @property
    def picture(self) -> Sent:
        """What is to be read, or why it is not."""
        if self.content.startswith(PDF_START):
            return PictureError(PDF_SENT)
        return TiffPage(self.content, self.offset) if self.offset else self.content


def opened(sent: Sent) -> bytes | PictureError:
    """A picture as the reader takes it; a page is copied only now, as it is read."""
    return sent.to_file() if isinstance(sent, TiffPage) else sent


def form_body(properties: dict[str, Any], *, required: list[str]) -> dict[str, Any]:
    """The body of a request that is a form, for the OpenAPI document."""
    schema = {"type": "object", "properties": properties, "required": required}
    return {"required": True, "content": {FORM: {"schema": schema}}}


PICTURES_BODY = {
    "required": True,
    "content": {
        "image/*": {"schema": FILE},
        ANY_BYTES: {"schema": FILE},
        **form_body({"file": FILES}, required=["file"])["content"],
    },
}


def check_type(request: Request, *, form_only: bool = False) -> None:
    """Refuse a body that cannot hold a picture, before any of it is received.

    Raises:
        Problem: its type is neither a picture's nor a form's.
    """
    media_type = _media_type(request)
    picture = media_type.startswith("image/") or media_type in (ANY_BYTES, "")
    if media_type == FORM or (picture and not form_only):
        return
    if media_type == PDF_TYPE:
        raise Problem(Kind.UNSUPPORTED_TYPE, f"The body is {PDF_SENT}.")
    expected = FORM if form_only else f"image/*, {ANY_BYTES} or {FORM}"
    raise Problem(
        Kind.UNSUPPORTED_TYPE,
        f"The body has the type {media_type or '(none)'}; expected {expected}. Set the "
        "header Content-Type.",
    )


async def receive(request: Request, limit: int, deadline: float) -> bytes:
    """Receive a body of at most ``limit`` bytes; never keep more in memory.

    Raises:
        Problem: it is larger, or incomplete at the deadline.
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
            Kind.TOO_SLOW, "The body did not arrive in time. Send it again."
        ) from None
    return b"".join(chunks)


async def uploads_of(request: Request, body: bytes, settings: Settings) -> list[Upload]:
    """The pictures of a body: the body itself, or each file of its form.

    Raises:
        Problem: the form is damaged, has no file, or too many.
    """
    if _media_type(request) != FORM:
        return [Upload(None, body)]
    uploads = []
    for field, value in await form_fields(request, body):
        if not isinstance(value, Upload):
            raise _not_files(f"a field {field!r} without a file")
        uploads.append(value)
    if not uploads:
        raise _not_files("no file")
    if len(uploads) > settings.max_pictures:
        raise Problem(
            Kind.TOO_LARGE,
            f"The form has {len(uploads)} pictures; at most {settings.max_pictures} "
            "are read at a time. Send several forms.",
        )
    return uploads


def pages_of(
    uploads: Sequence[Upload], settings: Settings, only: int | None = None
) -> list[Upload]:
    """Each page of each file as an upload of its own; only TIFF files have several.

    Args:
        uploads: the files of a request.
        settings: all pages together may be as many as the pictures of a request.
        only: the one page of each file that is wanted, from 1; all if None.

    Raises:
        Problem: there are too many pages, or a file lacks the one that is wanted.
    """
    if only is not None:
        return [_page_of(upload, only) for upload in uploads]
    pages: list[Upload] = []
    most = settings.max_pictures
    for upload in uploads:
        _, *others = page_offsets(upload.content, most + 1) or [0]
        if len(pages) + 1 + len(others) > most:
            raise Problem(
                Kind.TOO_LARGE,
                f"The request has more than {most} pages, the limit. Ask for them one "
                "by one, with ?page=1, ?page=2 and so on, or split the file.",
            )
        pages.append(upload)
        pages += [
            replace(upload, page=number, offset=offset)
            for number, offset in enumerate(others, 2)
        ]
    return pages


def _page_of(upload: Upload, number: int) -> Upload:
    offsets = page_offsets(upload.content, number)
    count = max(len(offsets), 1)
    if count < number:
        raise Problem(
            Kind.BAD_PARAMETER, f"page: {number} was asked for; the file has {count}."
        )
    return replace(upload, page=number, offset=offsets[-1]) if number > 1 else upload


async def form_fields(request: Request, body: bytes) -> list[tuple[str, str | Upload]]:
    """The fields of a form, in order: text, or a file.

    Raises:
        Problem: the form is damaged or incomplete.
    """
    try:
        form = await _FormParser(request, body).parse()
    except MultiPartException as error:
        raise Problem(
            Kind.BAD_REQUEST,
            f"The form cannot be parsed. {error.message} Send it as 'curl -F' does.",
        ) from None
    return [
        (name, value if isinstance(value, str) else await _upload(value))
        for name, value in form.multi_items()
    ]


class _FormParser(MultiPartParser):
    """Starlette's parser, without temporary files, that detects a truncated form."""

    def __init__(self, request: Request, body: bytes) -> None:
        super().__init__(
            *(request.headers, self._stream(body)),
            max_files=MAX_PARTS,
            max_fields=MAX_PARTS,
            max_part_size=len(body),
        )
        self.spool_max_size = len(body) + 1  # no picture goes to a temporary file
        self.complete = False

    async def parse(self) -> FormData:
        try:
            return await super().parse()
        except FormParserError:  # Starlette before 1.4 lets it through, files open
            for file in self._files_to_close_on_error:
                file.close()
            raise MultiPartException("Invalid multipart data.") from None

    def on_end(self) -> None:
        self.complete = True

    async def _stream(self, body: bytes) -> AsyncGenerator[bytes, None]:
        yield body
        if not self.complete:
            raise MultiPartException("It ends too early.")


async def _upload(file: UploadFile) -> Upload:
    content = await file.read()
    await file.close()
    return Upload(file.filename, content)


def _media_type(request: Request) -> str:
    header: str = request.headers.get("content-type", "")
    return header.partition(";")[0].strip().lower()


def _too_large(limit: int) -> Problem:
    return Problem(
        Kind.TOO_LARGE, f"The body is larger than {limit:,} bytes, the limit."
    )


def _not_files(found: str) -> Problem:
    return Problem(
        Kind.BAD_PARAMETER,
        f"The form has {found}; expected one or more pictures, as files. Put options "
        "into the URL, such as ?single=true.",
    )
