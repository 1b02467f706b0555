"""A Keras model in the operations that ONNX has one node for.

    with_direct_ops(model).export("detector.onnx", format="onnx")

Under TensorFlow, Keras rearranges a picture for a dilated convolution and arranges it
back, and enlarges one by repeating its rows, then its columns. Where the size of the
picture is free, tf2onnx must keep all of that: 197 nodes for the detector in place of
41, and a third more time or above. TensorFlow has one operation for each, too.
"""

from collections.abc import Iterator
from typing import Any

import tensorflow

from inkten.training.backend import keras


def with_direct_ops(model: keras.Model) -> keras.Model:
    """Give the same model, with the same weights, in direct operations.

    Layers that have no direct form stay what they are; so does a whole model without
    any that has one.

    Args:
        model: Functional or Sequential, of one input and one output.
    """
    if not any(_direct_kind(layer) for layer in _all_layers(model)):
        return model
    # Uncompiled: cloning a loss of our own would need it registered with Keras.
    plain = keras.Model(model.inputs[0], model.outputs[0])
    direct = keras.models.clone_model(
        plain, clone_function=_direct_layer, recursive=True
    )
    direct.set_weights(plain.get_weights())
    return direct


class _DilatedConvolution(keras.layers.Conv2D):
    """Said with its dilation, which `tf.nn.convolution` hides in a rearrangement."""

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        # "same", in numbers: not every ONNX Runtime works it out beside a dilation.
        reach = [
            rate * (side - 1)
            for rate, side in zip(self.dilation_rate, self.kernel_size, strict=True)
        ]
        margins = [(length // 2, length - length // 2) for length in reach]
        return tensorflow.nn.conv2d(
            inputs,
            kernel,
            strides=1,
            padding=[(0, 0), *margins, (0, 0)],
            dilations=self.dilation_rate,
        )


class _Enlargement(keras.layers.UpSampling2D):
    """Said as a resizing, where Keras repeats rows and columns."""

    def call(self, inputs: Any) -> Any:
        size = tensorflow.shape(inputs)[1:3] * self.size
        return tensorflow.raw_ops.ResizeNearestNeighbor(images=inputs, size=size)


def _direct_kind(layer: keras.Layer) -> type[keras.Layer] | None:
    """The kind of layer that says the same directly, if there is one."""
    if getattr(layer, "data_format", None) != "channels_last":
        return None
    if type(layer) is keras.layers.Conv2D:
        dilated = max(layer.dilation_rate) > 1 and layer.strides == (1, 1)
        plain = layer.padding == "same" and layer.groups == 1
        return _DilatedConvolution if dilated and plain else None
    if type(layer) is keras.layers.UpSampling2D and layer.interpolation == "nearest":
        return _Enlargement
    return None


def _direct_layer(layer: keras.Layer) -> keras.Layer:
    kind = _direct_kind(layer) or type(layer)
    return kind.from_config(layer.get_config())


def _all_layers(model: keras.Model) -> Iterator[keras.Layer]:
    """The layers of a model, and those of the models among them."""
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from _all_layers(layer)
