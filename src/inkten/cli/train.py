"""``inkten train``: train a network and write a run folder."""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkten.cli.errors import INTERRUPTED
from inkten.cli.options import DataDir
from inkten.cli.progress import progress_bar
from inkten.errors import RunError

if TYPE_CHECKING:
    from inkten.datasets.mnist import Mnist
    from inkten.datasets.packs import Pack
    from inkten.training.outcome import Outcome
    from inkten.training.recipes import Recipe
    from inkten.training.runs import Run

PREVIEW_PAGES = 64  # as many as fit on one legible sheet


class Network(StrEnum):
    """What can be trained."""

    MLP = "mlp"
    CNN = "cnn"
    DETECTOR = "detector"
    LINE = "line"


def train(
    network: Annotated[
        Network,
        typer.Argument(
            metavar="NETWORK",
            help="One of the classifiers mlp and cnn, the detector, or line: the line "
            "reader.",
        ),
    ],
    recipe: Annotated[
        str | None,
        typer.Option(
            metavar="RECIPE",
            help="mlp: fast (default), or original: 10 epochs, batches of 32, plain "
            "Adam. cnn: standard (default), or fast: seconds, on MNIST alone. "
            "detector and line: standard.",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="The run folder (default runs/NETWORK-DATE-TIME)."
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            min=0, max=2**31, metavar="NUMBER", help="Random seed (default 0)."
        ),
    ] = None,
    epochs: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="NUMBER", help="Number of epochs, instead of the recipe's."
        ),
    ] = None,
    data_dir: DataDir = None,
    packs: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FOLDER",
            help="Also write the training pages of the detector, the cnn or the line "
            "reader with this handwriting pack, or with all packs in this folder. May "
            "be repeated.",
        ),
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Resume the stopped run in this folder."),
    ] = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick",
            help="Try out every step in seconds; the model is not worth using.",
        ),
    ] = False,
    preview: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Save a sheet of synthetic training pages as PNG and exit.",
        ),
    ] = None,
) -> None:
    """Train a network; Ctrl-C stops the run, --resume continues it.

    Exit status:
    - 0: trained
    - 1: the network could not be trained
    - 2: usage error
    - 130: stopped by Ctrl-C
    """
    settings = (recipe, out, seed, epochs)
    if resume and (quick or any(setting is not None for setting in settings)):
        raise typer.BadParameter(
            "a resumed run keeps its own --recipe, --out, --seed, --epochs and --quick"
        )
    from inkten.datasets import mnist
    from inkten.datasets.packs import load_packs

    data = mnist.load(data_dir)
    opened_packs = load_packs(packs or ())
    if preview:
        _save_preview(data, opened_packs, preview, seed or 0)
        return
    typer.echo("Loading Keras; this may take a while.", err=True)
    from inkten.training.runs import Run
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
        run = _start(folder, network, chosen, seed or 0, data, opened_packs)
    try:
        with progress_bar(f"{network} {run.plan.recipe.name}") as update:
            outcome = train_network(
                run,
                data,
                lambda step, steps, metrics: update(step, steps, _metrics(metrics)),
                opened_packs,
            )
    except KeyboardInterrupt:
        command = ["inkten", "train", network, "--resume", str(run.folder)]
        if data_dir:
            command += ["--data-dir", str(data_dir)]
        for folder in packs or ():
            command += ["--packs", str(folder)]
        typer.echo(f"Stopped. Resume with: {shlex.join(command)}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    _print_outcome(run, outcome)


def _recipe(network: Network, name: str | None) -> "Recipe":
    from inkten.training.recipes import find_recipe

    try:
        return find_recipe(network, name)
    except RunError as error:
        raise typer.BadParameter(error.reason, param_hint="--recipe") from None


def _start(
    folder: Path,
    network: Network,
    recipe: "Recipe",
    seed: int,
    data: "Mnist",
    packs: "Sequence[Pack]",
) -> "Run":
    from inkten.training.checks import check_usable
    from inkten.training.runs import Run, TrainingPlan

    checksums = {pack.name: pack.checksum for pack in packs}
    plan = TrainingPlan(network, recipe, seed, data.checksum, checksums)
    check_usable(plan, data)  # first: a run that starts leaves a folder
    return Run.start(folder, plan)


def _save_preview(
    data: "Mnist", packs: "Sequence[Pack]", path: Path, seed: int
) -> None:
    from inkten.drawing import encode_png
    from inkten.files import make_room, write_whole
    from inkten.synthesis.handwriting import Handwriting
    from inkten.synthesis.page import contact_sheet, numbered_pages

    make_room(path)
    handwriting = Handwriting.of(packs) if packs else None
    pages = numbered_pages(
        data.fit_part, PREVIEW_PAGES, seed=seed, handwriting=handwriting
    )
    write_whole(path, encode_png(contact_sheet(pages)))


def _metrics(metrics: Mapping[str, float]) -> str:
    return "  ".join(f"{name} {value:.4f}" for name, value in metrics.items())


def _print_outcome(run: "Run", outcome: "Outcome") -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    figures = outcome.table()
    table = Table(*figures.header)
    for row in figures.rows:
        table.add_row(*row)
    console.print(table)
    if outcome.note:
        console.print(outcome.note)
    report = run.folder / "report.html"
    typer.echo(f"See {report}")  # not through rich: a path may hold [brackets]
