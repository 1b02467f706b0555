"""A Keras model written as an ONNX file, with its card inside.

    export_classifier(model, Path("model.onnx"), card)
    write_card(Path("model.onnx"), replace(card, figures=measured))

Only TensorFlow exports a free number of pictures through Keras. Under another backend
the model is saved, and a process of its own exports it by TensorFlow:

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

import numpy as np
import onnx
from numpy.typing import NDArray

from inkten.errors import RunError
from inkten.files import write_whole
from inkten.models.card import Card
from inkten.training.backend import keras
from inkten.training.keras_classifier import with_probabilities
from inkten.training.quantize import quantized

OPSET = 17  # of 2022: every ONNX Runtime from 1.12 on reads it, browsers' too

Samples = Sequence[NDArray[np.float32]]  # batches of what a model will be fed


def export_classifier(
    model: keras.Model, path: Path, card: Card, samples: Samples = ()
) -> None:
    """Write a classifier as ONNX: (N, 28, 28) float32 to (N, 10) probabilities."""
    export_onnx(with_probabilities(model), path, card, samples)


def export_onnx(
    model: keras.Model, path: Path, card: Card, samples: Samples = ()
) -> None:
    """Write a Keras model of one input and one output as ONNX.

    The same weights and samples give the same bytes: names that count up with the
    process are replaced.

    Args:
        model: What to write.
        path: Where to.
        card: What to say of it.
        samples: If there are any, the model will calculate in whole numbers, as far as
            these tell that its numbers reach.

    Raises:
        RunError: the export by TensorFlow failed.
    """
    with tempfile.TemporaryDirectory(prefix="inkten-") as folder:
        plain = Path(folder) / "plain.onnx"
        if keras.backend.backend() == "tensorflow":
            _export_here(model, plain)
        else:
            _export_by_tensorflow(model, plain)
        exported = onnx.load(plain)
    _name_evenly(exported.graph)
    if samples:
        exported = quantized(exported, samples)
        _name_evenly(exported.graph)
    _write(exported, path, card)


def write_card(path: Path, card: Card) -> None:
    """Put another card into an ONNX file."""
    _write(onnx.load(path), path, card)


def _write(model: onnx.ModelProto, path: Path, card: Card) -> None:
    model.producer_name, model.producer_version = "inkten", card.version
    onnx.helper.set_model_props(model, card.to_metadata())
    onnx.checker.check_model(model)
    write_whole(path, model.SerializeToString(deterministic=True))


def _export_here(model: keras.Model, path: Path) -> None:
    from inkten.training.direct_ops import with_direct_ops  # needs TensorFlow itself

    model = with_direct_ops(model)
    model(keras.Input(model.input_shape[1:]))  # Keras exports no uncalled model
    with warnings.catch_warnings():
        # Keras looks for the np.object of old NumPy to mend tf2onnx.
        warnings.simplefilter("ignore", FutureWarning)
        model.export(path, format="onnx", opset_version=OPSET, verbose=False)


def _export_by_tensorflow(model: keras.Model, path: Path) -> None:
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
        last_line = (child.stderr.strip() or "nothing said").splitlines()[-1]
        raise RunError(
            f"the export to ONNX by TensorFlow failed ({last_line}); the weights are "
            "kept. Install it with: pip install 'inkten[train]', then --resume."
        )


def _name_evenly(graph: onnx.GraphProto) -> None:
    """Name every tensor and node by its place in the graph, and the free axes."""
    graph.name, graph.doc_string = "inkten", ""
    del graph.value_info[:]  # inner shapes, under the old names
    names = {"": ""}  # the empty name stands for an input that is left out
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
