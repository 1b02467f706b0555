"""``inkten train``: train a network and write a run folder."""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkten.cli.errors import INTERRUPTED, one_line
from inkten.cli.options import DataDir
from inkten.cli.progress import progress_bar
from inkten.errors import RunError
from inkten.models.registry import shipped_classifiers

if TYPE_CHECKING:
    from inkten.datasets.mnist import Mnist
    from inkten.datasets.packs import Pack
    from inkten.training.outcome import Outcome
    from inkten.training.own_digits import OwnDigits
    from inkten.training.recipes import Recipe
    from inkten.training.runs import Run

FINE_TUNING_RATE = 0.1  # of a recipe's learning rate: the weights are good already
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
    data: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="MY-DIGITS",
            help="Also train a classifier on your own digits: a folder with a "
            "subfolder for each digit, or a labels.csv. A fifth is held back to "
            "measure. May be repeated.",
        ),
    ] = None,
    only_mine: Annotated[
        bool,
        typer.Option(
            "--only-mine", help="Train on the digits of --data, without MNIST."
        ),
    ] = False,
    start_from: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="MODEL",
            help="Start from the weights of this classifier, at a tenth of the "
            "learning rate: mlp, cnn, or a .keras or .onnx file of the same layers.",
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
    settings = (recipe, out, seed, epochs, data, start_from)
    flags = quick or only_mine
    if resume and (flags or any(setting is not None for setting in settings)):
        raise typer.BadParameter(
            "a resumed run keeps its own --recipe, --out, --seed, --epochs, --quick, "
            "--data, --only-mine and --from"
        )
    _check_own(network, data, only_mine, start_from)
    from inkten.datasets import mnist
    from inkten.datasets.packs import load_packs

    digits = mnist.load(data_dir)
    opened_packs = load_packs(packs or ())
    if preview:
        _save_preview(digits, opened_packs, preview, seed or 0)
        return
    typer.echo("Loading Keras; this may take a while.", err=True)
    from inkten.training.checks import check_usable
    from inkten.training.runs import Run, TrainingPlan
    from inkten.training.train import train as train_network

    own = None
    if resume:
        run = Run.resume(resume, network)
        if run.plan.own_digits:
            own, digits = _with_own(run.plan.own_digits, digits, only=run.plan.only_own)
    else:
        sources = tuple(str(path.absolute()) for path in data or ())
        if sources:
            own, digits = _with_own(sources, digits, only=only_mine)
        chosen = _recipe(network, recipe)
        if start_from:
            chosen = replace(
                chosen, learning_rate=chosen.learning_rate * FINE_TUNING_RATE
            )
        if quick:
            chosen = chosen.shortened()
        if epochs:
            chosen = replace(chosen, epochs=epochs)
        folder = out or Path("runs") / f"{network}-{datetime.now():%Y%m%d-%H%M%S}"
        plan = TrainingPlan(
            *(network, chosen, seed or 0, digits.checksum),
            packs={pack.name: pack.checksum for pack in opened_packs},
            start_from=_absolute(start_from),
            own_digits=sources,
            only_own=only_mine,
        )
        check_usable(plan, digits)  # first: a run that starts leaves a folder
        run = Run.start(folder, plan)
    try:
        with progress_bar(f"{network} {run.plan.recipe.name}") as update:
            outcome = train_network(
                run,
                digits,
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
    if own is not None:
        _print_own(run, own)


def _recipe(network: Network, name: str | None) -> "Recipe":
    from inkten.training.recipes import find_recipe

    try:
        return find_recipe(network, name)
    except RunError as error:
        raise typer.BadParameter(error.reason, param_hint="--recipe") from None


def _check_own(
    network: Network,
    data: list[Path] | None,
    only_mine: bool,
    start_from: str | None,
) -> None:
    if network == Network.DETECTOR and (data or start_from):
        raise typer.BadParameter("--data and --from train a classifier: mlp or cnn")
    if only_mine and not data:
        raise typer.BadParameter("--only-mine needs --data MY-DIGITS")


def _with_own(
    sources: "Sequence[str]", data: "Mnist", *, only: bool
) -> "tuple[OwnDigits, Mnist]":
    """The user's digits, and the data to train on: with MNIST's, or alone."""
    from inkten.training.own_digits import load_own_digits

    own = load_own_digits(sources)
    for each in own.left_out:
        typer.echo(one_line(f"left out: {each.name}: {each.reason}"), err=True)
    return own, own.alone() if only else own.mixed_with(data)


def _absolute(model: str | None) -> str:
    """The model that a run starts from, as a resumed run finds it again."""
    if model is None or model in shipped_classifiers():
        return model or ""
    return str(Path(model).absolute())


def _print_own(run: "Run", own: "OwnDigits") -> None:
    """The digits held back, and record them in the run folder."""
    from inkten.classification.classifier import Classifier
    from inkten.files import write_whole
    from inkten.training.own_digits import measure_own

    scores = measure_own(Classifier(run.folder / "model.onnx"), own)
    share = scores.accuracy
    record = {
        "sources": list(run.plan.own_digits),
        "only_mine": run.plan.only_own,
        "trained_on": len(own.train),
        "held_back": share.total,
        "correct": share.part,
        "left_out": [asdict(each) for each in own.left_out],
    }
    write_whole(run.folder / "own_digits.json", json.dumps(record, indent=2))
    typer.echo(
        f"Your own digits: {share.part} of the {share.total} held back are named "
        f"correctly; {len(own.train)} were trained on."
    )


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
    from inkten.training.results import next_steps

    command, why = next(iter(next_steps(run).items()))
    typer.echo(f"{why} {command}")
    report = run.folder / "report.html"
    typer.echo(f"See {report}")  # not through rich: a path may hold [brackets]
