"""Keras models as classifiers: pictures in, probabilities out.

classifier = load_keras("runs/mine/model.keras")
classifier(tiles)      # (N, 28, 28) float32 -> (N, 10)
"""

import os
import zipfile

import numpy as np
from numpy.typing import NDArray

from inkten.classification.classifier import DIGITS, CheckedClassifier
from inkten.errors import ModelError
from inkten.training.backend import keras

TILE_FORM = (None, 28, 28)
OUTPUT_FORMS = ((None, DIGITS), (None, DIGITS + 1))  # the eleventh: no digit
BATCH = 1024  # tiles at once


def load_keras(path: str | os.PathLike[str]) -> CheckedClassifier:
    """Load a ``.keras`` file as a classifier, run by Keras itself.

    Only Keras's own layers are taken: code that a file may carry (lambdas, pickles)
    is never run.

    Raises:
        ModelError: missing, damaged, or of another form.
    """
    name = os.fspath(path)
    if not zipfile.is_zipfile(name):
        raise ModelError(
            f"{name} is missing or not a .keras file (a zip archive; older .h5 files "
            "and pickles are not taken). Save it anew with model.save('NAME.keras')."
        )
    try:
        model = keras.saving.load_model(name, compile=False, safe_mode=True)
    except Exception as error:  # Keras has no common class for what it refuses
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelError(
            f"{name} cannot be loaded ({reason}); expected a model of Keras's own "
            "layers. Train one with 'inkten train mlp'."
        ) from error
    takes = getattr(model, "input_shape", None)  # there once a model is built
    gives = getattr(model, "output_shape", None)
    if takes != TILE_FORM or gives not in OUTPUT_FORMS:
        raise ModelError(
            f"{name} takes {takes} and gives {gives}; inkten needs (None, 28, 28) and "
            "(None, 10), or (None, 11) with 'no digit' last. Train one with 'inkten "
            "train mlp'."
        )
    return as_classifier(model, name)


def as_classifier(
    model: keras.Model, name: str = "the Keras model"
) -> CheckedClassifier:
    """Make a function of tiles, (N, 28, 28) in 0..1, ink = 1, to (N, 10).

    It raises a ModelError that names the model where it gives no probabilities.
    """
    whole = with_probabilities(model)

    def classify(tiles: NDArray[np.float32]) -> NDArray[np.float32]:
        outputs = [
            keras.ops.convert_to_numpy(whole(tiles[start : start + BATCH]))
            for start in range(0, len(tiles), BATCH)
        ]
        return np.concatenate(outputs)

    checked = CheckedClassifier(classify, name)
    checked.rejects = model.output_shape == OUTPUT_FORMS[1]
    return checked


def with_probabilities(model: keras.Model) -> keras.Model:
    """Give the same classifier with ten outputs that are probabilities.

    Sigmoids are divided by their sum, as Keras's crossentropy does, and by what it
    does: under TensorFlow it looks through the sigmoids at what went into them
    (``_keras_logits``) and takes the softmax of that. The sigmoids of a network
    trained so all end near 1: divided by their plain sum they would call a sure answer
    0.35, and in float32 several are exactly 1, so that the greatest is lost.

    A softmax stays what it is, less an eleventh class, "no digit".
    """
    outputs, head = model.outputs[0], model.layers[-1]
    if model.output_shape == (None, DIGITS + 1):
        return keras.Model(model.inputs[0], outputs[:, :DIGITS])
    activation = getattr(head, "activation", None)
    if activation is not keras.activations.sigmoid:
        return model
    if keras.backend.backend() == "tensorflow":
        return _with_softmax(model, head)
    total = keras.ops.sum(outputs, axis=-1, keepdims=True)
    return keras.Model(model.inputs[0], outputs / total)


def _with_softmax(model: keras.Model, head: keras.layers.Layer) -> keras.Model:
    """Put a softmax where the sigmoids stand: in a Dense, or a layer of their own."""
    if isinstance(head, keras.layers.Activation):
        return keras.Model(model.inputs[0], keras.layers.Softmax()(head.input))
    softmax = keras.layers.Dense.from_config(
        {**head.get_config(), "activation": "softmax"}
    )
    whole = keras.Model(model.inputs[0], softmax(head.input))
    softmax.set_weights(head.get_weights())
    return whole
