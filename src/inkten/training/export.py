"""A Keras model written as an ONNX file, with its card inside.

    export_classifier(model, Path("model.onnx"), card)
    write_card(Path("model.onnx"), replace(card, figures=measured))

Keras exports a variable batch size only from TensorFlow. Under another backend, the
model is saved, and a separate process exports it with TensorFlow:

    python -m inkten.training.export MODEL.keras PLAIN.onnx
"""

import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import TypedDict

import numpy as np
import onnx
from numpy.typing import NDArray

from inkten.classification.classes import CLASSES, DIGITS
from inkten.errors import RunError
from inkten.files import write_whole
from inkten.models.card import Card
from inkten.training.backend import keras
from inkten.training.keras_classifier import with_probabilities
from inkten.training.quantize import quantized

OPSET = 17  # of 2022: read by ONNX Runtime from 1.12 on, in browsers too

Samples = Sequence[NDArray[np.float32]]  # batches of typical input


class TakesAndGives(TypedDict):
    """What a classifier does, takes and gives, on its card."""

    task: str
    input_form: str
    classes: str


def takes_and_gives(*, signs: bool) -> TakesAndGives:
    """What a classifier does, takes and gives, for its card."""
    tiles = "float32 in 0..1, ink = 1, as MNIST has it"
    if not signs:
        return {
            "task": "which handwritten digit is in a tile",
            "input_form": f"(N, 28, 28) {tiles}",
            "classes": " ".join(CLASSES[:DIGITS]),
        }
    return {
        "task": "which handwritten digit or sign is in a tile",
        "input_form": f"(N, 28, 28, 2) {tiles}; the second channel is the context",
        "classes": " ".join(CLASSES),
    }


def export_classifier(
    model: keras.Model, path: Path, card: Card, samples: Samples = ()
) -> None:
    """Write a classifier as ONNX: tiles, float32, to probabilities.

    From (N, 28, 28) to (N, 10), or from (N, 28, 28, 2) to (N, 26) if it names signs.
    """
    export_onnx(with_probabilities(model), path, card, samples)


def export_onnx(
    model: keras.Model, path: Path, card: Card, samples: Samples = ()
) -> None:
    """Write a Keras model of one input and one output as ONNX.

    The same weights and samples give the same bytes: the names that Keras numbers
    through the process are replaced.

    Args:
        model: the model to write.
        path: the file to write it to.
        card: the model's card.
        samples: if there are any, the model is quantized to int8, and these give the
            range of its activations.

    Raises:
        RunError: the export with TensorFlow failed.
    """
    with tempfile.TemporaryDirectory(prefix="inkten-") as folder:
        plain = Path(folder) / "plain.onnx"
        if keras.backend.backend() == "tensorflow":
            _export_here(model, plain)
        else:
            _export_with_tensorflow(model, plain)
        exported = onnx.load(plain)
    _normalize_names(exported.graph)
    if samples:
        exported = quantized(exported, samples)
        _normalize_names(exported.graph)
    write_model(exported, path, card)


def write_card(path: Path, card: Card) -> None:
    """Replace the card of an ONNX file."""
    write_model(onnx.load(path), path, card)


def write_model(model: onnx.ModelProto, path: Path, card: Card) -> None:
    """Write an ONNX model with its card."""
    model.producer_name, model.producer_version = "inkten", card.version
    onnx.helper.set_model_props(model, card.to_metadata())
    onnx.checker.check_model(model)
    write_whole(path, model.SerializeToString(deterministic=True))


def _export_here(model: keras.Model, path: Path) -> None:
    from inkten.training.direct_ops import with_direct_ops  # imports TensorFlow

    model = with_direct_ops(model)
    model(keras.Input(model.input_shape[1:]))  # Keras exports only called models
    with warnings.catch_warnings():
        # Keras looks for the np.object of old NumPy, to patch tf2onnx.
        warnings.simplefilter("ignore", FutureWarning)
        model.export(path, format="onnx", opset_version=OPSET, verbose=False)


def _export_with_tensorflow(model: keras.Model, path: Path) -> None:
    saved = path.with_suffix(".keras")
    model.save(saved)
    child = subprocess.run(
        [sys.executable, "-m", "inkten.training.export", str(saved), str(path)],
        env={**os.environ, "KERAS_BACKEND": "tensorflow"},
        capture_output=True,
        text=True,
        check=False,
    )
    if child.returncode != 0:
        last_line = (child.stderr.strip() or "no message").splitlines()[-1]
        raise RunError(
            f"the export to ONNX with TensorFlow failed ({last_line}); the weights are "
            "kept. Install it with: pip install 'inkten[train]', then resume the run",
            parameter="resume",
        )


def _normalize_names(graph: onnx.GraphProto) -> None:
    """Name tensors and nodes by their position in the graph, and axes by letters."""
    graph.name, graph.doc_string = "inkten", ""
    del graph.value_info[:]  # shapes of inner tensors, by their old names
    names = {"": ""}  # the empty name stands for an omitted input
    for tensor in graph.input:
        names[tensor.name] = "input"
    for tensor in graph.output:
        names[tensor.name] = "output"
    number = count()
    for node in graph.node:
        node.name = f"{node.op_type}_{next(number)}"
        for place, tensor_name in enumerate(node.input):
            names.setdefault(tensor_name, f"{node.name}/input_{place}")
        for place, tensor_name in enumerate(node.output):
            names.setdefault(tensor_name, f"{node.name}/output_{place}")
        node.input[:] = [names[name] for name in node.input]
        node.output[:] = [names[name] for name in node.output]
    for tensor in (*graph.input, *graph.output, *graph.initializer):
        tensor.name = names[tensor.name]
    graph.initializer.sort(key=lambda tensor: tensor.name)
    for tensor, axes in ((graph.input[0], "NHWC"), (graph.output[0], "Nhwc")):
        for axis, length in zip(axes, tensor.type.tensor_type.shape.dim, strict=False):
            if not length.HasField("dim_value"):
                length.dim_param = axis


if __name__ == "__main__":
    _export_here(keras.saving.load_model(sys.argv[1], compile=False), Path(sys.argv[2]))
