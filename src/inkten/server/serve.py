"""The service as processes: started, listening, stopped."""

import errno
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn
from fastapi import FastAPI

from inkten.errors import InktenError
from inkten.server.app import create_app
from inkten.server.connections import LimitedConnection
from inkten.server.metrics import FOLDER_VARIABLE
from inkten.server.settings import Settings

SPARE_SECONDS = 2  # beyond a request's time limits, before a stop gives up on it
# An idle connection is kept longer than proxies keep theirs (mostly 60 s): if the
# service closed it first, a request that is on its way could be cut off.
KEEP_SECONDS = 75


def serve(
    settings: Settings,
    *,
    host: str,
    port: int,
    workers: int,
    on_start: Callable[[], None],
) -> None:
    """Serve until SIGINT or SIGTERM; requests in flight are finished first.

    The process ends soon after, even if a thread still decodes a picture.

    Args:
        settings: the settings of the service.
        host: the address to listen on.
        port: the port to listen on.
        workers: processes that share the work.
        on_start: called once the address and the models have been checked.

    Raises:
        ModelError: the model is missing, damaged, or has other inputs or outputs.
        InktenError: the address cannot be used.
    """
    _check_address(host, port)
    app: Any = create_app(settings)
    _end_after_shutdown(app)
    on_start()
    with ExitStack() as stack:
        if workers > 1:
            # The app above was only a check; each worker creates its own.
            app = f"{__name__}:worker_app"
            settings.to_environment()
            folder = stack.enter_context(TemporaryDirectory(prefix="inkten-metrics-"))
            os.environ[FOLDER_VARIABLE] = folder
        uvicorn.run(
            app,
            factory=workers > 1,
            http=LimitedConnection,
            host=host,
            port=port,
            workers=workers,
            access_log=False,  # a line per request is slow, and /metrics counts them
            log_level="warning",
            server_header=False,
            timeout_keep_alive=KEEP_SECONDS,
            timeout_graceful_shutdown=round(2 * settings.seconds) + SPARE_SECONDS,
        )


def worker_app() -> FastAPI:
    """Create the application in a worker process."""
    app = create_app(Settings.from_environment())
    _end_after_shutdown(app)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    return app


def _end_after_shutdown(app: FastAPI) -> None:
    """End the process after the shutdown even if a thread still decodes a picture."""
    lifespan = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan_then_end(app: FastAPI) -> AsyncIterator[Any]:
        async with lifespan(app) as state:
            yield state
        timer = threading.Timer(SPARE_SECONDS, os._exit, [0])
        timer.daemon = True
        timer.start()

    app.router.lifespan_context = lifespan_then_end


def _end_with_parent() -> None:
    """Stop this worker when its parent ends, even if killed: it would hold the port."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


def _check_address(host: str, port: int) -> None:
    """Report a port that is in use in one line."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]  # Python adds the address
        is_about_port = error.errno in (errno.EADDRINUSE, errno.EACCES)
        raise InktenError(
            f"cannot listen on {host}, port {port} ({reason}). Choose another.",
            parameter="port" if is_about_port else "host",
        ) from None
