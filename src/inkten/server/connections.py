"""Connections: limits that apply before a request reaches the application.

uvicorn limits neither the size of a request's head (its first line and headers) nor the
time it takes to arrive, and at its limit of connections it refuses new ones while it
keeps idle ones.
"""

import sys
from asyncio import Transport
from typing import ClassVar
from uuid import uuid4

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from inkten.server.middleware import REQUEST_ID, SAFETY_HEADERS
from inkten.server.problems import Kind, Problem, busy, problem_response


def _max_connections() -> int:
    """The limit of connections, below this process's limit of open files."""
    if sys.platform == "win32":
        return 1000
    import resource

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    spare = 64  # for listening sockets, pipes, logs, pictures to keep
    return 1000 if files < 0 else max(min(1000, files - spare), 16)


class LimitedConnection(HttpToolsProtocol):
    """One connection, with limits on the heads of its requests.

    Where there are too many connections, the one that has been idle longest is closed:
    clients that never complete a request only displace each other.
    """

    max_head_bytes: ClassVar[int] = 1 << 16
    head_seconds: ClassVar[float] = 10.0
    max_connections: ClassVar[int] = _max_connections()

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Accept the connection, or close another one for it."""
        super().connection_made(transport)
        self._head_bytes = 0
        self._in_head = True
        self._start_head_timer()
        if len(self.connections) > self.max_connections:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._head_timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse the data, but no more of a request's head than the limit."""
        while data and not self.transport.is_closing():
            piece = data
            if self._in_head:
                self._limit_head_time()
                piece = data[: self.max_head_bytes - self._head_bytes]
                self._head_bytes += len(piece)
            data = data[len(piece) :]
            super().data_received(piece)
            if self._in_head and self._head_bytes >= self.max_head_bytes:
                self._refuse(
                    Problem(
                        Kind.HEAD_TOO_LARGE,
                        "The request line and headers are larger than "
                        f"{self.max_head_bytes:,} bytes, the limit.",
                    )
                )

    def on_message_begin(self) -> None:
        """Start the timer, also if the head arrived with the end of another request."""
        super().on_message_begin()
        self._head_bytes = max(self._head_bytes, 1)
        self._limit_head_time()

    def on_headers_complete(self) -> None:
        """Start the request."""
        self._in_head = False
        self._head_timer.cancel()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Expect the head of a further request."""
        super().on_message_complete()
        self._head_bytes = 0
        self._in_head = True

    def on_response_complete(self) -> None:
        """Note when the connection became idle."""
        self._idle_since = self.loop.time()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer invalid HTTP with problem details, like every other error."""
        self._refuse(Problem(Kind.BAD_REQUEST, msg))

    @property
    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _limit_head_time(self) -> None:
        if self._head_timer.cancelled():
            self._start_head_timer()

    def _start_head_timer(self) -> None:
        self._idle_since = self.loop.time()
        self._head_timer = self.loop.call_later(self.head_seconds, self._head_is_late)

    def _head_is_late(self) -> None:
        if not self._is_idle:  # the request before it is still being answered
            self._start_head_timer()
        elif self._head_bytes:
            self._refuse(
                Problem(
                    Kind.TOO_SLOW,
                    "The headers did not arrive in time. Send them again.",
                )
            )
        else:  # opened in advance, as browsers do
            self.transport.close()

    def _make_room(self) -> None:
        idle = [
            each
            for each in self.connections
            if isinstance(each, LimitedConnection)
            and each is not self
            and each._is_idle
            and not each.transport.is_closing()
        ]
        if idle:
            oldest = min(idle, key=lambda each: each._idle_since)
            oldest.transport.abort()  # close() would wait until the client reads
        else:
            self._refuse(busy())

    def _refuse(self, problem: Problem) -> None:
        """Answer without the application, and close the connection."""
        request_id = uuid4().hex
        answer = problem_response(problem, request_id)
        answer.headers.update(
            {**SAFETY_HEADERS, REQUEST_ID: request_id, "Connection": "close"}
        )
        head = [b"%s: %s\r\n" % header for header in answer.raw_headers]
        parts = [STATUS_LINE[answer.status_code], *head, b"\r\n", bytes(answer.body)]
        self.transport.write(b"".join(parts))
        self.transport.close()
