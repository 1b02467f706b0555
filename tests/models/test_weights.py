import numpy as np
import pytest

from inkten.models import session
from inkten.models.weights import count_weights

onnx = pytest.importorskip("onnx")


PARAMETERS = {"mlp": 42_310, "cnn": 268_523, "detector": 206_479}


@pytest.mark.parametrize("name", session.shipped_models())
def test_every_weight_of_a_shipped_model_is_counted(name):
    assert count_weights(session.read_model(name)) == PARAMETERS[name]


def test_rounded_weights_count_and_neither_scales_nor_shapes():
    types = onnx.TensorProto
    make, node = onnx.helper.make_tensor, onnx.helper.make_node
    stored = [
        make("scale", types.FLOAT, (300,), np.zeros(300)),
        make("zero", types.INT8, (300,), np.zeros(300, int)),
        make("weights", types.INT8, (2, 300), np.zeros(600, int)),
        make("bias", types.FLOAT, (), [2.0]),
        make("shape", types.INT64, (3,), [1, 2, 3]),
    ]
    nodes = [node("DequantizeLinear", ["weights", "scale", "zero"], ["out"])]
    graph = onnx.helper.make_graph(nodes, "graph", [], [], stored)
    assert count_weights(onnx.helper.make_model(graph).SerializeToString()) == 601
