"""The options that several commands share: what is to read the pictures, and how."""

import math
from collections.abc import Callable
from typing import Annotated, Literal, TypeAlias

import typer

from inkten.baseline import read_as_is
from inkten.classification.classifier import Classifier, Classify
from inkten.image.source import Limits, Picture
from inkten.models.registry import DEFAULT, shipped_classifiers
from inkten.reading import Reading

Read: TypeAlias = Callable[[Picture], Reading]
MODEL_HELP = (
    f"{' or '.join(shipped_classifiers())}, or a file: M.onnx or M.keras; {DEFAULT} "
    "if not given."
)
PLAIN_MODEL = "mlp"  # the network that the plain recipe came with
AS_IS_HELP = (
    "The plain recipe, for comparison: gray, resize to 28x28, divide by 255, arg max; "
    f"always with the {PLAIN_MODEL}."
)


def finite(number: float | None) -> float | None:
    """Refuse NaN, which every range lets pass, and infinity, which an open one does."""
    if number is not None and not math.isfinite(number):
        raise typer.BadParameter(f"{number} came; expected a finite number")
    return number


Rotate: TypeAlias = Annotated[
    Literal["0", "90", "180", "270", "auto"],
    typer.Option(help="Turn clockwise first; auto keeps the surest turn."),
]
Single: TypeAlias = Annotated[
    bool, typer.Option("--single", help="Each picture holds one digit.")
]
MinConfidence: TypeAlias = Annotated[
    float,
    typer.Option(
        min=0, max=1, callback=finite, help="A digit less sure is read as '?'."
    ),
]
MaxPixels: TypeAlias = Annotated[
    int, typer.Option(min=1, help="Refuse larger pictures undecoded.")
]
MaxBytes: TypeAlias = Annotated[
    int, typer.Option(min=1, help="Refuse larger files unread.")
]
AS_IS_ALONE = f"--as-is is the plain recipe with the {PLAIN_MODEL}: it goes without"


def load_model(model: str | None) -> Classify:
    """Return the classifier that was asked for, the shipped default if none was.

    Raises:
        ModelError: the file is missing, damaged or of another form.
        MissingExtra: a .keras file where Keras is not installed.
    """
    if model is not None and model.endswith(".keras"):
        from inkten.training.keras_classifier import load_keras

        return load_keras(model)
    return Classifier(DEFAULT if model is None else model)


def plain_recipe(limits: Limits | None = None) -> Read:
    """Return what reads a picture by the plain recipe."""
    classifier = Classifier(PLAIN_MODEL)
    return lambda picture: read_as_is(picture, classifier, limits)
