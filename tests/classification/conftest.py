from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from inkten.classification.form import ModelForm
from inkten.datasets import mnist


@dataclass(frozen=True)
class Linear:
    """Logits of digits: weights (784, 10) on ink in 0..1, and a bias (10,)."""

    weights: np.ndarray
    bias: np.ndarray

    def save(self, path, form, shape=(28, 28), classes=10, batch="N", kind="float"):
        """Write it as an ONNX file that takes pictures in a form."""
        onnx = pytest.importorskip("onnx")
        helper, numpy_helper = onnx.helper, onnx.numpy_helper
        gain, offset = form.gain_and_offset
        weights, bias = self.weights / gain, self.bias.copy()
        bias -= offset * weights.sum(axis=0)
        if classes == 11:  # "no digit" is about as likely as the least likely digit
            weights = np.hstack([weights, np.zeros((784, 1))])
            bias = np.append(bias, -5)
        steps = [
            helper.make_node("Cast", ["pictures"], ["numbers"], to=1),
            helper.make_node("Reshape", ["numbers", "flat"], ["pixels"]),
            helper.make_node("MatMul", ["pixels", "weights"], ["weighted"]),
            helper.make_node("Add", ["weighted", "bias"], ["logits"]),
        ]
        match form.scores:
            case "logits":
                last = helper.make_node("Identity", ["logits"], ["scores"])
            case "sigmoids":
                last = helper.make_node("Sigmoid", ["logits"], ["scores"])
            case "probabilities":
                last = helper.make_node("Softmax", ["logits"], ["scores"], axis=1)
        kinds = {"float": onnx.TensorProto.FLOAT, "uint8": onnx.TensorProto.UINT8}
        tensors = {
            "flat": np.array([-1 if batch == "N" else batch, 784]),
            "weights": weights.astype(np.float32),
            "bias": bias.astype(np.float32),
        }
        describe = helper.make_tensor_value_info
        graph = helper.make_graph(
            [*steps, last],
            "linear",
            [describe("pictures", kinds[kind], (batch, *shape))],
            [describe("scores", onnx.TensorProto.FLOAT, (batch, classes))],
            [numpy_helper.from_array(each, name) for name, each in tensors.items()],
        )
        model = helper.make_model(
            graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)]
        )
        Path(path).write_bytes(model.SerializeToString())
        return path


@pytest.fixture(scope="session")
def linear():
    """A linear classifier, right on about 85 % of MNIST: least squares."""
    part = mnist.load().fit_part
    tiles = mnist.as_tiles(part.images[:6_000]).reshape(-1, 784).astype(np.float64)
    inputs = np.hstack([tiles, np.ones((len(tiles), 1))])
    wanted = 8 * np.eye(10)[part.labels[:6_000]] - 4
    products = inputs.T @ inputs + 30 * np.eye(785)
    solution = np.linalg.solve(products, inputs.T @ wanted)
    return Linear(solution[:-1], solution[-1])


@pytest.fixture(scope="session")
def pictures():
    """500 of MNIST's test pictures as tiles, and their digits."""
    data = mnist.load()
    return mnist.as_tiles(data.test_images[:500]), data.test_labels[:500]


@pytest.fixture
def usual():
    """The form of inkten's own models."""
    return ModelForm()
