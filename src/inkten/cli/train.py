"""``inkten train``: train a network and write a run folder."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkten.cli.errors import INTERRUPTED, one_line
from inkten.cli.figures import metrics_note, print_outcome, print_own
from inkten.cli.options import DataDir
from inkten.cli.progress import progress_bar
from inkten.cli.targets import refuse_input
from inkten.errors import RunError
from inkten.models.registry import LINE, shipped_classifiers

if TYPE_CHECKING:
    from inkten.datasets.mnist import Mnist
    from inkten.datasets.packs import Pack
    from inkten.training.own_digits import OwnDigits
    from inkten.training.recipes import Recipe
    from inkten.training.runs import Run

PREVIEW_PAGES = 64  # as many as fit on one legible sheet


class Network(StrEnum):
    """What can be trained."""

    MLP = "mlp"
    CNN = "cnn"
    DETECTOR = "detector"
    LINE = "line"


CLASSIFIERS = (Network.MLP, Network.CNN)


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
            help="Start from these weights, at a lower learning rate: a .keras file of "
            "the same layers; for a classifier also mlp, cnn or an .onnx file, for the "
            "line reader also line or an .onnx file.",
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
            help="Save a sheet of synthetic training pages as PNG and exit; an "
            "existing file is replaced.",
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
    if network not in CLASSIFIERS:
        if data:
            raise typer.BadParameter("--data trains a classifier: mlp or cnn")
        starts_from_onnx = network == Network.LINE
        if start_from and not (starts_from_onnx or start_from.endswith(".keras")):
            raise typer.BadParameter(
                f"the {network} starts from a .keras file of an earlier run; --from is "
                f"{start_from}"
            )
    if only_mine and not data:
        raise typer.BadParameter("--only-mine needs --data MY-DIGITS")
    if preview:
        refuse_input(preview, _files(data, packs, data_dir, start_from), "--preview")
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

    if resume:
        run = Run.resume(resume, network)
        own = _load_own(run.plan.own_digits)
        if own:
            digits = own.alone() if run.plan.only_own else own.mixed_with(digits)
    else:
        sources = tuple(str(path.absolute()) for path in data or ())
        own = _load_own(sources)
        if own:
            digits = own.alone() if only_mine else own.mixed_with(digits)
        chosen = _recipe(
            network, recipe, epochs=epochs, quick=quick, fine_tune=bool(start_from)
        )
        plan = TrainingPlan(
            *(network, chosen, seed or 0, digits.checksum),
            packs={pack.name: pack.checksum for pack in opened_packs},
            start_from=_absolute(start_from),
            own_digits=sources,
            only_own=only_mine,
        )
        check_usable(plan, digits)  # first: a run that starts leaves a folder
        run = Run.start(out or _dated_folder(network), plan)
    try:
        with progress_bar(f"{network} {run.plan.recipe.name}") as update:
            outcome = train_network(
                run,
                digits,
                lambda step, steps, metrics: update(step, steps, metrics_note(metrics)),
                opened_packs,
            )
    except KeyboardInterrupt:
        command = _resume_command(network, run, data_dir, packs or ())
        typer.echo(f"Stopped. Resume with: {command}", err=True)
        raise typer.Exit(INTERRUPTED) from None
    print_outcome(run, outcome)
    if own:
        from inkten.training.own_digits import record_held_back

        print_own(len(own.train), record_held_back(own, run))


def _files(
    data: list[Path] | None,
    packs: list[Path] | None,
    data_dir: Path | None,
    start_from: str | None,
) -> Iterator[Path]:
    """The files that a training reads, as far as these options name them."""
    for path in (*(data or ()), *(packs or ()), data_dir, start_from):
        if path:
            yield Path(path)
            yield from Path(path).rglob("*")


def _recipe(
    network: Network,
    name: str | None,
    *,
    epochs: int | None,
    quick: bool,
    fine_tune: bool,
) -> "Recipe":
    """The recipe of that name, with what the other options change in it."""
    from inkten.training.recipes import find_recipe

    try:
        recipe = find_recipe(network, name)
    except RunError as error:
        raise typer.BadParameter(error.reason, param_hint="--recipe") from None
    if fine_tune:
        recipe = recipe.fine_tuning()
    if quick:
        recipe = recipe.shortened()
    return replace(recipe, epochs=epochs) if epochs else recipe


def _load_own(sources: Sequence[str]) -> "OwnDigits | None":
    """The user's digits, if any; pictures that are left out are named."""
    if not sources:
        return None
    from inkten.training.own_digits import load_own_digits

    own = load_own_digits(sources)
    for each in own.left_out:
        typer.echo(one_line(f"left out: {each.name}: {each.reason}"), err=True)
    return own


def _absolute(model: str | None) -> str:
    """The model that a run starts from, as a resumed run finds it again."""
    if model is None or model in (*shipped_classifiers(), LINE):
        return model or ""
    return str(Path(model).absolute())


def _dated_folder(network: Network) -> Path:
    return Path("runs") / f"{network}-{datetime.now():%Y%m%d-%H%M%S}"


def _resume_command(
    network: Network, run: "Run", data_dir: Path | None, packs: Sequence[Path]
) -> str:
    """What to type to continue the run: its folder does not hold its data."""
    command = ["inkten", "train", network, "--resume", str(run.folder)]
    if data_dir:
        command += ["--data-dir", str(data_dir)]
    for folder in packs:
        command += ["--packs", str(folder)]
    return shlex.join(command)


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
