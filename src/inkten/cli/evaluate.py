"""``inkten evaluate``: how good a model is, on MNIST or on one's own pictures."""

import json
import platform
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkten.cli.errors import complain
from inkten.cli.options import (
    AS_IS_ALONE,
    AS_IS_HELP,
    MODEL_HELP,
    PLAIN_MODEL,
    MaxBytes,
    MaxPixels,
    MinConfidence,
    Rotate,
    Single,
    load_model,
    plain_recipe,
)
from inkten.errors import MissingExtra
from inkten.files import make_room, write_whole
from inkten.image.source import Limits
from inkten.models.registry import DEFAULT, DETECTOR, sha256_of
from inkten.options import ROTATIONS, ReadOptions
from inkten.reader import Reader

if TYPE_CHECKING:
    from rich.progress import Progress

    from inkten.evaluation.answers import Case, Evaluation

MNIST = "mnist"
LIMITS = Limits()  # unless told otherwise


@dataclass(frozen=True)
class Way:
    """How pictures come to the model."""

    as_is: bool
    bare: bool
    single: bool
    rotate: str
    min_confidence: float
    limits: Limits

    @property
    def words(self) -> str:
        """The way as a report says it."""
        if self.as_is:
            return "the plain recipe"
        if self.bare:
            return "the classifier alone"
        single = ", one digit a picture" if self.single else ""
        turned = "" if self.rotate == "0" else f", turned by {self.rotate}"
        return f"the whole way{single}{turned}"


def evaluate(
    model: Annotated[
        list[str] | None,
        typer.Option(help=f"{MODEL_HELP} May be repeated."),
    ] = None,
    data: Annotated[
        str,
        typer.Option(
            help="mnist (its test pictures), a labels.csv with the columns file and "
            "text, or a folder with one subfolder per digit.",
        ),
    ] = MNIST,
    only: Annotated[
        str, typer.Option(help="Only pictures whose note in labels.csv holds this.")
    ] = "",
    without: Annotated[
        str, typer.Option(help="Only pictures whose note does not hold this.")
    ] = "",
    bare: Annotated[
        bool,
        typer.Option(
            "--bare", help="The classifier alone, on 28x28 pictures as they are."
        ),
    ] = False,
    as_is: Annotated[bool, typer.Option("--as-is", help=AS_IS_HELP)] = False,
    single: Single = False,
    rotate: Rotate = "0",
    min_confidence: MinConfidence = 0.0,
    predictions: Annotated[
        Path | None,
        typer.Option(help="Write file, text and confidence to this CSV file."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write a page with the worst mistakes (HTML).")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the figures as JSON.")
    ] = False,
    data_dir: Annotated[
        Path | None,
        typer.Option(help="MNIST's files, or others in their form; else embedded."),
    ] = None,
    max_pixels: MaxPixels = LIMITS.max_pixels,
    max_bytes: MaxBytes = LIMITS.max_bytes,
) -> None:
    """Measure a model: accuracy, calibration, confusions, mistakes.

    Exit status: 0 all read, 1 something could not be read, 2 wrong usage.
    """
    if as_is and (model or single or bare or rotate != "0" or min_confidence):
        raise typer.BadParameter(
            f"{AS_IS_ALONE} --model, --single, --bare, --rotate and --min-confidence"
        )
    limits = Limits(max_pixels, max_bytes)
    if bare and (single or rotate != "0" or limits != LIMITS):
        raise typer.BadParameter(
            "--bare shows one digit as it is; leave --single, --rotate, --max-pixels "
            "and --max-bytes out"
        )
    way = Way(as_is, bare, single, rotate, min_confidence, limits)
    models = model or [PLAIN_MODEL if as_is else DEFAULT]
    targets = [target for target in (predictions, report) if target is not None]
    if len(models) > 1 and targets:
        raise typer.BadParameter("--predictions and --report go with one --model")
    for target in targets:
        make_room(target)

    from inkten.evaluation.report import html_report
    from inkten.evaluation.summary import predictions_csv, report_page, to_dict

    cases = _cases(data, data_dir, only, without)
    if report:
        _check_report(cases)
    done = {name: _evaluate(name, cases, way) for name in models}
    if as_json:
        told = {name: to_dict(evaluation) for name, evaluation in done.items()}
        chosen = {"data": data, "only": only, "without": without}
        typer.echo(json.dumps({**chosen, **asdict(way), "models": told}))
    else:
        _print_table(done)
    name, evaluation = next(iter(done.items()))
    if predictions:
        write_whole(predictions, predictions_csv(evaluation))
    if report:
        details = _details(name, data, way)
        write_whole(report, html_report(report_page(evaluation, name, details)))
    unreadable = [answer for each in done.values() for answer in each.unreadable]
    for error in dict.fromkeys(answer.error for answer in unreadable):
        complain(error)
    if unreadable:
        raise typer.Exit(1)


