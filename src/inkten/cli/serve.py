"""``inkten serve``: the web page and the HTTP API."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from inkten.cli.options import (
    LIMITS_GROUP,
    READING_GROUP,
    ModelOption,
    announce_model,
    finite,
)
from inkten.errors import MissingExtra
from inkten.options import MIN_CONFIDENCE
from inkten.server.settings import Settings, cores, is_address

DEFAULTS = Settings()
SERVE_PACKAGES = {
    *("fastapi", "uvicorn", "httptools", "python_multipart", "prometheus_client"),
    "segno",
}
KEY_VARIABLE = "INKTEN_KEY"
ACCESS_GROUP = "Access"


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
        str,
        typer.Option(
            metavar="ADDRESS", help="Listen at this address; 0.0.0.0 means all."
        ),
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(min=1, max=65535, metavar="NUMBER", help="Listen at this port."),
    ] = 8000,
    open_page: Annotated[
        bool, typer.Option("--open", help="Open the page in the browser.")
    ] = False,
    workers: Annotated[
        int,
        typer.Option(
            min=1, metavar="NUMBER", help="Number of processes that serve requests."
        ),
    ] = 1,
    threads: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="NUMBER",
            help="Pictures that each process reads at once (default: its share of the "
            "cores).",
        ),
    ] = None,
    collect: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            help="Keep pictures that users correct in this folder. Without it, no "
            "picture is kept.",
        ),
    ] = None,
    collect_max: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="NUMBER",
            show_default="1 billion",
            help="Largest size of that folder, in bytes.",
        ),
    ] = DEFAULTS.collect_max,
    teach: Annotated[
        bool,
        typer.Option(
            "--teach",
            help="Let clients teach a model their own digits (POST /v1/learn). Nothing "
            "is kept: the answer holds the model.",
        ),
    ] = False,
    model: ModelOption = None,
    min_confidence: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            callback=finite,
            metavar="NUMBER",
            help="Read digits of lower confidence (0 to 1) as '?' (default "
            f"{MIN_CONFIDENCE}).",
            rich_help_panel=READING_GROUP,
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            metavar="KEY",
            envvar=KEY_VARIABLE,
            callback=_checked_key,
            help="Answer only requests with this bearer key. Set the variable instead "
            "if others can see the options of running commands.",
            rich_help_panel=ACCESS_GROUP,
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Also answer to this host name; localhost and IP addresses always "
            "work. May be repeated; '*' allows any.",
            rich_help_panel=ACCESS_GROUP,
        ),
    ] = None,
    allow_origin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ORIGIN",
            help="A website whose pages may call the API (CORS). May be repeated.",
            rich_help_panel=ACCESS_GROUP,
        ),
    ] = None,
    waiting: Annotated[
        int,
        typer.Option(
            min=0,
            metavar="NUMBER",
            help="Requests that may wait; further ones are answered with 503.",
            rich_help_panel=LIMITS_GROUP,
        ),
    ] = DEFAULTS.waiting,
    seconds: Annotated[
        float,
        typer.Option(
            min=0.1,
            callback=finite,
            metavar="NUMBER",
            help="Time limit for a request to arrive, and for its answer.",
            rich_help_panel=LIMITS_GROUP,
        ),
    ] = DEFAULTS.seconds,
    max_bytes: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="NUMBER",
            show_default="20 million",
            help="Refuse larger requests.",
            rich_help_panel=LIMITS_GROUP,
        ),
    ] = DEFAULTS.max_bytes,
    max_pixels: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="NUMBER",
            show_default="50 million",
            help="Refuse pictures with more pixels, before decoding them.",
            rich_help_panel=LIMITS_GROUP,
        ),
    ] = DEFAULTS.max_pixels,
    max_digits: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="NUMBER",
            help="Refuse pictures with more digits.",
            rich_help_panel=LIMITS_GROUP,
        ),
    ] = DEFAULTS.max_digits,
    max_pictures: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="NUMBER",
            help="Refuse requests with more pictures or pages.",
            rich_help_panel=LIMITS_GROUP,
        ),
    ] = DEFAULTS.max_pictures,
) -> None:
    """Serve the web page and the HTTP API; Ctrl-C stops it.

    Requests in progress are finished first.
    """
    if collect and workers > 1 and sys.platform == "win32":
        raise typer.BadParameter("on Windows, --collect needs --workers 1")
    from rich.console import Console

    try:
        from inkten.cli import addresses
        from inkten.server.serve import serve as run_server
    except ModuleNotFoundError as error:
        if error.name not in SERVE_PACKAGES:
            raise
        raise MissingExtra("inkten serve", "serve") from None
    if model is not None:
        announce_model(model)
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
        max_digits=max_digits,
        max_pictures=max_pictures,
        key=key,
        allow_hosts=tuple(names),
        allow_origins=tuple(allow_origin or ()),
        collect=None if collect is None else str(collect.absolute()),
        collect_max=collect_max,
        teach=teach,
    )

    def greet() -> None:
        """Say where the service is; with all addresses, also for other devices."""
        here = addresses.url(host, port)
        typer.echo(f"inkten serves {here} (Ctrl-C stops it)", err=True)
        elsewhere = addresses.network_url(host, port)
        if elsewhere:
            typer.echo(f"on other devices of your network: {elsewhere}", err=True)
            addresses.show_code(Console(stderr=True), elsewhere)
        if open_page:
            addresses.open_when_ready(host, port)

    run_server(settings, host=host, port=port, workers=workers, on_start=greet)
