"""Around every request: it is timed and counted, and its answer is made safe."""

from time import perf_counter

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from inkten.server.metrics import Metrics

# A page loads nothing from elsewhere, runs no script but its own, and cannot be framed.
SAFETY = {
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
OTHER = "other"  # any path that is no operation's: a page's file, or none at all
METHODS = {"GET", "HEAD", "POST", "OPTIONS"}


class Watch:
    """ASGI middleware; plain, because it stands in the way of every request."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        """Watch over ``app``."""
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = perf_counter()
        status = 500  # unless an answer begins
        counted = False

        def count() -> None:
            nonlocal counted
            if counted:
                return
            counted = True
            # The names are a few known ones: a caller cannot invent new figures.
            path = getattr(scope.get("route"), "path", OTHER)
            method = scope["method"] if scope["method"] in METHODS else OTHER
            self._metrics.request(method, path, status, perf_counter() - start)

        async def send_safely(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in SAFETY.items():
                    headers.setdefault(name, value)
            elif not message.get("more_body"):
                count()  # before it is sent: who has an answer finds it counted
            await send(message)

        try:
            await self._app(scope, receive, send_safely)
        finally:
            count()  # no whole answer, as when the caller has gone
