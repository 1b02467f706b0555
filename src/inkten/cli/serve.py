"""``inkten serve``: the page and the service over HTTP."""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from inkten.cli.options import finite
from inkten.errors import MissingExtra
from inkten.server.settings import Settings, cores

DEFAULTS = Settings()
NEEDED = {"fastapi", "uvicorn", "python_multipart", "prometheus_client"}


def _ascii(key: str | None) -> str | None:
    """Refuse a key that clients would not all send as the same bytes."""
    if key and not key.isascii():
        raise typer.BadParameter(
            "the key holds letters that are not ASCII, and these are sent in a header "
            "in more than one way. Choose a key of ASCII alone."
        )
    return key


def serve(
    host: Annotated[
        str, typer.Option(help="The address to listen at; 0.0.0.0 is all of them.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Its port.")] = 8000,
    model: Annotated[
        str | None, typer.Option(help="A shipped classifier, or a file M.onnx.")
    ] = None,
    min_confidence: Annotated[
        float | None,
        typer.Option(min=0, max=1, callback=finite, help="A digit less sure is '?'."),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="Processes that share the work.")
    ] = 1,
    threads: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Pictures read at a time by each; its cores if not given.",
        ),
    ] = None,
    waiting: Annotated[
        int, typer.Option(min=0, help="Requests that may wait; more are told to retry.")
    ] = DEFAULTS.waiting,
    seconds: Annotated[
        float,
        typer.Option(
            min=0.1, callback=finite, help="For a request to arrive, and to be read."
        ),
    ] = DEFAULTS.seconds,
    max_bytes: Annotated[
        int, typer.Option(min=1, help="Refuse larger requests.")
    ] = DEFAULTS.max_bytes,
    max_pixels: Annotated[
        int, typer.Option(min=1, help="Refuse larger pictures undecoded.")
    ] = DEFAULTS.max_pixels,
    max_pictures: Annotated[
        int, typer.Option(min=1, help="Refuse requests with more pictures.")
    ] = DEFAULTS.max_pictures,
    key: Annotated[
        str | None,
        typer.Option(
            envvar="INKTEN_KEY",
            callback=_ascii,
            help="Read only for who shows this bearer key. Better in the variable: "
            "others see a command's options.",
        ),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(help="A site whose pages may ask (CORS). May be repeated."),
    ] = None,
    collect: Annotated[
        Path | None,
        typer.Option(
            help="Keep corrected pictures in this folder; without it, none is kept."
        ),
    ] = None,
) -> None:
    """Serve the page and the HTTP interface; Ctrl-C finishes what is in flight."""
    if collect and workers > 1 and sys.platform == "win32":
        raise typer.BadParameter("--collect goes with one worker on Windows")
    try:
        from inkten.server.serve import serve as serve_until_stopped
    except ModuleNotFoundError as error:
        if error.name not in NEEDED:
            raise
        raise MissingExtra("inkten serve", "serve") from None
    settings = Settings(
        model=model,
        min_confidence=min_confidence,
        threads=threads or max(1, cores() // workers),
        waiting=waiting,
        seconds=seconds,
        max_bytes=max_bytes,
        max_pixels=max_pixels,
        max_pictures=max_pictures,
        key=key or None,
        allow_origins=tuple(allow_origin or ()),
        collect=None if collect is None else str(collect.absolute()),
    )
    shown = f"[{host}]" if ":" in host else host
    told = f"inkten serves http://{shown}:{port} (Ctrl-C stops it)"
    serve_until_stopped(
        settings,
        host=host,
        port=port,
        workers=workers,
        on_start=partial(typer.echo, told, err=True),
    )
