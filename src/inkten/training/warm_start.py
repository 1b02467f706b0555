"""Weights to start a training from: of a .keras file, or of an ONNX file of inkten.

A network that names signs may also start from one that knows only digits.

An ONNX file has int8 weights, and batch normalization folded into them. Its layers are
taken in order; batch normalization is then frozen, so that the network starts as the
file answers. ``thaw`` lets it learn again.
"""

from collections.abc import Iterator

import numpy as np
import onnx
from numpy.typing import NDArray

from inkten.classification.classifier import Classifier
from inkten.datasets import mnist
from inkten.datasets.mnist import as_tiles
from inkten.errors import ModelError
from inkten.models.registry import LINE, read_model
from inkten.training.backend import keras
from inkten.training.keras_classifier import as_classifier, load_model, names_signs

COMPARED = 200  # MNIST test digits
MIN_AGREEMENT = 0.97  # of them: int8 weights change a few answers
UNLIKELY = -10.0  # logit of a class that the model does not know
LAYERS = ("Conv", "MatMul", "Gemm")
ROUNDING = ("QuantizeLinear", "DequantizeLinear")

Array = NDArray[np.float32]


def load_weights(network: keras.Model, source: str) -> None:
    """Set a network's weights to those of a trained one of the same layers.

    Args:
        network: the network to train.
        source: the name of a shipped model, or a .keras or .onnx file.

    Raises:
        ModelError: the file is missing or damaged, or has other layers.
    """
    if source.endswith(".keras"):
        _copy_keras(network, source)
    else:
        _copy_onnx(network, source)


def _copy_keras(network: keras.Model, source: str) -> None:
    weights = load_model(source).get_weights()
    shapes = [weight.shape for weight in network.get_weights()]
    if [weight.shape for weight in weights] != shapes:
        raise _other_layers(source, network)
    network.set_weights(weights)


def _copy_onnx(network: keras.Model, source: str) -> None:
    pairs = list(_layers_of(onnx.load_from_string(read_model(source))))
    layers = list(_flat(network))
    kernels = [each for each in layers if _is_weighted(each)]
    reads_lines = network.name == LINE
    knows_digits_only = len(pairs) < len(kernels) and names_signs(network)
    if pairs and (knows_digits_only or reads_lines):
        pairs[-1] = _among_more_classes(*pairs[-1], tuple(kernels[-1].kernel.shape))
    elif len(pairs) != len(kernels):
        raise _other_layers(source, network)
    for kernel, bias in pairs:
        # The layers of two branches may be in another order: the next of its shape
        alike = (each for each in kernels if tuple(each.kernel.shape) == kernel.shape)
        layer = next(alike, None)
        if layer is None:
            raise _other_layers(source, network)
        kernels.remove(layer)
        if layer.use_bias:
            layer.set_weights([kernel, bias])
        else:
            layer.set_weights([kernel])
            _become_bias(layers[layers.index(layer) + 1], bias)
    if not reads_lines:
        _check_same_answers(network, source)


def thaw(network: keras.Model, inputs: Array) -> None:
    """Let the batch normalization that ``load_weights`` froze learn again.

    Each is given the mean and the variance of what it sees of ``inputs``, and undoes
    them, so that the network still answers as before.
    """
    frozen = [
        layer
        for layer in _flat(network)
        if isinstance(layer, keras.layers.BatchNormalization) and not layer.trainable
    ]
    for layer in frozen:
        bias, usual = layer.get_weights()[1], layer.momentum
        layer.trainable, layer.momentum = True, 0.0
        network(inputs, training=True)  # only this layer is not frozen
        layer.trainable, layer.momentum = False, usual
        *_, mean, variance = layer.get_weights()
        scale = np.sqrt(variance + layer.epsilon)
        layer.set_weights([scale, bias + mean, mean, variance])
    for layer in frozen:
        layer.trainable = True


def _among_more_classes(
    kernel: Array, bias: Array, shape: tuple[int, ...]
) -> tuple[Array, Array]:
    """The last layer of a model without signs, with more features and more classes.

    The context that it has not seen counts nothing at first, and no sign is likely.
    """
    wide = np.zeros(shape, np.float32)
    features, classes = kernel.shape[-2:]
    wide[..., :features, :classes] = kernel[..., : shape[-2], : shape[-1]]
    biases = np.full(shape[-1], UNLIKELY, np.float32)
    biases[:classes] = bias[: shape[-1]]
    return wide, biases


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
    graph = model.graph
    for node in graph.node:
        kernel = _constant(graph, node.input[1]) if node.op_type in LAYERS else None
        if kernel is None:
            continue
        if node.op_type == "Conv":
            kernel = kernel.transpose(2, 3, 1, 0)  # to height, width, in, out
            terms = list(node.input[2:])
        else:  # the bias is added by the next node
            terms = _terms_beside(graph, node.output[0])
        biases = (_constant(graph, term) for term in terms)
        bias = next((each for each in biases if each is not None), None)
        if bias is None:
            bias = np.zeros(kernel.shape[-1], np.float32)
        yield kernel, bias.ravel()


def _terms_beside(graph: onnx.GraphProto, name: str) -> list[str]:
    """What the next node takes that takes a result, past its rounding to int8."""
    for node in graph.node:
        if name in node.input:
            is_rounded = node.op_type in ROUNDING
            return (
                _terms_beside(graph, node.output[0]) if is_rounded else list(node.input)
            )
    return []


def _constant(graph: onnx.GraphProto, name: str) -> Array | None:
    """A stored tensor, also one of whole numbers, as float32; None if it is none."""
    for tensor in graph.initializer:
        if tensor.name == name:
            return np.asarray(onnx.numpy_helper.to_array(tensor), np.float32)
    for node in graph.node:
        if name in node.output and node.op_type == "DequantizeLinear":
            stored, scale, *zero = (_constant(graph, each) for each in node.input)
            if stored is not None and scale is not None:
                return _dequantized(node, stored, scale, zero[0] if zero else None)
    return None


def _dequantized(
    node: onnx.NodeProto, stored: Array, scale: Array, zero: Array | None
) -> Array:
    axis = next((each.i for each in node.attribute if each.name == "axis"), 1)
    along = [-1 if place == axis else 1 for place in range(stored.ndim)]

    def spread(values: Array) -> Array:
        return values.reshape(along) if values.size > 1 else values.reshape(())

    centred = stored if zero is None else stored - spread(zero)
    return np.asarray(centred * spread(scale), np.float32)


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
