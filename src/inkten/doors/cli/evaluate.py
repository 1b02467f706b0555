"""``inkten evaluate``: how good a model is, on MNIST or on one's own pictures."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkten.doors.cli.models import load_model
from inkten.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inkten.evaluation.evaluate import Case, Evaluation

MNIST = "mnist"


def evaluate(
    model: Annotated[
        list[str] | None,
        typer.Option(help="mlp, or a file: M.onnx or M.keras; may be repeated."),
    ] = None,
    data: Annotated[
        str,
        typer.Option(
            help="mnist (its test pictures), a labels.csv with the columns file and "
            "text, or a folder with one subfolder per digit.",
        ),
    ] = MNIST,
    bare: Annotated[
        bool,
        typer.Option(
            "--bare", help="The classifier alone, on 28x28 pictures as they are."
        ),
    ] = False,
    single: Annotated[
        bool, typer.Option("--single", help="Each picture holds one digit.")
    ] = False,
    min_confidence: Annotated[
        float, typer.Option(min=0, max=1, help="A digit less sure is read as '?'.")
    ] = 0.0,
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
) -> None:
    """Measure a model: accuracy, calibration, confusions, mistakes."""
    from inkten.evaluation.report import html_report
    from inkten.evaluation.summary import page, predictions_csv, to_dict

    models = model or ["mlp"]
    if len(models) > 1 and (predictions or report):
        raise typer.BadParameter("--predictions and --report go with one --model")
    cases = _cases(data, data_dir)
    done = {
        name: _evaluate(name, cases, bare, single, min_confidence) for name in models
    }
    if as_json:
        told = {name: to_dict(evaluation) for name, evaluation in done.items()}
        typer.echo(json.dumps({"data": data, "bare": bare, "models": told}))
    else:
        _print_table(done)
    name, evaluation = next(iter(done.items()))
    if predictions:
        write_whole(predictions, predictions_csv(evaluation))
    if report:
        way = "the classifier alone" if bare else "the whole way"
        details = {"data": data, "measured": way, "single": "yes" if single else "no"}
        write_whole(report, html_report(page(evaluation, name, details)))


def _cases(data: str, data_dir: Path | None) -> "list[Case]":
    from inkten.datasets import mnist
    from inkten.datasets.labels import load_labels
    from inkten.evaluation.evaluate import labelled_cases, mnist_cases

    if data == MNIST:
        return mnist_cases(mnist.load(data_dir).test_part)
    if data_dir:
        raise typer.BadParameter(f"--data-dir goes with --data {MNIST}")
    return labelled_cases(load_labels(Path(data)))


def _evaluate(
    model: str,
    cases: "Sequence[Case]",
    bare: bool,
    single: bool,
    min_confidence: float,
) -> "Evaluation":
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress, TimeRemainingColumn

    from inkten.evaluation.evaluate import evaluate_classifier, evaluate_reader
    from inkten.reader import Reader

    classifier = load_model(model)
    if bare:
        return evaluate_classifier(classifier, cases, min_confidence)
    reader = Reader(classifier, min_confidence=min_confidence)
    columns = (*Progress.get_default_columns()[:2], MofNCompleteColumn())
    with Progress(
        *columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True
    ) as progress:
        task = progress.add_task(model, total=len(cases))
        return evaluate_reader(
            reader, cases, single=single, on_case=lambda: progress.advance(task)
        )


def _print_table(done: "dict[str, Evaluation]") -> None:
    from rich.console import Console
    from rich.table import Table

    from inkten.evaluation.summary import rows

    console = Console()
    shown = {name: rows(evaluation) for name, evaluation in done.items()}
    table = Table("", *shown)
    for row in dict.fromkeys(row for figures in shown.values() for row in figures):
        table.add_row(row, *(figures.get(row, "") for figures in shown.values()))
    console.print(table)
    for name, evaluation in done.items():
        for answer in evaluation.unreadable:
            console.print(f"{name}: {answer.error}", markup=False, highlight=False)
