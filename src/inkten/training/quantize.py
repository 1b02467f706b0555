"""A model in float32 -> the same model in int8.

    quantized(onnx.load("model.onnx"), samples)

Processors multiply integers faster, and the file is about a third as large. The first
layer (of each branch) stays in float32, as one input channel leaves nothing to gain. So
do the last layers, whose rounding errors no later layer would average out.
"""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

import inkten.models.onnx  # noqa: F401 - turns ONNX Runtime's telemetry off

# isort: split
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static

LAYERS = ("Conv", "Gemm", "MatMul")  # operations with weights
BETWEEN_LAYERS = ("Add", "Relu")
PREPROCESSED = {"onnx.quant.pre_process": "onnxruntime.quant"}


def quantized(
    model: onnx.ModelProto, samples: Iterable[NDArray[np.float32]]
) -> onnx.ModelProto:
    """The model calculating in int8; its input and output stay float32.

    Args:
        model: of one input, every node named, batch normalization folded in.
        samples: batches of typical input, which give the range of the activations.
    """
    # The export has prepared the model; without this entry ONNX Runtime would ask for
    # it to be preprocessed.
    onnx.helper.set_model_props(model, PREPROCESSED)
    with tempfile.TemporaryDirectory(prefix="inkten-") as folder:
        path = Path(folder) / "quantized.onnx"
        quantize_static(
            model,
            path,
            _Samples(model.graph.input[0].name, samples),
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            # Weights of seven bits: with eight, sums of two products overflow on AVX2,
            # and results would depend on the machine.
            reduce_range=True,
            # Closer to float32 than the extremes over all batches.
            extra_options={"CalibMovingAverage": True},
            op_types_to_quantize=[*LAYERS, *BETWEEN_LAYERS],
            nodes_to_exclude=list(_first_and_last(model.graph)),
        )
        return onnx.load(path)


def _first_and_last(graph: onnx.GraphProto) -> Iterator[str]:
    """The names of the first layers, and of all nodes that no layer comes after."""
    after_a_layer: set[str] = set()  # tensors that depend on a layer
    for node in graph.node:
        is_first = after_a_layer.isdisjoint(node.input)
        if node.op_type in LAYERS and is_first:
            yield node.name
        if node.op_type in LAYERS or not is_first:
            after_a_layer.update(node.output)
    before_a_layer: set[str] = set()  # tensors that a layer depends on
    for node in reversed(graph.node):
        is_last = before_a_layer.isdisjoint(node.output)
        if is_last:
            yield node.name
        if node.op_type in LAYERS or not is_last:
            before_a_layer.update(node.input)


class _Samples(CalibrationDataReader):
    """The samples, in the form that ONNX Runtime asks for."""

    def __init__(self, name: str, samples: Iterable[NDArray[np.float32]]) -> None:
        self._feeds = ({name: batch} for batch in samples)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        return next(self._feeds, None)
