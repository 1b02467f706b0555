"""The service as processes: started, listening, stopped."""

import os
import socket
from collections.abc import Callable
from contextlib import ExitStack
from tempfile import TemporaryDirectory
from typing import Any

import uvicorn

from inkten.errors import InktenError
from inkten.server.app import create_app
from inkten.server.metrics import FOLDER_VARIABLE
from inkten.server.settings import Settings

SPARE_SECONDS = 2  # past a request's own limit, before a stop no longer waits for it
# An idle connection is kept longer than proxies keep theirs (60 s, mostly): whoever
# closes it first may cut off a request that is on its way.
KEEP_SECONDS = 75


def serve(
    settings: Settings,
    *,
    host: str,
    port: int,
    workers: int,
    on_start: Callable[[], None],
) -> None:
    """Serve until told to stop (SIGINT, SIGTERM); what is in flight is finished.

    Args:
        settings: how the service is to be.
        host: the address to listen at.
        port: its port.
        workers: processes that share the work.
        on_start: called once address and models are found to be good.

    Raises:
        ModelError: the model is missing, damaged or of another form.
        InktenError: the address cannot be used.
    """
    _check_address(host, port)
    app: Any = create_app(settings)
    on_start()
    with ExitStack() as held:
        if workers > 1:
            # One was made here to see that it can be; each worker makes its own.
            app = f"{create_app.__module__}:from_environment"
            settings.to_environment()
            counted = held.enter_context(TemporaryDirectory(prefix="inkten-metrics-"))
            os.environ[FOLDER_VARIABLE] = counted
        uvicorn.run(
            app,
            factory=workers > 1,
            host=host,
            port=port,
            workers=workers,
            access_log=False,  # a line a request is slow, and /metrics counts them
            log_level="warning",
            server_header=False,
            timeout_keep_alive=KEEP_SECONDS,
            timeout_graceful_shutdown=round(2 * settings.seconds) + SPARE_SECONDS,
        )


def _check_address(host: str, port: int) -> None:
    """Say in one line what a port in use would end in."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]  # Python adds the address
        raise InktenError(
            f"{host}, port {port}: cannot be listened at ({reason}). Choose another "
            "with --host or --port."
        ) from None
