"""``inkten learn``: teach a classifier a user's own digits."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkten.cli.errors import one_line
from inkten.cli.options import LIMITS, SHIPPED, MaxBytes, MaxPixels
from inkten.cli.progress import progress_bar
from inkten.cli.targets import refuse_existing, refuse_input
from inkten.files import make_room
from inkten.image.source import Limits
from inkten.models.registry import DEFAULT

if TYPE_CHECKING:
    from inkten.evaluation.measure import Share
    from inkten.learning.report import LearningReport

NAMED = 10  # pictures that are left out are named up to this number


def learn(
    digits: Annotated[
        list[Path],
        typer.Argument(
            metavar="MY-DIGITS...",
            help="Folders with a subfolder for each digit, 0 to 9; or labels.csv "
            "files, or folders with one, such as 'inkten serve --collect' fills.",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            metavar="FILE", help="Write the model to this file, ending in .onnx."
        ),
    ],
    model: Annotated[
        str | None,
        typer.Option(
            metavar="MODEL",
            help=f"The classifier to teach: {SHIPPED}, or an .onnx file (default "
            f"{DEFAULT}).",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite an existing file.")
    ] = False,
    anyway: Annotated[
        bool,
        typer.Option("--anyway", help="Write the model although something got worse."),
    ] = False,
    max_pixels: MaxPixels = LIMITS.max_pixels,
    max_bytes: MaxBytes = LIMITS.max_bytes,
) -> None:
    """Teach a classifier your own digits, in seconds and without TensorFlow.

    Five pictures of each digit are a good start. Then: inkten read --model FILE.

    Exit status:
    - 0: the model is written
    - 1: it got worse and is not written, or there is too little to learn from
    - 2: usage error
    """
    from inkten.learning.learn import check_path
    from inkten.learning.learn import learn as learn_digits

    check_path(out)
    refuse_input(out, [model] if model else [], "--out")
    refuse_existing(out, force=force)
    make_room(out)
    with progress_bar("reading") as update:
        learned = learn_digits(
            *digits,
            model=model,
            limits=Limits(max_pixels, max_bytes),
            on_picture=update,
        )
    _print(learned.report)
    learned.save(out, anyway=anyway)
    typer.echo(f"Saved {out}. Use it with: inkten read --model {out} PICTURE")


def _print(report: "LearningReport") -> None:
    from rich.console import Console
    from rich.table import Table

    for each in report.left_out[:NAMED]:
        typer.echo(one_line(f"left out: {each.name}: {each.reason}"), err=True)
    if (more := len(report.left_out) - NAMED) > 0:
        typer.echo(f"left out: {more} more", err=True)
    for label in report.doubtful:
        place = f" (digit {label.place})" if label.place > 1 else ""
        message = (
            f"check this label: {label.name}{place} is labelled {label.label} and "
            f"looks like a {label.reads}; it was not learned from"
        )
        typer.echo(one_line(message), err=True)
    console = Console()
    console.print(
        f"Learned {report.digits} digits of {report.pictures} pictures.", markup=False
    )
    table = Table("read correctly", "before", "after")
    held = f"your {report.held_back} pictures, each held back"
    table.add_row(held, _counted(report.before), _counted(report.after))
    mnist = f"MNIST's {report.mnist_before.total:,} validation digits"
    table.add_row(mnist, *(_percent(each) for each in _mnist(report)))
    console.print(table)


def _mnist(report: "LearningReport") -> "tuple[Share, Share]":
    return report.mnist_before, report.mnist_after


def _counted(share: "Share") -> str:
    return f"{share.part} ({share.value:.1%})"


def _percent(share: "Share") -> str:
    return f"{share.value:.2%}"
