"""Which models a reader loads beside its classifier and its detector."""

import os
from functools import cache

from inkten.classification.classifier import AnyClassifier, Classifier, Classify
from inkten.detection.detect import Detect
from inkten.line_reading import ReadStrips
from inkten.models.registry import DEFAULT, LINE, shipped_models
from inkten.recognition.line_reader import LineReader


def load_line_reader(
    given: str | os.PathLike[str] | ReadStrips | bool | None,
    model: str | os.PathLike[str] | Classify | None,
    detector: str | os.PathLike[str] | Detect | None,
    threads: int | None,
) -> ReadStrips | None:
    """The line reader that is given, or that belongs to the other models.

    Unless one is asked for, there is none beside a classifier or a detector of the
    user's own, which is then seen as it is.
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


@cache
def _shipped_classifier(threads: int | None) -> Classifier:
    """Loaded once, for all readers with a model of their own."""
    return Classifier(DEFAULT, threads=threads)
