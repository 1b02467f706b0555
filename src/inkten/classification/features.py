"""What a classifier's layers make of tiles: the inside of the network at work.

The layers become further outputs of a second session, opened for this alone: the
classifier that reads is as fast as before.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inkten.classification.adapt import AdaptedClassifier
from inkten.classification.classifier import CheckedClassifier, Classifier
from inkten.classification.network import OnnxNetwork
from inkten.errors import ModelError
from inkten.models.graph import layer_outputs, with_outputs
from inkten.models.onnx import open_session
from inkten.models.registry import read_model


@dataclass(frozen=True, eq=False)
class Layer:
    """What one layer passes on for N tiles.

    Attributes:
        values: (N, channels, H, W) of a layer that keeps the picture's rows and
            columns, or (N, units).
    """

    values: NDArray[np.float32]

    @property
    def is_map(self) -> bool:
        """Whether the values have a place in the picture."""
        return self.values.ndim == 4

    def __str__(self) -> str:
        """The size, such as "24 maps of 28x28" or "50 units"."""
        if not self.is_map:
            return f"{self.values.shape[1]} units"
        _, channels, height, width = self.values.shape
        return f"{channels} maps of {width}x{height}"


def layers_of(
    classifier: Classifier | CheckedClassifier, tiles: NDArray[np.float32]
) -> tuple[Layer, ...]:
    """Run a classifier and keep what each layer but the last passes on.

    Args:
        classifier: one that ONNX Runtime runs, on any number of tiles at once; any
            other has no layers to be seen.
        tiles: (N, 28, 28) float32, ink = 1; also (N, 28, 28, 2) with context, for a
            classifier that names signs.

    Raises:
        ModelError: the file has changed since it was loaded, or cannot be run.
    """
    name: str = classifier.name
    given: NDArray[np.generic] = tiles
    folder: Path | None = None  # of weights that are stored beside the file
    if isinstance(classifier, AdaptedClassifier):
        network = classifier.network
        if not isinstance(network, OnnxNetwork) or network.fixed_batch:
            return ()
        given = network.input_of(classifier.form.encode(tiles))
        folder = Path(name).parent
    elif isinstance(classifier, Classifier):
        given = classifier.input_of(tiles)
    else:
        return ()
    content = read_model(name)
    try:
        names = layer_outputs(content)
    except ValueError as error:
        raise ModelError(f"is damaged ({error})", name=name) from None
    if not names or not len(tiles):
        return ()
    session = open_session(with_outputs(content, names), name, 1, folder)
    wanted = {session.get_inputs()[0].name: given}
    try:
        found = session.run(names, wanted)
    except Exception as error:  # ONNX Runtime has no common class of errors
        raise ModelError(f"cannot be run ({error})", name=name) from None
    layers = [Layer(each) for each in map(_as_layer, found) if each is not None]
    if classifier.names_signs:  # tile and context have a branch each: merge the two
        layers.sort(key=lambda layer: -layer.values.shape[2] if layer.is_map else 0)
    return tuple(layers)


def _as_layer(values: NDArray[np.generic]) -> NDArray[np.float32] | None:
    """Values as (N, channels, H, W) or (N, units); None for any other shape."""
    if values.ndim not in (2, 4) or values.size == 0:
        return None
    floats = values.astype(np.float32)
    return floats[:, :, 0, 0] if floats.shape[2:] == (1, 1) else floats
