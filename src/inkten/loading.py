"""Which models a reader has: those it is given, and those that belong to them."""

import os
from functools import cache

from inkten.classification.classifier import (
    AnyClassifier,
    CheckedClassifier,
    Classifier,
    Classify,
)
from inkten.classification.form import ModelForm
from inkten.classification.loading import load_classifier
from inkten.detection import Detector
from inkten.detection.detect import Detect
from inkten.line_reading import ReadStrips
from inkten.models.registry import DEFAULT, DETECTOR, LINE, shipped_models
from inkten.recognition.line_reader import LineReader
from inkten.signs.verifier import SignVerifier


def classifier_of(
    model: str | os.PathLike[str] | Classify | None,
    threads: int | None,
    form: ModelForm | None,
) -> AnyClassifier:
    """The classifier of that name or file, or the function, checked."""
    if model is None or isinstance(model, str | os.PathLike):
        name = DEFAULT if model is None else model
        return load_classifier(name, threads=threads, form=form)
    return model if isinstance(model, AnyClassifier) else CheckedClassifier(model)


def detector_of(
    given: str | os.PathLike[str] | Detect | None, threads: int | None
) -> Detect:
    """The detector of that file, or the function."""
    if given is None or isinstance(given, str | os.PathLike):
        return Detector(DETECTOR if given is None else given, threads=threads)
    return given


def line_reader_of(
    given: str | os.PathLike[str] | ReadStrips | bool | None,
    model: str | os.PathLike[str] | Classify | None,
    detector: str | os.PathLike[str] | Detect | None,
    threads: int | None,
) -> ReadStrips | None:
    """The line reader that is given, or that belongs to the other models.

    Unless one is asked for, there is none beside a classifier or a detector of the
    user's own, so that the model is judged alone.
    """
    if given is None:
        name = model.name if isinstance(model, Classifier) else model
        is_usual = name in (None, DEFAULT) and detector is None
        given = is_usual and LINE in shipped_models()
    if given is True:
        given = LINE
    if isinstance(given, str | os.PathLike):
        return LineReader(given, threads=threads)
    return given or None


def sign_classifier_beside(
    classifier: AnyClassifier, threads: int | None
) -> AnyClassifier | None:
    """The classifier itself, or the one that ships; None if neither names signs."""
    if classifier.names_signs:
        return classifier
    shipped = _shipped_classifier(threads)
    return shipped if shipped.names_signs else None


def sign_verifier_of(
    sign_classifier: AnyClassifier | None, threads: int | None
) -> SignVerifier | None:
    """The verifier of signs, which has learned how the shipped classifier errs."""
    is_shipped = isinstance(sign_classifier, Classifier) and (
        sign_classifier.name == DEFAULT
    )
    return SignVerifier(threads=threads) if is_shipped else None


@cache
def _shipped_classifier(threads: int | None) -> Classifier:
    """Loaded once, for all readers with a model of their own."""
    return Classifier(DEFAULT, threads=threads)
