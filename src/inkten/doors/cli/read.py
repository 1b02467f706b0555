"""``inkten read``: pictures in, text out."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

import typer

from inkten import InktenError, Limits, ModelError, Reader, Reading
from inkten.doors.cli.models import load_model
from inkten.doors.cli.output import Form, Printer, save_picture, sentence
from inkten.reader import Turn

STANDARD_INPUT = "-"
TURNS: dict[str, Turn] = {"0": 0, "90": 90, "180": 180, "270": 270, "auto": "auto"}
Read = Callable[[str | BinaryIO], Reading]


def read(
    pictures: Annotated[
        list[str] | None,
        typer.Argument(metavar="PICTURE...", help="Pictures; - is standard input."),
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
    single: Annotated[
        bool, typer.Option("--single", help="Each picture holds one digit.")
    ] = False,
    rotate: Annotated[
        Literal["0", "90", "180", "270", "auto"],
        typer.Option(help="Turn clockwise first; auto keeps the surest turn."),
    ] = "0",
    min_confidence: Annotated[
        float, typer.Option(min=0, max=1, help="A digit less sure is read as '?'.")
    ] = 0.0,
    as_is: Annotated[
        bool,
        typer.Option(
            "--as-is",
            help="The plain recipe, for comparison: gray, resize to 28x28, divide by "
            "255, arg max; always with the mlp.",
        ),
    ] = False,
    model: Annotated[
        str | None, typer.Option(help="mlp, or a file: M.onnx or M.keras.")
    ] = None,
    max_pixels: Annotated[
        int, typer.Option(min=1, help="Refuse larger pictures undecoded.")
    ] = 100_000_000,
    max_bytes: Annotated[
        int, typer.Option(min=1, help="Refuse larger files unread.")
    ] = 100_000_000,
) -> None:
    """Read the digits on pictures.

    Exit status: 0 all read, 1 something could not be read, 2 wrong usage.
    """
    form = _form(details=details, as_json=as_json, as_csv=as_csv)
    limits = Limits(max_pixels, max_bytes)
    if as_is:
        if model or single or rotate != "0" or min_confidence:
            raise typer.BadParameter(
                "--as-is is the plain recipe with the mlp: it goes without --model, "
                "--single, --rotate and --min-confidence"
            )
        read_one = _plain_recipe(limits)
    else:
        reader = Reader(load_model(model), min_confidence=min_confidence, limits=limits)

        def read_one(picture: str | BinaryIO) -> Reading:
            return reader.read(picture, single=single, rotate=TURNS[rotate])

    asked = not pictures
    names = pictures or [_ask()]
    several = len(names) > 1
    _check_target(save, names, several=several)
    printer = Printer(form, several=several)
    all_read = True
    for name in names:
        reading = _try(read_one, name, printer)
        if reading is None:
            all_read = False
            continue
        if show or asked:
            from inkten.doors.cli.terminal import show_picture

            show_picture(printer.console, reading.picture())
        if asked:
            typer.echo(sentence(reading))
        else:
            printer.reading(name, reading)
        if save:
            save_picture(reading, save, name, several=several)
        if not reading.digits:
            all_read = False
            if not asked:
                typer.echo(f"inkten: {name}: no digit was found", err=True)
    if not all_read:
        raise typer.Exit(1)


def _try(read_one: Read, name: str, printer: Printer) -> Reading | None:
    """Read one picture; a bad one is named on stderr and does not end the run."""
    source = sys.stdin.buffer if name == STANDARD_INPUT else name
    try:
        return read_one(source)
    except ModelError:
        raise  # no other picture would fare better
    except InktenError as error:
        typer.echo(f"inkten: {error}", err=True)
        printer.error(name, error)
        return None


def _plain_recipe(limits: Limits) -> Read:
    from inkten.models.session import Classifier
    from inkten.original import read_as_is

    classifier = Classifier("mlp")
    return lambda picture: read_as_is(picture, classifier, limits)


def _ask() -> str:
    if not sys.stdin.isatty():
        raise typer.BadParameter("name at least one picture, or - for standard input")
    return str(typer.prompt("Enter the image path", prompt_suffix=": ")).strip("'\" ")


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


def _check_target(target: Path | None, names: list[str], *, several: bool) -> None:
    """Refuse before any work is done what could not be saved, or would be lost."""
    if target is None:
        return
    if several and target.is_file():
        raise typer.BadParameter(
            f"{target} is a file; several pictures are saved to a folder",
            param_hint="--save-picture",
        )
    if not several and (target.suffix.lower() != ".png" or target.is_dir()):
        raise typer.BadParameter(
            f"{target} is no .png; one picture is saved as PNG",
            param_hint="--save-picture",
        )
    if target.exists() and any(
        Path(name).exists() and target.samefile(name) for name in names
    ):
        raise typer.BadParameter(
            f"{target} is the picture to read; it would be lost",
            param_hint="--save-picture",
        )
