"""``inkten read``: pictures in, text out."""

import sys
from functools import partial
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from inkten import InktenError, Limits, ModelError, Reader, Reading
from inkten.cli.errors import STANDARD_INPUT, complain, complaint
from inkten.cli.options import (
    AS_IS_ALONE,
    AS_IS_HELP,
    MODEL_HELP,
    MaxBytes,
    MaxPixels,
    MinConfidence,
    Read,
    Rotate,
    Single,
    load_model,
    plain_recipe,
)
from inkten.cli.output import Form, Printer, save_picture
from inkten.cli.prompt import ask
from inkten.options import MIN_CONFIDENCE, ROTATIONS

LIMITS = Limits()  # unless told otherwise


def read(
    pictures: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PICTURE]...", help="Pictures; - is standard input."),
    ] = None,
    details: Annotated[
        bool, typer.Option("--details", help="Each digit with its three likeliest.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="One JSON object a line for each picture.")
    ] = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="One row of CSV for each picture.")
    ] = False,
    show: Annotated[
        bool, typer.Option("--show", help="Show each picture in the terminal.")
    ] = False,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save-picture",
            help="Save the picture with its digits boxed: to a .png, or to a folder "
            "if there are several pictures.",
        ),
    ] = None,
    single: Single = False,
    rotate: Rotate = "0",
    min_confidence: MinConfidence = MIN_CONFIDENCE,
    as_is: Annotated[bool, typer.Option("--as-is", help=AS_IS_HELP)] = False,
    model: Annotated[str | None, typer.Option(help=MODEL_HELP)] = None,
    max_pixels: MaxPixels = LIMITS.max_pixels,
    max_bytes: MaxBytes = LIMITS.max_bytes,
) -> None:
    """Read the digits on pictures.

    Exit status: 0 digits on every picture; 1 one could not be read or saved, or showed
    no digit; 2 wrong usage.
    """
    form = _form(details=details, as_json=as_json, as_csv=as_csv)
    limits = Limits(max_pixels, max_bytes)
    if as_is:
        asked = min_confidence != MIN_CONFIDENCE
        if model or single or rotate != "0" or asked:
            raise typer.BadParameter(
                f"{AS_IS_ALONE} --model, --single, --rotate and --min-confidence"
            )
        read_one: Read = plain_recipe(limits)
    else:
        reader = Reader(load_model(model), min_confidence=min_confidence, limits=limits)
        read_one = partial(reader.read, single=single, rotate=ROTATIONS[rotate])
    names = pictures or [ask(on_stderr=form.for_machines)]
    if not pictures:  # as the original script answers
        form, show = Form.SENTENCE if form is Form.TEXT else form, True
    _check_target(save, names)
    printer = Printer(form, several=len(names) > 1)
    all_well = True
    for name in names:
        reading = _try_to_read(read_one, name, printer)
        if reading is None:
            all_well = False
            continue
        if show:
            printer.show(reading)
        printer.reading(name, reading)
        saved = save is None or _try_to_save(reading, save, name, printer)
        all_well &= saved and bool(reading.digits)
    if not all_well:
        raise typer.Exit(1)


def _try_to_read(read_one: Read, name: str, printer: Printer) -> Reading | None:
    """Read one picture; a bad one is told on stderr and does not end the run."""
    try:
        return read_one(sys.stdin.buffer if name == STANDARD_INPUT else name)
    except ModelError:
        raise  # no other picture would fare better
    except InktenError as error:
        printer.error(name, complaint(name, error))
        return None


def _try_to_save(reading: Reading, target: Path, name: str, printer: Printer) -> bool:
    """Save one boxed picture; if that fails, the others are still read and saved."""
    try:
        save_picture(reading, target, name, several=printer.several)
    except InktenError as error:
        complain(error)
        return False
    return True


def _form(*, details: bool, as_json: bool, as_csv: bool) -> Form:
    asked = [
        form
        for form, wanted in (
            (Form.DETAILS, details),
            (Form.JSON, as_json),
            (Form.CSV, as_csv),
        )
        if wanted
    ]
    if len(asked) > 1:
        raise typer.BadParameter(f"{asked[0].value} or {asked[1].value}, not both")
    return asked[0] if asked else Form.TEXT


def _check_target(target: Path | None, names: list[str]) -> None:
    """Refuse before any work is done what could not be saved, or would be lost."""
    if target is None:
        return
    several = len(names) > 1
    if several and target.is_file():
        _refuse(f"{target} is a file; several pictures are saved to a folder")
    if not several and (target.suffix.lower() != ".png" or target.is_dir()):
        _refuse(f"{target} is no .png; one picture is saved as PNG")
    if any(_are_the_same(target, name) for name in names):
        _refuse(f"{target} is the picture to read; it would be lost")


def _refuse(reason: str) -> NoReturn:
    raise typer.BadParameter(reason, param_hint="--save-picture")


def _are_the_same(target: Path, name: str) -> bool:
    try:
        return target.samefile(name)
    except (OSError, ValueError):  # one of them is not there, or cannot be
        return False
