"""The options that several commands share: how to read, with which model, the limits.

Each option is declared once, as a type that the commands annotate their parameters
with; ``read_options`` turns their values into the ``ReadOptions`` of the library.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import typer

from inkten.baseline import read_as_is
from inkten.classification.classifier import Classifier, Classify
from inkten.decimals import DecimalMark
from inkten.image.source import Limits, Picture
from inkten.models.registry import DEFAULT, shipped_classifiers
from inkten.options import MIN_CONFIDENCE, ROTATIONS, ReadOptions
from inkten.reading import Reading

ReadPicture: TypeAlias = Callable[[Picture], Reading]

LIMITS = Limits()  # the defaults
BASELINE_MODEL = "mlp"  # the network that the plain recipe came with
SHIPPED = " or ".join(shipped_classifiers())

# Headings of groups of options in the help.
READING_GROUP = "How to read"
LIMITS_GROUP = "Limits"


def finite(number: float | None) -> float | None:
    """Refuse NaN, which passes every range, and infinity, which passes an open one."""
    if number is not None and not math.isfinite(number):
        raise typer.BadParameter(f"{number} given; expected a finite number")
    return number


Single: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--single", help="Each picture holds one digit.", rich_help_panel=READING_GROUP
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
        "are left out and part numbers.",
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


def load_model(model: str | None) -> Classify:
    """Load a shipped classifier or a model file; the default classifier if None.

    Raises:
        ModelError: the file is missing, damaged, or has other inputs or outputs.
        MissingExtra: a .keras file where Keras is not installed.
    """
    if model is not None and model.endswith(".keras"):
        from inkten.training.keras_classifier import load_keras

        return load_keras(model)
    return Classifier(DEFAULT if model is None else model)


def plain_recipe(limits: Limits) -> ReadPicture:
    """The function that reads a picture with the plain recipe."""
    classifier = Classifier(BASELINE_MODEL)
    return lambda picture: read_as_is(picture, classifier, limits)
