"""Each network as one visible list of layers, built and compiled."""

from collections.abc import Callable
from typing import Any

from inkten.classification.classes import CLASSES
from inkten.detection.heatmap import CHANNELS
from inkten.recognition.decoding import WITH_SIGNS
from inkten.recognition.strips import STRIP_HEIGHT
from inkten.training.backend import keras
from inkten.training.recipes import Architecture
from inkten.training.targets import detector_loss, line_loss

layers = keras.layers


def mlp() -> keras.Model:
    """Build the small network: 784-50-50-10, 42,310 parameters.

    Takes (N, 28, 28) in 0..1, ink = 1, and gives ten sigmoids, (N, 10). They do not
    sum to 1; `keras_classifier.with_probabilities` turns them into probabilities.

    >>> mlp().count_params()  # doctest: +SKIP
    42310
    """
    network = keras.Sequential(
        [
            layers.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(50, activation="relu"),
            layers.Dense(50, activation="relu"),
            layers.Dense(10, activation="sigmoid"),
        ],
        name="mlp",
    )
    return _compiled_classifier(network)


def cnn() -> keras.Model:
    """Build the convolutional network that names signs and sees around the box.

    Takes tiles with context, (N, 28, 28, 2) in 0..1, ink = 1, and gives a softmax over
    the 26 classes of ``inkten.classification.classes``, (N, 26).

    Tile and context have branches of their own: at one place they show different
    things, so their first convolutions have nothing in common. The context only has
    to tell what stands around, and gets the smaller branch.
    """
    both = layers.Input((28, 28, 2), name="tile_and_context")
    features = _chain(
        both[..., :1],
        [
            # No batch normalization: on this many pixels it would dominate a step.
            layers.Conv2D(24, 3, padding="same", activation="relu"),
            _convolution(48, strides=2),
            _convolution(96, strides=2),
        ],
    )
    for _ in range(3):
        features = layers.add([features, _convolution(96)(features)])
    shape = _chain(features, [_convolution(128, strides=2), layers.Flatten()])
    around = _chain(
        both[..., 1:],
        [
            layers.Conv2D(12, 3, strides=2, padding="same", activation="relu"),
            _convolution(32, strides=2),
        ],
    )
    for _ in range(2):
        around = layers.add([around, _convolution(32)(around)])
    surroundings = _chain(around, [_convolution(48, strides=2), layers.Flatten()])
    seen = layers.Dropout(0.3)(layers.concatenate([shape, surroundings]))
    together = layers.Dense(128, activation="relu")(seen)
    classes = layers.Dense(len(CLASSES), activation="softmax")(
        layers.concatenate([seen, together])
    )
    network = keras.Model(both, classes, name="cnn")
    return _compiled_classifier(network)


def fast_cnn() -> keras.Model:
    """Build the convolutional network that trains in seconds on a processor.

    Takes (N, 28, 28) in 0..1, ink = 1, and gives a softmax over 0 to 9, (N, 10).

    A processor spends its time on pixels and channels, so the empty margin is cropped,
    both convolutions have strides of 2, and the only batch normalization is where a
    picture is 128 numbers: there it costs almost nothing, and still allows ten times
    Adam's default learning rate.
    """
    network = keras.Sequential(
        [
            layers.Input((28, 28)),
            layers.Reshape((28, 28, 1)),
            layers.Cropping2D(2),  # MNIST's digits fill 20x20
            layers.Conv2D(12, 5, strides=2, activation="relu"),  # to 10x10
            layers.Conv2D(32, 4, strides=2, activation="relu"),  # to 4x4
            layers.Flatten(),
            layers.Dense(128, use_bias=False),
            layers.BatchNormalization(momentum=0.9),  # there are few steps
            layers.ReLU(),
            layers.Dense(10, activation="softmax"),
        ],
        name="fast_cnn",
    )
    return _compiled_classifier(network)


