"""The command ``inkten``: its commands, its version, and how it ends."""

import io
import os
import sys
import warnings
from typing import Annotated

import cv2
import typer

from inkten import InktenError, __version__
from inkten.cli.batch import batch
from inkten.cli.errors import complain
from inkten.cli.evaluate import evaluate
from inkten.cli.read import read
from inkten.cli.serve import serve
from inkten.cli.train import train
from inkten.cli.verify import verify

TALKATIVE = ("PIL.Image", "PIL.TiffImagePlugin")  # they warn of a picture's own tags

app = typer.Typer(
    name="inkten",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(read)
app.command()(batch)
app.command()(train)
app.command()(evaluate)
app.command()(serve)
app.command()(verify)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"inkten {__version__}")
        raise typer.Exit


@app.callback()
def inkten(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the version and stop.",
        ),
    ] = False,
) -> None:
    """Read handwritten digits from any picture, and know how sure that is."""


def main() -> None:
    """Run the command; what inkten raises on purpose becomes one line on stderr."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a file may have any bytes for a name
        sys.stdout.reconfigure(errors="backslashreplace")
    _hush_codecs()
    try:
        app()
    except InktenError as error:
        complain(error)
        sys.exit(1)
    except OSError as error:  # a full disk; typer ends quietly where a pipe is closed
        complain(f"{error.filename or 'standard output'}: {error.strerror}")
        # Python writes what is left once more as it ends, and would complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _hush_codecs() -> None:
    """Silence OpenCV and Pillow on damaged pictures, here and in workers.

    What libjpeg and libpng print themselves still comes; it tells of no content.
    """
    # The variable is for workers, and a choice of one's own; here OpenCV is loaded.
    if os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT") == "SILENT":
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    ignored = [f"ignore:::{module}" for module in TALKATIVE]
    os.environ.setdefault("PYTHONWARNINGS", ",".join(ignored))
    warnings.filterwarnings("ignore", module="PIL")
