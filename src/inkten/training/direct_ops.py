"""Rebuild a Keras model from operations that ONNX has a single node for.

    with_direct_ops(model).export("detector.onnx", format="onnx")

Under TensorFlow, Keras rearranges a picture before a dilated convolution and back after
it, and upsamples by repeating rows, then columns. For pictures of any size tf2onnx must
keep all of that: 197 nodes for the detector instead of 41, and at least a third more
time. TensorFlow has one operation for each.
"""

from collections.abc import Iterator
from typing import Any

import tensorflow

from inkten.training.backend import keras


def with_direct_ops(model: keras.Model) -> keras.Model:
    """The same model, with the same weights, in direct operations.

    Layers without a direct form stay as they are, and so does a model that has no
    layer with one.

    Args:
        model: Functional or Sequential, of one input and one output.
    """
    if not any(_direct_class(layer) for layer in _all_layers(model)):
        return model
    # Uncompiled: to clone a custom loss, Keras would need it registered.
    plain = keras.Model(model.inputs[0], model.outputs[0])
    direct = keras.models.clone_model(
        plain, clone_function=_direct_layer, recursive=True
    )
    direct.set_weights(plain.get_weights())
    return direct


class _DilatedConvolution(keras.layers.Conv2D):
    """Keeps the dilation, where `tf.nn.convolution` rearranges the picture."""

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        # "same" padding in pixels: not every ONNX Runtime derives it from a dilation.
        totals = [
            rate * (side - 1)
            for rate, side in zip(self.dilation_rate, self.kernel_size, strict=True)
        ]
        margins = [(total // 2, total - total // 2) for total in totals]
        return tensorflow.nn.conv2d(
            inputs,
            kernel,
            strides=1,
            padding=[(0, 0), *margins, (0, 0)],
            dilations=self.dilation_rate,
        )


class _Upsampling(keras.layers.UpSampling2D):
    """Resizes in one operation, where Keras repeats rows and columns."""

    def call(self, inputs: Any) -> Any:
        size = tensorflow.shape(inputs)[1:3] * self.size
        return tensorflow.raw_ops.ResizeNearestNeighbor(images=inputs, size=size)


def _direct_class(layer: keras.Layer) -> type[keras.Layer] | None:
    """The direct form of a layer, if it has one."""
    if getattr(layer, "data_format", None) != "channels_last":
        return None
    if type(layer) is keras.layers.Conv2D:
        is_dilated = max(layer.dilation_rate) > 1 and layer.strides == (1, 1)
        is_plain = layer.padding == "same" and layer.groups == 1
        return _DilatedConvolution if is_dilated and is_plain else None
    if type(layer) is keras.layers.UpSampling2D and layer.interpolation == "nearest":
        return _Upsampling
    return None


def _direct_layer(layer: keras.Layer) -> keras.Layer:
    layer_class = _direct_class(layer) or type(layer)
    return layer_class.from_config(layer.get_config())


def _all_layers(model: keras.Model) -> Iterator[keras.Layer]:
    """The layers of a model and of the models nested in it."""
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from _all_layers(layer)
