"""Keras models as classifiers: tiles in, probabilities out.

    classifier = load_keras("runs/mine/model.keras")
    classifier(tiles)      # (N, 28, 28) float32 -> (N, 10)

Keras runs them itself; no export to ONNX is needed. One that names signs takes
(N, 28, 28, 2) and gives all 26 classes.
"""

import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from inkten.classification.adapt import AdaptedClassifier
from inkten.classification.classes import CLASSES, DIGITS
from inkten.classification.classifier import CheckedClassifier
from inkten.classification.form import ModelForm
from inkten.classification.network import picture_shape
from inkten.classification.tiles import TILE_SIDE
from inkten.errors import ModelError
from inkten.training.backend import keras

WITH_CONTEXT = (None, TILE_SIDE, TILE_SIDE, 2)  # of a model that names signs
BATCH = 1024  # tiles
# Layers that run code stored in the file, or read other files that it names
UNSAFE = {
    *("Lambda", "TorchModuleWrapper", "FlaxLayer", "JaxLayer", "TFSMLayer"),
    *("StringLookup", "IntegerLookup", "TextVectorization"),
}


class KerasNetwork:
    """A Keras model of 28x28 pictures that gives 10 or 11 scores, or names signs.

    Attributes:
        name: what messages call it.
        names_signs: whether it takes tiles with context and gives all 26 classes.
        model: the model, with a softmax in place of sigmoids that were trained as one.
        shape: of one picture.
        type: of the numbers that it takes.
        takes_bytes: whether they are bytes.
    """

    def __init__(self, model: keras.Model, name: str) -> None:
        """Wrap a model; messages call it ``name``.

        Raises:
            ModelError: the model has other inputs or outputs.
        """
        self.name = name
        takes = getattr(model, "input_shape", None)  # None until a model is built
        gives = getattr(model, "output_shape", None)
        if not (isinstance(takes, tuple) and isinstance(gives, tuple)):
            raise ModelError(
                f"takes {takes} and gives {gives}; inkten needs a built model of one "
                "input and one output",
                name=name,
            )
        self.names_signs = takes == WITH_CONTEXT and names_signs(model)
        self.shape = (
            takes[1:] if self.names_signs else picture_shape(name, takes, gives)
        )
        self.type = model.inputs[0].dtype
        self.takes_bytes = self.type == "uint8"
        self.model = model if rejects(model) else with_probabilities(model)

    def __call__(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        """Score (N, 28, 28) pictures, in the range that it takes: (N, 10 or 11).

        If it names signs, (N, 28, 28, 2) tiles with context: (N, 26).
        """
        if self.takes_bytes:
            pictures = pictures.round()
        shaped = pictures.reshape(-1, *self.shape).astype(self.type)
        batches = [
            keras.ops.convert_to_numpy(self.model(shaped[start : start + BATCH]))
            for start in range(0, len(shaped), BATCH)
        ]
        return np.concatenate(batches).astype(np.float32, copy=False)


def load_keras(
    path: str | os.PathLike[str], form: ModelForm | None = None
) -> CheckedClassifier:
    """Load a ``.keras`` or ``.h5`` file as a classifier that Keras runs.

    Only models of Keras's built-in layers are accepted: code that a file may contain
    (lambdas, pickles) is never run.

    Args:
        path: of the file.
        form: how the model takes pictures; found by trial if None.

    Raises:
        ModelError: missing, damaged, or with other inputs or outputs.
    """
    name = os.fspath(path)
    return as_classifier(load_model(name), name, form)


def as_classifier(
    model: keras.Model,
    name: str = "the Keras model",
    form: ModelForm | None = ModelForm(),  # noqa: B008 - frozen
) -> CheckedClassifier:
    """Wrap a Keras model as a classifier.

    Args:
        model: takes pictures of (28, 28), (28, 28, 1), (1, 28, 28) or (784,), and gives
            10 scores or, with "no digit" last, 11; or one that names signs, from
            (N, 28, 28, 2) to (N, 26).
        name: of the model, for error messages.
        form: how it takes pictures; unless given, as inkten's own models do: light ink,
            0..1, to probabilities. None: it is found by trial.

    Raises:
        ModelError: the model has other inputs or outputs.
    """
    network = KerasNetwork(model, name)
    if network.names_signs:  # inkten's own: its form is known
        return CheckedClassifier(network, name)
    return AdaptedClassifier(network, form)


def load_model(name: str) -> keras.Model:
    """Load a Keras model from a file, without running any code in the file.

    Raises:
        ModelError: missing, damaged, or with layers that run code.
    """
    try:
        config = _config(Path(name))
        unsafe = UNSAFE.intersection(_classes(config))
        if unsafe:
            raise ValueError(f"it has a {min(unsafe)} layer, which can run any code")
        return keras.saving.load_model(name, compile=False, safe_mode=True)
    except ModelError:
        raise
    except Exception as error:  # what Keras raises has no common class
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelError(
            f"cannot be loaded ({reason}); expected a model of Keras's built-in layers",
            name=name,
        ) from error


def _config(path: Path) -> Any:
    """How a file describes its model, as plain data."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            return json.loads(archive.read("config.json"))
    with suppress(OSError), h5py.File(path) as file:
        if "model_config" not in file.attrs:
            raise ModelError(
                "holds weights without their model. Save it again with "
                "model.save('NAME.keras')",
                name=str(path),
            )
        return json.loads(file.attrs["model_config"])
    raise ModelError(
        "missing or not a .keras file or an .h5 file of Keras. Save the model again "
        "with model.save('NAME.keras'); pickles are not accepted",
        name=str(path),
    )


def _classes(config: Any) -> Iterator[str]:
    """The name of every class that a model's description mentions."""
    if isinstance(config, dict):
        yield str(config.get("class_name"))
        for value in config.values():
            yield from _classes(value)
    elif isinstance(config, list):
        for value in config:
            yield from _classes(value)


def rejects(model: keras.Model) -> bool:
    """Whether a classifier has more classes than digits: "no digit", or signs."""
    has_more_classes: bool = model.output_shape[-1] > DIGITS
    return has_more_classes


def names_signs(model: keras.Model) -> bool:
    """Whether a classifier has a class for each sign."""
    has_signs: bool = model.output_shape[-1] == len(CLASSES)
    return has_signs


def with_probabilities(model: keras.Model) -> keras.Model:
    """The same classifier with outputs that are probabilities: of digits, or all.

    A softmax stays as it is, without its eleventh class, "no digit", if that is its
    last one.

    Sigmoids are converted as in the loss that trained them. Under JAX and
    PyTorch, Keras's crossentropy divides them by their sum. Under TensorFlow it takes
    the softmax of the logits behind them (``_keras_logits``): sigmoids trained that way
    all end up near 1, so dividing them by their sum would turn a sure answer into 0.35,
    and in float32 several are exactly 1, which hides the greatest.
    """
    outputs, head = model.outputs[0], model.layers[-1]
    if names_signs(model):
        return model
    if rejects(model):
        return keras.Model(model.inputs[0], outputs[:, :DIGITS])
    activation = getattr(head, "activation", None)
    if activation is not keras.activations.sigmoid:
        return model
    if keras.backend.backend() == "tensorflow":
        return _with_softmax(model, head)
    total = keras.ops.sum(outputs, axis=-1, keepdims=True)
    return keras.Model(model.inputs[0], outputs / total)


def _with_softmax(model: keras.Model, head: keras.layers.Layer) -> keras.Model:
    """Replace the sigmoids, in a Dense or in a layer of their own, by a softmax."""
    if isinstance(head, keras.layers.Activation):
        return keras.Model(model.inputs[0], keras.layers.Softmax()(head.input))
    softmax = keras.layers.Dense.from_config(
        {**head.get_config(), "activation": "softmax"}
    )
    probabilities = keras.Model(model.inputs[0], softmax(head.input))
    softmax.set_weights(head.get_weights())
    return probabilities
