"""``inkten train``: a network is trained, and leaves a run folder."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

if TYPE_CHECKING:
    from inkten.training.outcome import Outcome
    from inkten.training.runs import Run

INTERRUPTED = 130  # the shell's own status for Ctrl-C: 128 + SIGINT


class Network(StrEnum):
    """What can be trained."""

    MLP = "mlp"


class RecipeName(StrEnum):
    """How it can be trained."""

    ORIGINAL = "original"
    FAST = "fast"


def train(
    network: Annotated[Network, typer.Argument(help="The network to train.")],
    recipe: Annotated[
        RecipeName | None,
        typer.Option(
            help="original: 10 epochs, batches of 32, plain Adam. fast (default): "
            "better in an eighth of the time."
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
) -> None:
    """Train a network; Ctrl-C stops it, --resume goes on."""
    if resume and any(given is not None for given in (recipe, out, seed, epochs)):
        raise typer.BadParameter(
            "a resumed run keeps its own --recipe, --out, --seed and --epochs"
        )
    from inkten.datasets import mnist
    from inkten.training.recipes import RECIPES
    from inkten.training.runs import Plan, Run
    from inkten.training.train import train_classifier

    data = mnist.load(data_dir)
    if resume:
        run = Run.resume(resume, network)
    else:
        chosen = RECIPES[recipe or RecipeName.FAST]
        chosen = replace(chosen, epochs=epochs or chosen.epochs)
        folder = out or Path("runs") / f"{network}-{datetime.now():%Y%m%d-%H%M%S}"
        run = Run.start(folder, Plan(network, chosen, seed or 0, data.checksum))
    try:
        with _bar() as bar:
            task = bar.add_task(f"{network} {run.plan.recipe.name}", figures="")

            def show(done: int, steps: int, figures: Mapping[str, float]) -> None:
                bar.update(task, completed=done, total=steps, figures=_line(figures))

            outcome = train_classifier(run, data, show)
    except KeyboardInterrupt:
        typer.echo(
            f"Stopped. Go on with: inkten train {network} --resume {run.folder}",
            err=True,
        )
        raise typer.Exit(INTERRUPTED) from None
    _print_outcome(run, outcome)


def _bar() -> Progress:
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
    from inkten.training.outcome import ORIGINAL_NOTE

    console = Console()
    shown = outcome.table()
    table = Table(*shown.header)
    for row in shown.rows:
        table.add_row(*row)
    console.print(table)
    console.print(ORIGINAL_NOTE)
    console.print(f"See {run.folder / 'report.html'}", highlight=False, soft_wrap=True)