def _cases(data: str, data_dir: Path | None, only: str, without: str) -> "list[Case]":
    from inkten.datasets import mnist
    from inkten.datasets.labels import load_labels, select_by_note
    from inkten.evaluation.evaluate import labelled_cases, mnist_cases

    if data == MNIST:
        if only or without:
            raise typer.BadParameter("--only and --without go with a labels.csv")
        return mnist_cases(mnist.load(data_dir).test_part)
    if data_dir:
        raise typer.BadParameter(f"--data-dir goes with --data {MNIST}")
    pictures = load_labels(Path(data))
    return labelled_cases(select_by_note(pictures, only=only, without=without))


def _check_report(cases: "list[Case]") -> None:
    """Ask before the work for what the page will be drawn with."""
    of_one_digit = any(len(case.text) == 1 for case in cases)  # confusions are drawn
    if of_one_digit and find_spec("matplotlib") is None:
        raise MissingExtra("A report's drawing of confusions", "train")


def _evaluate(model: str, cases: "list[Case]", way: Way) -> "Evaluation":
    from inkten.evaluation.evaluate import (
        evaluate_classifier,
        evaluate_reader,
        evaluate_reading,
    )

    if way.bare:
        return evaluate_classifier(load_model(model), cases, way.min_confidence)
    with _bar() as bar:
        task = bar.add_task(model, total=len(cases))

        def advance() -> None:
            bar.advance(task)

        if way.as_is:
            return evaluate_reading(plain_recipe(way.limits), cases, advance)
        options = ReadOptions(
            single=way.single,
            rotate=ROTATIONS[way.rotate],
            min_confidence=way.min_confidence,
            limits=way.limits,
        )
        return evaluate_reader(Reader(load_model(model)), cases, options, advance)


def _bar() -> "Progress":
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def _details(model: str, data: str, way: Way) -> dict[str, str]:
    """The small print: enough to measure the same once more."""
    from inkten.versions import command, versions

    told = {
        "command": command(),
        "data": data,
        "measured": way.words,
        "model": f"{model}, SHA-256 {sha256_of(model)}",
    }
    if not way.bare and not way.as_is:
        told["detector"] = f"{DETECTOR}, SHA-256 {sha256_of(DETECTOR)}"
    parts = (f"{part} {number}" for part, number in versions().items())
    return told | {"versions": ", ".join(parts), "machine": platform.platform()}


def _print_table(done: "dict[str, Evaluation]") -> None:
    from rich.console import Console
    from rich.table import Table

    from inkten.evaluation.summary import rows

    console = Console(markup=False, emoji=False)  # a path is neither
    shown = {name: rows(evaluation) for name, evaluation in done.items()}
    table = Table("", *shown)
    for row in dict.fromkeys(row for figures in shown.values() for row in figures):
        table.add_row(row, *(figures.get(row, "") for figures in shown.values()))
    console.print(table)
