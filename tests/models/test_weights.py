import numpy as np
import pytest

from inkten.models import session
from inkten.models.weights import count_weights

onnx = pytest.importorskip("onnx")


@pytest.mark.parametrize("name", session.shipped_models())
def test_every_float_of_a_shipped_model_is_counted(name):
    content = session.read_model(name)
    tensors = onnx.load_from_string(content).graph.initializer
    floats = [t for t in tensors if t.data_type == onnx.TensorProto.FLOAT]
    assert count_weights(content) == sum(int(np.prod(t.dims)) for t in floats) > 0


def test_a_single_number_counts_one_and_whole_numbers_none():
    make = onnx.helper.make_tensor
    float_, int64 = onnx.TensorProto.FLOAT, onnx.TensorProto.INT64
    stored = [
        make("scale", float_, (), [2.0]),
        make("weights", float_, (2, 300), np.zeros(600)),
        make("shape", int64, (3,), [1, 2, 3]),
    ]
    graph = onnx.helper.make_graph([], "graph", [], [], stored)
    assert count_weights(onnx.helper.make_model(graph).SerializeToString()) == 601
