"""Middleware for every request: checks the host, counts it, adds answer headers."""

import re
from time import perf_counter
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inkten.server.auth import check_host
from inkten.server.metrics import Metrics
from inkten.server.problems import Problem, problem_response

# A page loads nothing from other hosts, runs only its own scripts and is not framed.
SAFETY_HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' blob: data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
REQUEST_ID = "X-Request-ID"
ID_FORM = re.compile(r"[A-Za-z0-9._-]{1,64}")  # a proxy's id is kept if it looks so
OTHER = "other"  # any path that is not an API route
METHODS = {"GET", "HEAD", "POST", "OPTIONS"}


class RequestMiddleware:
    """Plain ASGI middleware: the cheapest kind, as every request passes it."""

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, allow_hosts: tuple[str, ...]
    ) -> None:
        """Wrap ``app``."""
        self._app = app
        self._metrics = metrics
        self._allow_hosts = tuple(name.lower() for name in allow_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = perf_counter()
        status = 500  # unless an answer starts
        counted = False
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        scope.setdefault("state", {})["request_id"] = request_id

        def count() -> None:
            nonlocal counted
            if counted:
                return
            counted = True
            # Only known names become labels, so a client cannot add new time series.
            path = getattr(scope.get("route"), "path", OTHER)
            method = scope["method"] if scope["method"] in METHODS else OTHER
            self._metrics.request(method, path, status, perf_counter() - start)

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answer_headers = MutableHeaders(scope=message)
                answer_headers[REQUEST_ID] = request_id
                for name, value in SAFETY_HEADERS.items():
                    answer_headers.setdefault(name, value)
            elif not message.get("more_body"):
                count()  # before it is sent: /metrics must not lag behind an answer
            await send(message)

        try:
            try:
                check_host(headers.get("host"), self._allow_hosts)
            except Problem as problem:
                answer = problem_response(problem, request_id)
                await answer(scope, receive, send_with_headers)
            else:
                await self._app(scope, receive, send_with_headers)
        finally:
            count()  # an incomplete answer, as when the client has gone


def _request_id(headers: Headers) -> str:
    """The id that a proxy has given the request, or a new one."""
    given = headers.get(REQUEST_ID, "")
    return given if ID_FORM.fullmatch(given) else uuid4().hex
