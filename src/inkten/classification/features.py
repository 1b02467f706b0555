"""What a classifier's layers make of tiles: the inside of the network at work.

The layers become further outputs of a second session, opened for this alone: the
classifier that reads is as fast as before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inkten.classification.adapt import AdaptedClassifier
from inkten.classification.classifier import AnyClassifier, Classifier
from inkten.classification.network import OnnxNetwork
from inkten.errors import ModelError
from inkten.models.graph import layer_outputs, with_outputs
from inkten.models.onnx import open_session
from inkten.models.registry import read_model

Encode: TypeAlias = Callable[[NDArray[np.float32]], NDArray[np.generic]]


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


class Inside:
    """The inside of a classifier; keeps its session, and may be shared by threads."""

    def __init__(self, classifier: AnyClassifier) -> None:
        """Open the file of the classifier once more, with its layers as outputs.

        Args:
            classifier: one that ONNX Runtime runs, on any number of tiles at once; any
                other has no layers to be seen.

        Raises:
            ModelError: the file has changed since it was loaded, or is damaged.
        """
        self._name: str = classifier.name
        self._names_signs = classifier.names_signs
        self._encode: Encode | None = None  # tiles as the network takes them
        self._outputs: tuple[str, ...] = ()
        folder: Path | None = None  # of weights that are stored beside the file
        if isinstance(classifier, AdaptedClassifier):
            network = classifier.network
            if not isinstance(network, OnnxNetwork) or network.fixed_batch:
                return
            form = classifier.form
            self._encode = lambda tiles: network.input_of(form.encode(tiles))
            folder = Path(self._name).parent
        elif isinstance(classifier, Classifier):
            self._encode = classifier.input_of
        else:
            return
        content = read_model(self._name)
        try:
            self._outputs = tuple(layer_outputs(content))
        except ValueError as error:
            raise ModelError(f"is damaged ({error})", name=self._name) from None
        if self._outputs:
            watched = with_outputs(content, self._outputs)
            self._session = open_session(watched, self._name, 1, folder)

    def layers(self, tiles: NDArray[np.float32]) -> tuple[Layer, ...]:
        """What each layer but the last passes on; nothing if none can be seen.

        Args:
            tiles: (N, 28, 28) float32, ink = 1; also (N, 28, 28, 2) with context, for a
                classifier that names signs.

        Raises:
            ModelError: the model cannot be run.
        """
        if not self._outputs or not len(tiles):
            return ()
        given = self._encode(tiles) if self._encode else tiles
        wanted = {self._session.get_inputs()[0].name: given}
        try:
            found = self._session.run(self._outputs, wanted)
        except Exception as error:  # ONNX Runtime has no common class of errors
            raise ModelError(f"cannot be run ({error})", name=self._name) from None
        layers = [Layer(each) for each in map(_as_layer, found) if each is not None]
        if self._names_signs:  # tile and context have a branch each: merge the two
            layers.sort(key=lambda each: -each.values.shape[2] if each.is_map else 0)
        return tuple(layers)


def _as_layer(values: NDArray[np.generic]) -> NDArray[np.float32] | None:
    """Values as (N, channels, H, W) or (N, units); None for any other shape."""
    if values.ndim not in (2, 4) or values.size == 0:
        return None
    floats = values.astype(np.float32)
    return floats[:, :, 0, 0] if floats.shape[2:] == (1, 1) else floats
