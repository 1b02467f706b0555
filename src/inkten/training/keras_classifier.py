"""Keras models as classifiers: tiles in, probabilities out.

    classifier = load_keras("runs/mine/model.keras")
    classifier(tiles)      # (N, 28, 28) float32 -> (N, 10)

Keras runs them itself; no export to ONNX is needed. One that names signs takes
(N, 28, 28, 2) and gives all 26 classes.
"""

import os
import zipfile

import numpy as np
from numpy.typing import NDArray

from inkten.classification.classes import CLASSES, DIGITS
from inkten.classification.classifier import CheckedClassifier
from inkten.errors import ModelError
from inkten.training.backend import keras

SHAPES = (  # input and output; the eleventh class is "no digit"
    ((None, 28, 28), (None, DIGITS)),
    ((None, 28, 28), (None, DIGITS + 1)),
    ((None, 28, 28, 2), (None, len(CLASSES))),
)
BATCH = 1024  # tiles


def load_keras(path: str | os.PathLike[str]) -> CheckedClassifier:
    """Load a ``.keras`` file as a classifier that Keras runs.

    Only models of Keras's built-in layers are accepted: code that a file may contain
    (lambdas, pickles) is never run.

    Raises:
        ModelError: missing, damaged, or with other inputs or outputs.
    """
    name = os.fspath(path)
    if not zipfile.is_zipfile(name):
        raise ModelError(
            "missing or not a .keras file (a zip archive; older .h5 files and pickles "
            "are not accepted). Save it again with model.save('NAME.keras').",
            name=name,
        )
    try:
        model = keras.saving.load_model(name, compile=False, safe_mode=True)
    except Exception as error:  # what Keras raises has no common class
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelError(
            f"cannot be loaded ({reason}); expected a model of Keras's built-in "
            "layers. Train one with 'inkten train mlp'.",
            name=name,
        ) from error
    input_shape = getattr(model, "input_shape", None)  # None until a model is built
    output_shape = getattr(model, "output_shape", None)
    if (input_shape, output_shape) not in SHAPES:
        raise ModelError(
            f"takes {input_shape} and gives {output_shape}; inkten needs "
            "(None, 28, 28) and (None, 10), or (None, 11) with 'no digit' last; or "
            f"(None, 28, 28, 2) and (None, {len(CLASSES)}). Train one with 'inkten "
            "train mlp'.",
            name=name,
        )
    return as_classifier(model, name)


def as_classifier(
    model: keras.Model, name: str = "the Keras model"
) -> CheckedClassifier:
    """Wrap a Keras model of tiles (N, 28, 28) in 0..1, ink = 1, as a classifier.

    Args:
        model: gives (N, 10) or, with "no digit" last, (N, 11); or one that names signs,
            from (N, 28, 28, 2) to (N, 26).
        name: of the model, for error messages.
    """
    probabilities = with_probabilities(model)

    def classify(tiles: NDArray[np.float32]) -> NDArray[np.float32]:
        batches = [
            keras.ops.convert_to_numpy(probabilities(tiles[start : start + BATCH]))
            for start in range(0, len(tiles), BATCH)
        ]
        return np.concatenate(batches)

    classifier = CheckedClassifier(classify, name)
    classifier.rejects = rejects(model)
    classifier.names_signs = names_signs(model)
    return classifier


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
