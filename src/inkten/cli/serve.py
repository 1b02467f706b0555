"""``inkten serve``: the web page and the HTTP API."""

import os
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from inkten.cli.options import finite
from inkten.errors import MissingExtra
from inkten.server.settings import Settings, cores, is_address

DEFAULTS = Settings()
NEEDED = {"fastapi", "uvicorn", "httptools", "python_multipart", "prometheus_client"}
KEY_VARIABLE = "INKTEN_KEY"


def _checked_key(key: str | None) -> str | None:
    """Strip the key; refuse one that protects nothing or that clients cannot send."""
    if key is None:  # also for an empty variable, which would leave the service open
        key = os.environ.get(KEY_VARIABLE)
    if key is None:
        return None
    key = key.strip()
    if not key:
        raise typer.BadParameter(
            "the key is empty. Choose one, or remove the option and the variable "
            f"{KEY_VARIABLE} to serve without a key."
        )
    if not key.isascii():
        raise typer.BadParameter(
            "the key has characters that are not ASCII, which clients encode in "
            "different ways. Choose a key of ASCII characters."
        )
    return key


def serve(
    host: Annotated[
        str, typer.Option(help="The address to listen on; 0.0.0.0 for all.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="The port to listen on.")
    ] = 8000,
    model: Annotated[
        str | None, typer.Option(help="A shipped classifier, or a file M.onnx.")
    ] = None,
    min_confidence: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            callback=finite,
            help="Read a digit of lower confidence as '?'.",
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes that share the work.")
    ] = 1,
    threads: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Pictures that each process reads at a time [default: its cores].",
        ),
    ] = None,
    waiting: Annotated[
        int,
        typer.Option(min=0, help="Requests that may wait; others are told to retry."),
    ] = DEFAULTS.waiting,
    seconds: Annotated[
        float,
        typer.Option(
            min=0.1,
            callback=finite,
            help="Time limit for a request to arrive, and again to be read.",
        ),
    ] = DEFAULTS.seconds,
    max_bytes: Annotated[
        int, typer.Option(min=1, help="Refuse larger requests.")
    ] = DEFAULTS.max_bytes,
    max_pixels: Annotated[
        int, typer.Option(min=1, help="Refuse larger pictures before decoding.")
    ] = DEFAULTS.max_pixels,
    max_pictures: Annotated[
        int, typer.Option(min=1, help="Refuse requests with more pictures.")
    ] = DEFAULTS.max_pictures,
    key: Annotated[
        str | None,
        typer.Option(
            envvar=KEY_VARIABLE,
            callback=_checked_key,
            help="Answer only requests with this bearer key. Better set the variable: "
            "other users see a command's options.",
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            help="Answer to this host name, too; localhost and IP addresses always "
            "work. May be repeated; '*' allows any."
        ),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(
            help="A site whose pages may send requests (CORS). May be repeated."
        ),
    ] = None,
    collect: Annotated[
        Path | None,
        typer.Option(
            help="Keep corrected pictures in this folder; without it, none are kept."
        ),
    ] = None,
    collect_max: Annotated[
        int, typer.Option(min=1, help="Bytes that this folder may have.")
    ] = DEFAULTS.collect_max,
) -> None:
    """Serve the web page and the HTTP API; Ctrl-C finishes requests in flight."""
    if collect and workers > 1 and sys.platform == "win32":
        raise typer.BadParameter("on Windows, --collect works with one worker only")
    try:
        from inkten.server.serve import serve as serve_until_stopped
    except ModuleNotFoundError as error:
        if error.name not in NEEDED:
            raise
        raise MissingExtra("inkten serve", "serve") from None
    names = allow_host or []
    if host != "localhost" and not is_address(host):
        names = [*names, host]
    settings = Settings(
        model=model,
        min_confidence=min_confidence,
        threads=threads or max(1, cores() // workers),
        waiting=waiting,
        seconds=seconds,
        max_bytes=max_bytes,
        max_pixels=max_pixels,
        max_pictures=max_pictures,
        key=key,
        allow_hosts=tuple(names),
        allow_origins=tuple(allow_origin or ()),
        collect=None if collect is None else str(collect.absolute()),
        collect_max=collect_max,
    )
    url_host = f"[{host}]" if ":" in host else host
    message = f"inkten serves http://{url_host}:{port} (Ctrl-C stops it)"
    serve_until_stopped(
        settings,
        host=host,
        port=port,
        workers=workers,
        on_start=partial(typer.echo, message, err=True),
    )
