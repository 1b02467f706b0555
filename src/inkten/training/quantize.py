"""A model in floating point -> the same in whole numbers of eight bits.

    quantized(onnx.load("model.onnx"), samples)

Processors multiply whole numbers faster, and the file is about a third as large. The
first layer stays as it is, as one channel in leaves nothing to gain, and so does the
last, whose answers nothing would round off again.
"""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

import inkten.models.onnx  # noqa: F401 - it keeps ONNX Runtime from calling home

# isort: split
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static

WITH_WEIGHTS = ("Conv", "Gemm", "MatMul")
BETWEEN = ("Add", "Relu")
PREPARED = {"onnx.quant.pre_process": "onnxruntime.quant"}


def quantized(
    model: onnx.ModelProto, samples: Iterable[NDArray[np.float32]]
) -> onnx.ModelProto:
    """Give the model in whole numbers; it takes and gives floating point as before.

    Args:
        model: of one input, every node named, batch normalisation folded in.
        samples: batches of what it will be fed: they tell how far the numbers between
            its layers reach.
    """
    # Export has prepared the model; without this word, ONNX Runtime asks for it.
    onnx.helper.set_model_props(model, PREPARED)
    with tempfile.TemporaryDirectory(prefix="inkten-") as folder:
        path = Path(folder) / "quantized.onnx"
        quantize_static(
            model,
            path,
            _Samples(model.graph.input[0].name, samples),
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            per_channel=True,
            # Seven bits: two products of eight overflow where AVX2 adds them, and
            # other machines would read other digits.
            reduce_range=True,
            # Nearer to floating point than the extremes of all batches would be.
            extra_options={"CalibMovingAverage": True},
            op_types_to_quantize=[*WITH_WEIGHTS, *BETWEEN],
            nodes_to_exclude=list(_first_and_last(model.graph)),
        )
        return onnx.load(path)


def _first_and_last(graph: onnx.GraphProto) -> Iterator[str]:
    """The names of the first layer, and of all that no other layer comes after."""
    yield next(node.name for node in graph.node if node.op_type in WITH_WEIGHTS)
    leads_on: set[str] = set()  # tensors that go into a layer, sooner or later
    for node in reversed(graph.node):
        is_last = leads_on.isdisjoint(node.output)
        if is_last:
            yield node.name
        if node.op_type in WITH_WEIGHTS or not is_last:
            leads_on.update(node.input)


class _Samples(CalibrationDataReader):
    """Batches, one after the other, as ONNX Runtime asks for them."""

    def __init__(self, name: str, samples: Iterable[NDArray[np.float32]]) -> None:
        self._feeds = ({name: batch} for batch in samples)

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        return next(self._feeds, None)
