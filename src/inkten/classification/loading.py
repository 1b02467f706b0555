"""Any model file -> a classifier: what ships, ONNX, and what Keras saves."""

import os
from difflib import get_close_matches
from pathlib import Path

from inkten.classification.adapt import AdaptedClassifier
from inkten.classification.classifier import AnyClassifier, Classifier
from inkten.classification.form import ModelForm
from inkten.classification.network import OnnxNetwork
from inkten.errors import MissingExtra, ModelError
from inkten.models.graph import has_card
from inkten.models.registry import MODEL_SUFFIX, read_model, shipped_classifiers

KERAS_SUFFIXES = (".keras", ".h5", ".hdf5")
MODEL_OF_RUN = "model.onnx"  # in the folder of a training
SUFFIXES = (MODEL_SUFFIX, *KERAS_SUFFIXES)


def load_classifier(
    model: str | os.PathLike[str],
    *,
    threads: int | None = None,
    form: ModelForm | None = None,
) -> AnyClassifier:
    """Load a classifier by the name of one that ships, or by the path of a file.

    Args:
        model: a name; an ONNX file; or a ``.keras`` or ``.h5`` file, which Keras runs.
            Pictures of (28, 28), (28, 28, 1), (1, 28, 28) or (784,), ten scores, or
            eleven with "no digit" last.
        threads: processor threads for one call; all cores if None.
        form: how a model of someone else takes pictures; found by trial if None. A file
            of inkten's, with a card, says so itself.

    Raises:
        ModelError: missing, damaged, or with other inputs or outputs.
        MissingExtra: Keras, which runs the file, is not installed.
    """
    name = os.fspath(model)
    if not name:
        raise ModelError(
            "the name of the model is empty; expected "
            f"{' or '.join(shipped_classifiers())}, or the path of a file"
        )
    suffix = Path(name).suffix.lower()
    if name not in shipped_classifiers() and suffix not in SUFFIXES:
        if (inside := Path(name, MODEL_OF_RUN)).is_file():
            raise ModelError(f"{name} is the folder of a training; expected {inside}")
        raise ModelError(
            f"{name} is not a classifier that inkten knows; expected "
            f"{' or '.join(shipped_classifiers())}, or a file ending in "
            f"{', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}.{_hint(name)}"
        )
    if suffix in KERAS_SUFFIXES:
        if not os.path.exists(name):  # noqa: PTH110 - Path's raises for a long name
            raise ModelError("cannot be read: No such file or directory", name=name)
        return _load_keras(name, form)
    if name in shipped_classifiers() or (form is None and has_card(read_model(name))):
        return Classifier(name, threads=threads)
    return AdaptedClassifier(OnnxNetwork(name, threads), form)


def _hint(name: str) -> str:
    """What to do about a name that is no classifier's, if that is known."""
    if Path(name).suffix:
        return (
            " (PyTorch's .pt and .pth files and pickles can run code: export the model "
            "to ONNX.)"
        )
    alike = get_close_matches(name.lower(), shipped_classifiers(), n=1)
    return f" Did you mean {alike[0]}?" if alike else ""


def _load_keras(name: str, form: ModelForm | None) -> AnyClassifier:
    # The exception from "imports look down" in pyproject.toml: what Keras saved, Keras
    # has to run, and only training imports it.
    try:
        from inkten.training.keras_classifier import load_keras
    except (ModuleNotFoundError, MissingExtra) as error:
        raise MissingExtra("Reading with a Keras model", "train") from error
    return load_keras(name, form)
