"""``inkten evaluate``: how good a model is, on MNIST or on your own pictures."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from inkten.baseline import BASELINE_MODEL
from inkten.classification.form import ModelForm
from inkten.cli.errors import print_error, with_option
from inkten.cli.figures import print_evaluations
from inkten.cli.options import (
    LIMITS,
    READING_GROUP,
    SHIPPED,
    AsIs,
    DataDir,
    EvaluatedMinConfidence,
    MaxBytes,
    MaxPixels,
    ModelFormOption,
    Rotate,
    Signs,
    Single,
    load_model,
    plain_recipe,
    read_options,
)
from inkten.cli.progress import progress_bar
from inkten.cli.targets import refuse_input
from inkten.errors import InktenError
from inkten.evaluation.method import Method, how_measured
from inkten.files import make_room, write_whole
from inkten.models.registry import DEFAULT
from inkten.options import ReadOptions
from inkten.reader import Reader

if TYPE_CHECKING:
    from inkten.evaluation.answers import Case, Evaluation

MNIST = "mnist"


def evaluate(
    model: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MODEL",
            help=f"The classifier: {SHIPPED}, or a file, .onnx, .keras or .h5 "
            f"(default {DEFAULT}). May be repeated to compare several.",
        ),
    ] = None,
    data: Annotated[
        str,
        typer.Option(
            metavar="DATA",
            help="'mnist' for its test pictures; a labels.csv with the columns file "
            "and text (with --signs also file and written); or a folder with a "
            "subfolder for each digit.",
        ),
    ] = MNIST,
    only: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            help="Only pictures whose note in labels.csv contains this text.",
        ),
    ] = "",
    without: Annotated[
        str,
        typer.Option(
            metavar="TEXT", help="Only pictures whose note does not contain this text."
        ),
    ] = "",
    data_dir: DataDir = None,
    as_json: Annotated[
        bool,
        typer.Option(
            "--json",
            help="Print the figures as JSON.",
        ),
    ] = False,
    predictions: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write each picture's name, text and confidence to this CSV file; an "
            "existing one is replaced.",
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write an HTML page with the figures and the worst mistakes; an "
            "existing file is replaced.",
        ),
    ] = None,
    bare: Annotated[
        bool,
        typer.Option(
            "--bare",
            help="Measure the classifier alone, on 28x28 pictures with white ink on "
            "black.",
            rich_help_panel=READING_GROUP,
        ),
    ] = False,
    as_is: AsIs = False,
    model_form: ModelFormOption = None,
    single: Single = False,
    rotate: Rotate = "auto",
    min_confidence: EvaluatedMinConfidence = 0.0,
    signs: Signs = False,
    max_pixels: MaxPixels = LIMITS.max_pixels,
    max_bytes: MaxBytes = LIMITS.max_bytes,
) -> None:
    """Measure a model: accuracy, calibration, confusions, mistakes.

    Exit status:
    - 0: every picture was read
    - 1: a picture could not be read
    - 2: usage error
    """
    options = read_options(
        single=single,
        rotate=rotate,
        min_confidence=min_confidence,
        max_pixels=max_pixels,
        max_bytes=max_bytes,
        signs=signs,
    )
    method = _method(bare=bare, as_is=as_is, models=model, options=options)
    if model_form and as_is:
        raise typer.BadParameter("--as-is cannot be combined with --model-form")
    models = model or [BASELINE_MODEL if as_is else DEFAULT]
    targets = [target for target in (predictions, report) if target is not None]
    if len(models) > 1 and targets:
        raise typer.BadParameter("--predictions and --report need a single --model")
    for target in targets:
        make_room(target)

    cases = _cases(data, data_dir, only, without, written=signs)
    inputs = [*_files(data, data_dir), *map(Path, models), *_pictures(cases)]
    if predictions:
        refuse_input(predictions, inputs, "--predictions")
    if report:
        refuse_input(report, inputs, "--report")
    evaluations = {
        name: _evaluate(name, cases, method, options, model_form) for name in models
    }
    if as_json:
        chosen = {"data": data, "only": only, "without": without}
        typer.echo(json.dumps(chosen | _to_dict(evaluations, method, options)))
    else:
        print_evaluations(evaluations)
    name, evaluation = next(iter(evaluations.items()))
    if predictions:
        from inkten.evaluation.summary import predictions_csv

        write_whole(predictions, predictions_csv(evaluation))
    if report:
        from inkten.evaluation.report import html_report
        from inkten.evaluation.summary import report_page

        details = how_measured(name, data, method, options)
        write_whole(report, html_report(report_page(evaluation, name, details)))
    for target in targets if not as_json else ():
        typer.echo(f"See {target}")
    if errors := _errors(evaluations):
        for error in errors:
            print_error(error)
        raise typer.Exit(1)


def _method(
    *, bare: bool, as_is: bool, models: list[str] | None, options: ReadOptions
) -> Method:
    """What is to be measured; options that have no effect on it are refused."""
    reads_as_usual = options == ReadOptions(
        min_confidence=options.min_confidence, limits=options.limits
    )
    if as_is:
        if bare or models or options.min_confidence or not reads_as_usual:
            raise typer.BadParameter(
                "--as-is cannot be combined with --bare, --model, --single, --rotate, "
                "--signs or --min-confidence"
            )
        return Method.PLAIN_RECIPE
    if bare:
        if not reads_as_usual or options.limits != LIMITS:
            raise typer.BadParameter(
                "--bare cannot be combined with --single, --rotate, --signs, "
                "--max-pixels or --max-bytes"
            )
        return Method.CLASSIFIER
    return Method.READER


def _cases(
    data: str, data_dir: Path | None, only: str, without: str, *, written: bool
) -> "list[Case]":
    from inkten.datasets import mnist
    from inkten.datasets.labels import load_labels, select_by_note
    from inkten.evaluation.evaluate import labelled_cases, mnist_cases

    if data == MNIST:
        if only or without:
            raise typer.BadParameter("--only and --without need a labels.csv")
        return mnist_cases(mnist.load(data_dir).test_part)
    if data_dir:
        raise typer.BadParameter(f"--data-dir needs --data {MNIST}")
    pictures = load_labels(Path(data), written=written)
    return labelled_cases(select_by_note(pictures, only=only, without=without))


def _files(data: str, data_dir: Path | None) -> list[Path]:
    """The files that say what is on the pictures."""
    from inkten.datasets.labels import LABELS_FILE

    mnist_files = data_dir.iterdir() if data_dir else ()
    return [Path(data), Path(data, LABELS_FILE), *mnist_files]


def _pictures(cases: "list[Case]") -> list[Path]:
    """The pictures that have a file of their own."""
    return [case.picture for case in cases if isinstance(case.picture, Path)]


def _evaluate(
    model: str,
    cases: "list[Case]",
    method: Method,
    options: ReadOptions,
    model_form: ModelForm | None,
) -> "Evaluation":
    from inkten.evaluation.evaluate import (
        evaluate_classifier,
        evaluate_reader,
        evaluate_reading,
    )

    if method is Method.CLASSIFIER:
        classifier = load_model(model, model_form)
        return evaluate_classifier(classifier, cases, options.min_confidence)
    done = 0
    with progress_bar(model) as update:

        def on_case() -> None:
            nonlocal done
            done += 1
            update(done, len(cases))

        if method is Method.PLAIN_RECIPE:
            return evaluate_reading(plain_recipe(options.limits), cases, on_case)
        reader = Reader(load_model(model, model_form))
        return evaluate_reader(reader, cases, options, on_case)


def _errors(evaluations: "dict[str, Evaluation]") -> list[str]:
    """Why pictures could not be read; several models fail on the same ones."""
    errors = (
        with_option(InktenError(answer.error, parameter=answer.parameter))
        for each in evaluations.values()
        for answer in each.unreadable
    )
    return list(dict.fromkeys(errors))


def _to_dict(
    evaluations: "dict[str, Evaluation]", method: Method, options: ReadOptions
) -> dict[str, object]:
    from inkten.evaluation.summary import to_dict

    return {
        "as_is": method is Method.PLAIN_RECIPE,
        "bare": method is Method.CLASSIFIER,
        **asdict(options),
        "rotate": str(options.rotate),
        "models": {name: to_dict(each) for name, each in evaluations.items()},
    }
