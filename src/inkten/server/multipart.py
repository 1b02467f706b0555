"""A multipart form -> its parts, all in memory: nothing goes to a temporary file."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import (
    MultipartParser,
    parse_options_header,
)

from inkten.server.problems import Kind, Problem

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_PARTS = 1000  # each costs memory of its own, however empty


@dataclass(slots=True)
class Part:
    """One part of a form; ``file`` is the name of a file, None for a plain field."""

    name: str = ""
    file: str | None = None
    content: bytes = b""
    headers: dict[bytes, bytes] = field(default_factory=dict)


def parts_of(body: bytes, content_type: str) -> list[Part]:
    """Take a form (RFC 7578) apart.

    Args:
        body: all of it.
        content_type: the header that came with it; it holds the boundary.

    Raises:
        Problem: it is damaged, cut off, or has no boundary.
    """
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if not boundary:
        raise _damaged("its Content-Type names no boundary")
    collector = _Collector()
    try:
        parser = MultipartParser(boundary, collector.callbacks())
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise _damaged(str(error)) from None
    if not collector.ended:
        raise _damaged("it ends before its last boundary")
    return collector.parts


class _Collector:
    """Hears the parser out."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.ended = False
        self._chunks: list[bytes] = []
        self._header = b""
        self._value = b""

    def callbacks(self) -> "MultipartCallbacks":
        """What the parser is to call."""
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_part_data": self._data,
            "on_part_end": self._end,
            "on_end": self._end_all,
        }

    def _begin(self) -> None:
        if len(self.parts) == MOST_PARTS:
            raise _damaged(f"it has more than {MOST_PARTS} parts")
        self.parts.append(Part())
        self._chunks = []

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self.parts[-1].headers[self._header.lower()] = self._value
        self._header = self._value = b""

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._chunks.append(data[start:end])

    def _end(self) -> None:
        part = self.parts[-1]
        part.content = b"".join(self._chunks)
        disposition = part.headers.get(b"content-disposition")
        _, options = parse_options_header(disposition)
        part.name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" in options:
            part.file = options[b"filename"].decode("utf-8", "replace")

    def _end_all(self) -> None:
        self.ended = True


def _damaged(reason: str) -> Problem:
    return Problem(
        Kind.BAD_REQUEST,
        f"The form cannot be taken apart: {reason}. Send it as 'curl -F' does.",
    )
