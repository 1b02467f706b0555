"""Weights to start a training from: of a .keras file, or of an ONNX file of inkten.

An ONNX file has int8 weights, and batch normalization folded into them. Its layers are
taken in order; batch normalization is then frozen, so that the network starts as the
file answers.
"""

from collections.abc import Iterator

import numpy as np
import onnx
from numpy.typing import NDArray

from inkten.classification.classifier import Classifier
from inkten.datasets import mnist
from inkten.datasets.mnist import as_tiles
from inkten.errors import ModelError
from inkten.models.registry import read_model
from inkten.training.backend import keras
from inkten.training.keras_classifier import as_classifier, load_keras_model

COMPARED = 200  # MNIST test digits
MIN_AGREEMENT = 0.97  # of them: int8 weights change a few answers
LAYERS = ("Conv", "MatMul", "Gemm")

Array = NDArray[np.float32]


def load_weights(network: keras.Model, source: str) -> None:
    """Set a network's weights to those of a trained one of the same layers.

    Args:
        network: the network to train.
        source: the name of a shipped classifier, or a .keras or .onnx file.

    Raises:
        ModelError: the file is missing or damaged, or has other layers.
    """
    if source.endswith(".keras"):
        _copy_keras(network, source)
    else:
        _copy_onnx(network, source)


def _copy_keras(network: keras.Model, source: str) -> None:
    weights = load_keras_model(source).get_weights()
    shapes = [weight.shape for weight in network.get_weights()]
    if [weight.shape for weight in weights] != shapes:
        raise _other_layers(source, network)
    network.set_weights(weights)


def _copy_onnx(network: keras.Model, source: str) -> None:
    pairs = list(_layers_of(onnx.load_from_string(read_model(source))))
    layers = list(_flat(network))
    kernels = [each for each in layers if _is_weighted(each)]
    if len(pairs) != len(kernels):
        raise _other_layers(source, network)
    for (kernel, bias), layer in zip(pairs, kernels, strict=True):
        if kernel.shape != tuple(layer.kernel.shape):
            raise _other_layers(source, network)
        if layer.use_bias:
            layer.set_weights([kernel, bias])
        else:
            layer.set_weights([kernel])
            _become_bias(layers[layers.index(layer) + 1], bias)
    _check_same_answers(network, source)


def _become_bias(layer: keras.Layer, bias: Array) -> None:
    """Make a batch normalization add the bias it was folded into, and freeze it."""
    one = np.ones_like(bias)
    layer.set_weights([one, bias, 0 * one, one * (1 - layer.epsilon)])
    layer.trainable = False


def _check_same_answers(network: keras.Model, source: str) -> None:
    tiles = as_tiles(mnist.load().test_images[:COMPARED])
    answers = [
        classify(tiles).argmax(axis=1)
        for classify in (as_classifier(network), Classifier(source))
    ]
    if (answers[0] == answers[1]).mean() < MIN_AGREEMENT:
        raise _other_layers(source, network)


def _layers_of(model: onnx.ModelProto) -> Iterator[tuple[Array, Array]]:
    """The kernel of each layer as Keras shapes it, and its bias, in order."""
    constants = {
        tensor.name: onnx.numpy_helper.to_array(tensor)
        for tensor in model.graph.initializer
    }
    nodes = {output: node for node in model.graph.node for output in node.output}

    def value(name: str) -> NDArray[np.generic] | None:
        node = nodes.get(name)
        if node is None or node.op_type != "DequantizeLinear":
            return constants.get(name)
        stored, scale, *zero = (value(each) for each in node.input)
        if stored is None or scale is None:
            return None
        axis = next((each.i for each in node.attribute if each.name == "axis"), 1)
        shape = [1] * stored.ndim
        if scale.size > 1:
            shape[axis] = scale.size
        offset = zero[0].astype(np.float32) if zero and zero[0] is not None else 0.0
        centred = stored.astype(np.float32) - np.reshape(
            offset, shape if np.size(offset) > 1 else ()
        )
        return centred * (scale.reshape(shape) if scale.size > 1 else scale)

    for node in model.graph.node:
        kernel = value(node.input[1]) if node.op_type in LAYERS else None
        if kernel is None:
            continue
        if node.op_type == "Conv":
            bias = value(node.input[2]) if len(node.input) > 2 else None
            kernel = kernel.transpose(2, 3, 1, 0)  # to height, width, in, out
        else:
            (following,) = (
                each for each in model.graph.node if node.output[0] in each.input
            )
            terms = map(value, following.input)
            bias = next((each for each in terms if each is not None), None)
        if bias is None:
            bias = np.zeros(kernel.shape[-1], np.float32)
        yield np.asarray(kernel, np.float32), np.asarray(bias, np.float32).ravel()


def _flat(model: keras.Model) -> Iterator[keras.Layer]:
    """The layers, those of nested models in their place."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _flat(layer)
        else:
            yield layer


def _is_weighted(layer: keras.Layer) -> bool:
    return isinstance(layer, keras.layers.Conv2D | keras.layers.Dense)


def _other_layers(source: str, network: keras.Model) -> ModelError:
    return ModelError(
        f"has other layers than the network {network.name}; expected a model that this "
        "recipe trained. Choose another recipe, or start from scratch.",
        name=source,
        parameter="from",
    )
