"""``inkten train``: a network is trained, and leaves a run folder."""

import shlex
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkten.cli.errors import INTERRUPTED

if TYPE_CHECKING:
    from rich.progress import Progress

    from inkten.datasets.mnist import Mnist
    from inkten.training.outcome import Outcome
    from inkten.training.recipes import Recipe
    from inkten.training.runs import Run

PREVIEWED = 64  # pages: as many as can be looked at on one sheet


class Network(StrEnum):
    """What can be trained."""

    MLP = "mlp"
    CNN = "cnn"
    DETECTOR = "detector"


def train(
    network: Annotated[Network, typer.Argument(help="The network to train.")],
    recipe: Annotated[
        str | None,
        typer.Option(
            help="For the mlp fast (default) or original: 10 epochs, batches of 32, "
            "plain Adam. For the cnn standard (default) or fast: seconds, MNIST alone. "
            "The detector has one recipe, standard."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="The run folder; runs/NETWORK-DATE-TIME if not given."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, max=2**31, help="Of all chance; 0 by default.")
    ] = None,
    epochs: Annotated[
        int | None, typer.Option(min=1, help="Instead of the recipe's own number.")
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(help="MNIST's files, or others in their form; else embedded."),
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Go on with this run, which was stopped.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A smoke run: seconds, and no good model.")
    ] = False,
    preview: Annotated[
        Path | None,
        typer.Option(help="Write a sheet of synthetic pages to this .png, and stop."),
    ] = None,
) -> None:
    """Train a network; Ctrl-C stops it, --resume goes on.

    Exit status: 0 trained, 1 it could not be, 2 wrong usage, 130 stopped by Ctrl-C.
    """
    given = quick or any(option is not None for option in (recipe, out, seed, epochs))
    if resume and given:
        raise typer.BadParameter(
            "a resumed run keeps its own --recipe, --out, --seed, --epochs and --quick"
        )
    from inkten.datasets import mnist

    data = mnist.load(data_dir)
    if preview:
        _preview(data, preview, seed or 0)
        return
    from inkten.training.runs import Plan, Run
    from inkten.training.train import train as train_network

    if resume:
        run = Run.resume(resume, network)
    else:
        chosen = _recipe(network, recipe)
        if quick:
            chosen = chosen.shortened()
        if epochs:
            chosen = replace(chosen, epochs=epochs)
        folder = out or Path("runs") / f"{network}-{datetime.now():%Y%m%d-%H%M%S}"
        run = Run.start(folder, Plan(network, chosen, seed or 0, data.checksum))
    try:
        with _bar() as bar:
            task = bar.add_task(f"{network} {run.plan.recipe.name}", figures="")

            def show(done: int, steps: int, figures: Mapping[str, float]) -> None:
                bar.update(task, completed=done, total=steps, figures=_line(figures))

            outcome = train_network(run, data, show)
    except KeyboardInterrupt:
        words = ["inkten", "train", network, "--resume", str(run.folder)]
        if data_dir:
            words += ["--data-dir", str(data_dir)]
        typer.echo(f"Stopped. Go on with: {shlex.join(words)}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    _print_outcome(run, outcome)


def _recipe(network: Network, name: str | None) -> "Recipe":
    from inkten.training.recipes import RECIPES

    for recipe in RECIPES[network]:
        if name in (None, recipe.name):
            return recipe
    raise typer.BadParameter(
        f"the {network} has no recipe {name!r}; expected "
        f"{' or '.join(recipe.name for recipe in RECIPES[network])}",
        param_hint="--recipe",
    )


def _preview(data: "Mnist", path: Path, seed: int) -> None:
    from inkten.drawing import encode_png
    from inkten.files import make_room, write_whole
    from inkten.synthesis.page import contact_sheet, numbered_pages

    make_room(path)
    pages = numbered_pages(data.fit_part, PREVIEWED, seed=seed)
    write_whole(path, encode_png(contact_sheet(pages)))


def _bar() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}% {task.fields[figures]}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )


def _line(figures: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {value:.4f}" for name, value in figures.items())


def _print_outcome(run: "Run", outcome: "Outcome") -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    shown = outcome.table()
    table = Table(*shown.header)
    for row in shown.rows:
        table.add_row(*row)
    console.print(table)
    if outcome.note:
        console.print(outcome.note)
    typer.echo(f"See {run.folder / 'report.html'}")  # a path is no markup
