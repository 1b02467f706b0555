"""The command ``inkten``: its subcommands, its version, and its errors."""

import io
import os
import sys
import warnings
from typing import Annotated

import cv2
import typer

from inkten import InktenError, __version__
from inkten.cli.batch import batch
from inkten.cli.convert import convert
from inkten.cli.errors import print_error, set_command
from inkten.cli.evaluate import evaluate
from inkten.cli.explain import explain
from inkten.cli.form import form
from inkten.cli.learn import learn
from inkten.cli.read import read
from inkten.cli.serve import serve
from inkten.cli.table import table
from inkten.cli.train import train
from inkten.cli.verify import verify

WARNING_MODULES = ("PIL.Image", "PIL.TiffImagePlugin")  # about a picture's own tags

app = typer.Typer(
    name="inkten",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(read)
app.command()(table)
app.command()(batch)
app.command()(form)
app.command()(train)
app.command()(convert)
app.command()(learn)
app.command()(evaluate)
app.command()(serve)
app.command()(explain)
app.command()(verify)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"inkten {__version__}")
        raise typer.Exit


@app.callback()
def inkten(
    context: typer.Context,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            "-V",
            callback=_print_version,
            is_eager=True,
            help="Print the version and exit.",
        ),
    ] = False,
) -> None:
    """Read handwritten digits from any picture, with a confidence for each."""
    set_command(context)


def main() -> None:
    """Run the command; errors that inkten raises on purpose become one line."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # file names may be any bytes
        sys.stdout.reconfigure(errors="backslashreplace")
    _silence_codecs()
    try:
        app()
    except InktenError as error:
        print_error(error)
        sys.exit(1)
    except OSError as error:  # a full disk; typer handles a closed pipe itself
        print_error(f"{error.filename or 'standard output'}: {error.strerror}")
        # Python flushes standard output as it exits, and would fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _silence_codecs() -> None:
    """Silence OpenCV and Pillow on damaged pictures, here and in worker processes.

    What libjpeg and libpng print themselves still appears; it reveals no content.
    """
    # Worker processes read the variable, and users may have set it. In this process
    # OpenCV is loaded already.
    if os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT") == "SILENT":
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    ignored = [f"ignore:::{module}" for module in WARNING_MODULES]
    os.environ.setdefault("PYTHONWARNINGS", ",".join(ignored))
    warnings.filterwarnings("ignore", module="PIL")
