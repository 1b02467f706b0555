"""The options that several commands share: how to read, with which model, the limits.

Each option is declared once, as a type that the commands annotate their parameters
with; ``read_options`` turns their values into the ``ReadOptions`` of the library.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

from inkten.baseline import BASELINE_MODEL, read_as_is
from inkten.classification.adapt import AdaptedClassifier
from inkten.classification.classifier import AnyClassifier, Classifier, Classify
from inkten.classification.form import ModelForm
from inkten.classification.loading import load_classifier
from inkten.cli.errors import print_error
from inkten.decimals import DecimalMark
from inkten.image.source import Limits, Picture
from inkten.models.registry import DEFAULT, shipped_classifiers
from inkten.options import MIN_CONFIDENCE, ROTATIONS, ReadOptions
from inkten.reading import Reading

ReadPicture: TypeAlias = Callable[[Picture], Reading]

LIMITS = Limits()  # the defaults
SHIPPED = " or ".join(shipped_classifiers())

# Headings of groups of options in the help.
READING_GROUP = "How to read"
LIMITS_GROUP = "Limits"


def finite(number: float | None) -> float | None:
    """Refuse NaN, which passes every range, and infinity, which passes an open one."""
    if number is not None and not math.isfinite(number):
        raise typer.BadParameter(f"{number} given; expected a finite number")
    return number


def model_form(text: str) -> ModelForm:
    """The form that a text names."""
    try:
        return ModelForm.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


Single: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--single",
        help="Each picture holds exactly one digit.",
        rich_help_panel=READING_GROUP,
    ),
]
Rotate: TypeAlias = Annotated[
    Literal["0", "90", "180", "270", "auto"],
    typer.Option(
        metavar="DEGREES",
        help="Degrees to turn the picture clockwise: 0, 90, 180 or 270. auto turns it "
        "only if its digits are much surer another way up.",
        rich_help_panel=READING_GROUP,
    ),
]
MinConfidence: TypeAlias = Annotated[
    float,
    typer.Option(
        min=0,
        max=1,
        callback=finite,
        metavar="NUMBER",
        help="Read digits of lower confidence (0 to 1) as '?'.",
        rich_help_panel=READING_GROUP,
    ),
]
EvaluatedMinConfidence: TypeAlias = Annotated[
    float,
    typer.Option(
        min=0,
        max=1,
        callback=finite,
        metavar="NUMBER",
        help="Read digits of lower confidence (0 to 1) as '?'. Here the default is 0: "
        f"every best guess counts. 'inkten read' uses {MIN_CONFIDENCE}.",
        rich_help_panel=READING_GROUP,
    ),
]
Signs: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--signs",
        help="Read numbers as they are written: 12.50, -3, 10:30, 3/4. Otherwise signs "
        "are left out and split numbers: 3/4 becomes 3 4.",
        rich_help_panel=READING_GROUP,
    ),
]
WrittenMark: TypeAlias = Annotated[
    Literal["auto", ".", ","],
    typer.Option(
        "--decimal-mark",
        metavar="MARK",
        help="The mark of decimals: . or , or auto, which decides by the numbers of "
        "the page.",
        rich_help_panel=READING_GROUP,
    ),
]
AsIs: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--as-is",
        help="Read with the plain recipe, for comparison: convert to gray, resize to "
        f"28x28, divide by 255, take the {BASELINE_MODEL}'s best guess.",
        rich_help_panel=READING_GROUP,
    ),
]
MaxPixels: TypeAlias = Annotated[
    int,
    typer.Option(
        min=1,
        metavar="NUMBER",
        show_default="100 million",
        help="Refuse pictures with more pixels, before decoding them.",
        rich_help_panel=LIMITS_GROUP,
    ),
]
MaxBytes: TypeAlias = Annotated[
    int,
    typer.Option(
        min=1,
        metavar="NUMBER",
        show_default="100 million",
        help="Refuse larger files, before reading them.",
        rich_help_panel=LIMITS_GROUP,
    ),
]
ModelOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--model",
        metavar="MODEL",
        help=f"The classifier: {SHIPPED}, or a file, .onnx, .keras or .h5 (default "
        f"{DEFAULT}).",
        rich_help_panel=READING_GROUP,
    ),
]
ModelFormOption: TypeAlias = Annotated[
    ModelForm | None,
    typer.Option(
        "--model-form",
        metavar="FORM",
        parser=model_form,
        help="How a model of someone else takes pictures, such as 'dark ink, 0..255, "
        "logits'; found by trial if not given.",
        rich_help_panel=READING_GROUP,
    ),
]
DataDir: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="FOLDER",
        help="Read the data set, in MNIST's format, from this folder instead of the "
        "MNIST that ships.",
    ),
]


def read_options(
    *,
    single: bool,
    rotate: str,
    min_confidence: float,
    max_pixels: int,
    max_bytes: int,
    signs: bool = False,
    decimal_mark: DecimalMark = "auto",
) -> ReadOptions:
    """The library's options from the values on the command line."""
    limits = Limits(max_pixels, max_bytes)
    return ReadOptions(
        single, ROTATIONS[rotate], min_confidence, limits, signs, decimal_mark
    )


def load_model(model: str | None, form: ModelForm | None = None) -> AnyClassifier:
    """Load a shipped classifier or a model file; the default classifier if None.

    What is assumed about a model of someone else is said on standard error.

    Raises:
        ModelError: the file is missing, damaged, or has other inputs or outputs.
        MissingExtra: a Keras file where Keras is not installed.
    """
    classifier = load_classifier(DEFAULT if model is None else model, form=form)
    say_assumption(classifier)
    return classifier


def announce_model(model: str) -> None:
    """Say what is assumed about a model that other processes will load.

    Raises:
        ModelError: the file is missing, damaged, or has other inputs or outputs.
        MissingExtra: a Keras file where Keras is not installed.
    """
    if model not in shipped_classifiers():
        load_model(model)


def say_assumption(classifier: Classify) -> None:
    """Say on standard error what was assumed about a model of someone else."""
    if isinstance(classifier, AdaptedClassifier) and classifier.assumption:
        print_error(f"{classifier.name}: {classifier.assumption}")


def plain_recipe(limits: Limits) -> ReadPicture:
    """The function that reads a picture with the plain recipe."""
    classifier = Classifier(BASELINE_MODEL)
    return lambda picture: read_as_is(picture, classifier, limits)