def detector() -> keras.Model:
    """Build the detector: fully convolutional, one output cell per 4x4 pixels.

    Takes (N, H, W, 1), H and W multiples of 8, each picture with its local contrast
    normalized (`inkten.detection.pyramid.normalize_local_contrast`). Gives
    (N, H/4, W/4, 15), in the order of `inkten.detection.heatmap`: heat, offset, size,
    and the ten digits.

    The heat map, offset and size are those of Zhou, Wang, Kraehenbuehl 2019, "Objects
    as Points". The trunk works at 1/8 of the resolution, where its dilated
    convolutions cover a digit's surroundings, as far as the words beside it; a skip
    connection brings the strokes back at 1/4.
    """
    picture = layers.Input((None, None, 1), name="picture")
    strokes = _chain(
        picture,
        [_convolution(16, strides=2), _convolution(32, strides=2), _convolution(32)],
    )
    trunk = _chain(strokes, [_convolution(64, strides=2)])
    for dilation in (1, 2, 4, 4, 2, 1):
        trunk = layers.add([trunk, _convolution(64, dilation=dilation)(trunk)])
    context = _chain(trunk, [layers.Conv2D(48, 1), layers.UpSampling2D(2)])
    both = layers.ReLU()(layers.add([layers.Conv2D(48, 1)(strokes), context]))
    features = _convolution(48)(both)
    others = layers.Conv2D(CHANNELS - 1, 1)(features)
    cells = layers.concatenate([_heat()(features), others])
    network = keras.Model(picture, cells, name="detector")
    network.compile(optimizer="adam", loss=detector_loss)
    return network


def line() -> keras.Model:
    """Build the line reader: fully convolutional, one answer per 4 px of a strip.

    Takes (N, 32, W, 1), W a multiple of 4, normalized strips
    (`inkten.recognition.strips.normalized`). Gives (N, W/4, 24) logits of the ten
    digits, blank, and the signs (`inkten.classification.classes`).

    The trunk squeezes a strip to one row. There, dilated convolutions look 130 px to
    both sides: a word's letters and the digits of a number explain one another.
    """
    strip = layers.Input((STRIP_HEIGHT, None, 1), name="strip")
    rows = _chain(
        strip,
        [
            _convolution(24, strides=2),
            _convolution(48, strides=2),
            _convolution(64),
            _convolution(64, strides=(2, 1)),
            _convolution(96),
        ],
    )
    rows = layers.add([rows, _convolution(96)(rows)])
    row = _convolution(128, kernel=(STRIP_HEIGHT // 8, 1), padding="valid")(rows)
    for dilation in (1, 2, 4, 8, 16, 1):
        block = _convolution(128, kernel=(1, 3), dilation=(1, dilation))
        row = layers.add([row, block(row)])
    answers = _chain(
        row,
        [
            layers.Dropout(0.1),
            layers.Conv2D(WITH_SIGNS, 1),
            layers.Reshape((-1, WITH_SIGNS)),
        ],
    )
    network = keras.Model(strip, answers, name="line")
    network.compile(optimizer="adam", loss=line_loss)
    return network


ARCHITECTURES: dict[Architecture, Callable[[], keras.Model]] = {
    "mlp": mlp,
    "cnn": cnn,
    "fast_cnn": fast_cnn,
    "detector": detector,
    "line": line,
}


def _compiled_classifier(network: keras.Model) -> keras.Model:
    network.compile(
        optimizer="adam",
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return network


def _heat() -> keras.Layer:
    """The heat, which starts at 0.1 everywhere: most cells hold no digit's centre."""
    return layers.Conv2D(1, 1, bias_initializer=keras.initializers.Constant(-2.2))


def _convolution(
    channels: int,
    *,
    kernel: int | tuple[int, int] = 3,
    strides: int | tuple[int, int] = 1,
    dilation: int | tuple[int, int] = 1,
    padding: str = "same",
) -> keras.Sequential:
    return keras.Sequential(
        [
            layers.Conv2D(
                channels,
                kernel,
                strides=strides,
                dilation_rate=dilation,
                padding=padding,
                use_bias=False,
            ),
            layers.BatchNormalization(),
            layers.ReLU(),
        ]
    )


def _chain(tensor: Any, steps: list[keras.Layer]) -> Any:
    for step in steps:
        tensor = step(tensor)
    return tensor
