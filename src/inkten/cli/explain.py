"""``inkten explain``: every stage of a reading, in numbers and as a picture."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkten.cli.errors import one_line, print_error
from inkten.cli.options import (
    LIMITS,
    MinConfidence,
    ModelOption,
    Rotate,
    Single,
    read_options,
)
from inkten.cli.sources import path_of_url
from inkten.cli.targets import refuse_input
from inkten.drawing import SUFFIXES
from inkten.files import make_room
from inkten.options import MIN_CONFIDENCE

if TYPE_CHECKING:
    from inkten.explanation.result import Explanation


def explain(
    picture: Annotated[str, typer.Argument(metavar="PICTURE", help="A picture file.")],
    save: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            help="Save a picture of the stages to this .png or .jpg file; an existing "
            "one is replaced.",
        ),
    ] = None,
    digit: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="NUMBER",
            help="The digit whose feature maps and probabilities are drawn, in reading "
            "order.",
        ),
    ] = 1,
    single: Single = False,
    rotate: Rotate = "auto",
    min_confidence: MinConfidence = MIN_CONFIDENCE,
    model: ModelOption = None,
) -> None:
    """Show how a picture is read: by the detector, each classifier, the plain recipe.

    Exit status:
    - 0: explained
    - 1: the picture could not be read, or has no digits
    - 2: usage error
    """
    from inkten.explanation.explain import explain as explain_picture

    path = path_of_url(picture)
    if save:
        _check_target(save, path)
    options = read_options(
        single=single,
        rotate=rotate,
        min_confidence=min_confidence,
        max_pixels=LIMITS.max_pixels,
        max_bytes=LIMITS.max_bytes,
    )
    explanation = explain_picture(
        path,
        model=model,
        single=options.single,
        rotate=options.rotate,
        min_confidence=options.min_confidence,
    )
    count = len(explanation.digits)
    if count and digit > count:
        raise typer.BadParameter(
            f"{digit}; the picture has {count}", param_hint="--digit"
        )
    _print(explanation)
    if save:
        explanation.save(save, digit - 1)
        typer.echo(f"See {save}")
    if not explanation.reading.digits:
        print_error(f"{picture}: no handwritten digit was found")
        raise typer.Exit(1)


def _check_target(save: Path, picture: str) -> None:
    """Refuse, before any work is done, a target that must not be written."""
    if save.suffix.lower() not in SUFFIXES:
        raise typer.BadParameter(
            f"{save}: expected a name ending in .png or .jpg", param_hint="--save"
        )
    refuse_input(save, [picture], "--save")
    make_room(save)


def _print(explanation: "Explanation") -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    console = Console(markup=False)
    ways = Table("read by", "text", "confidence", box=SIMPLE_HEAD)
    for way in explanation.ways:
        text = way.reading.text.replace("\n", " | ")
        ways.add_row(one_line(way.name), text, f"{way.reading.confidence:.3f}")
    console.print(ways)
    if not explanation.digits:
        return
    networks = [way for way in explanation.ways if not way.sees_all]
    names = ["detector", *(one_line(way.name) for way in networks)]
    digits = Table("digit", "read as", *names, box=SIMPLE_HEAD)
    for row, digit in enumerate(explanation.digits):
        opinions = [explanation.detector, *(way.probabilities for way in networks)]
        cells = [f"{each[row].argmax()} {each[row].max():.3f}" for each in opinions]
        digits.add_row(str(row + 1), f"{digit.text} {digit.confidence:.3f}", *cells)
    console.print(digits)
