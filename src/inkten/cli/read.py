"""``inkten read``: pictures in, text out."""

import sys
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from inkten import InktenError, ModelError, Reader, Reading, ReadOptions
from inkten.cli.errors import print_error
from inkten.cli.options import (
    LIMITS,
    AsIs,
    MaxBytes,
    MaxPixels,
    MinConfidence,
    ModelFormOption,
    ModelOption,
    ReadPicture,
    Rotate,
    Signs,
    Single,
    WrittenMark,
    load_model,
    plain_recipe,
    read_options,
)
from inkten.cli.output import OutputFormat, Printer, save_picture
from inkten.cli.prompt import ask_for_picture
from inkten.cli.sources import (
    STANDARD_INPUT,
    Source,
    check_readable,
    expand,
    sources_of,
)
from inkten.cli.targets import refuse_input
from inkten.drawing import SUFFIXES
from inkten.options import MIN_CONFIDENCE


def read(
    pictures: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PICTURE]...",
            help="Picture files, or - for standard input; without any, inkten asks.",
            show_default=False,
        ),
    ] = None,
    details: Annotated[
        bool,
        typer.Option(
            "--details",
            help="Print a table: each digit, its confidence, its box.",
        ),
    ] = False,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print one line of JSON per picture.",
        ),
    ] = False,
    as_csv: Annotated[
        bool,
        typer.Option(
            "--csv",
            help="Print one row of CSV per picture.",
        ),
    ] = False,
    show: Annotated[
        bool,
        typer.Option(
            "--show",
            help="Show each picture in the terminal.",
        ),
    ] = False,
    save: Annotated[
        Path | None,
        typer.Option(
            "--save-picture",
            metavar="PATH",
            help="Save the picture with its digits boxed: to a .png or .jpg file, "
            "which is replaced if it exists, or to a folder, which several pictures "
            "need.",
        ),
    ] = None,
    single: Single = False,
    rotate: Rotate = "auto",
    min_confidence: MinConfidence = MIN_CONFIDENCE,
    signs: Signs = False,
    decimal_mark: WrittenMark = "auto",
    as_is: AsIs = False,
    model: ModelOption = None,
    model_form: ModelFormOption = None,
    max_pixels: MaxPixels = LIMITS.max_pixels,
    max_bytes: MaxBytes = LIMITS.max_bytes,
) -> None:
    """Read the digits in pictures.

    Exit status:
    - 0: every picture was read and has digits
    - 1: a picture could not be read or saved, or has no digits
    - 2: usage error
    """
    output_format = _output_format(details=details, as_json=as_json, as_csv=as_csv)
    options = read_options(
        single=single,
        rotate=rotate,
        min_confidence=min_confidence,
        max_pixels=max_pixels,
        max_bytes=max_bytes,
        signs=signs,
        decimal_mark=decimal_mark,
    )
    if as_is:
        if model or model_form or options != ReadOptions(limits=options.limits):
            raise typer.BadParameter(
                "--as-is cannot be combined with --model, --model-form, --single, "
                "--rotate, --min-confidence, --signs or --decimal-mark"
            )
        read_picture: ReadPicture = plain_recipe(options.limits)
    else:
        read_picture = partial(
            Reader(load_model(model, model_form)).read, options=options
        )
    if pictures:
        names = expand(pictures)
    else:  # the original script asks, shows the picture, and answers in a sentence
        names = [ask_for_picture(partial(check_readable, limits=options.limits))]
        show = True
        if output_format is OutputFormat.TEXT:
            output_format = OutputFormat.SENTENCE
    sources = chain.from_iterable(sources_of(name, options.limits) for name in names)
    first_two = list(islice(sources, 2))  # one TIFF file may hold several pictures
    several = len(first_two) > 1
    _check_target(save, names, several=several)
    if STANDARD_INPUT in names and sys.stdin.isatty():
        typer.echo("Waiting for a picture on standard input.", err=True)

    printer = Printer(output_format, several=several, decimals=signs)
    all_ok = True
    for source in chain(first_two, sources):
        reading = _try_to_read(read_picture, source, printer)
        if reading is None:
            all_ok = False
            continue
        if show:
            printer.show(reading)
        printer.reading(source, reading)
        saved = save is None or _try_to_save(reading, save, source, several=several)
        all_ok &= saved and bool(reading.digits)
    if not all_ok:
        raise typer.Exit(1)


def _try_to_read(
    read_picture: ReadPicture, source: Source, printer: Printer
) -> Reading | None:
    """Read one picture; a bad one is reported and does not stop the others."""
    try:
        return replace(read_picture(source.readable()), page=source.page)
    except ModelError:
        raise  # every picture would fail
    except InktenError as error:
        printer.error(source, error)
        return None


def _try_to_save(
    reading: Reading, target: Path, source: Source, *, several: bool
) -> bool:
    """Save one picture; if that fails, the others are still read and saved."""
    try:
        save_picture(reading, target, source, several=several)
    except InktenError as error:
        print_error(error)
        return False
    return True


def _output_format(*, details: bool, as_json: bool, as_csv: bool) -> OutputFormat:
    wanted = {
        OutputFormat.DETAILS: details,
        OutputFormat.JSON: as_json,
        OutputFormat.CSV: as_csv,
    }
    chosen = [output_format for output_format, is_set in wanted.items() if is_set]
    if len(chosen) > 1:
        raise typer.BadParameter(f"{chosen[0].value} or {chosen[1].value}, not both")
    return chosen[0] if chosen else OutputFormat.TEXT


def _check_target(target: Path | None, names: list[str], *, several: bool) -> None:
    """Refuse, before any work is done, a target that must not be written."""
    if target is None or target.is_dir():
        return
    names_picture = target.suffix.lower() in SUFFIXES
    if several and (names_picture or target.is_file()):
        _refuse(f"{target} is a file; several pictures are saved to a folder")
    if not several and not names_picture:
        _refuse(f"{target}: expected a name ending in .png or .jpg, or a folder")
    refuse_input(target, names, "--save-picture")


def _refuse(reason: str) -> NoReturn:
    raise typer.BadParameter(reason, param_hint="--save-picture")
