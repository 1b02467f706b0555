"""Networks of someone else: any ONNX file from 28x28 pictures to ten or eleven scores.

    network = OnnxNetwork("theirs.onnx")
    network(pictures)      # (N, 28, 28) float32 -> (N, 10) or (N, 11)

Their pictures may be flat or have an axis for the channel, their numbers may be bytes,
and a batch may be fixed: PyTorch's export allows one picture at a time unless it is
told otherwise.
"""

from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from inkten.classification.tiles import TILE_SIDE
from inkten.errors import ModelError
from inkten.models.onnx import open_session, run
from inkten.models.registry import read_model

SHAPES = (
    (TILE_SIDE, TILE_SIDE),
    (TILE_SIDE, TILE_SIDE, 1),
    (1, TILE_SIDE, TILE_SIDE),
    (TILE_SIDE * TILE_SIDE,),
)
CLASSES = (10, 11)  # the eleventh: no digit
NEEDED = (
    "inkten needs pictures of (28, 28), (28, 28, 1), (1, 28, 28) or (784,) and 10 "
    "scores, or 11 with 'no digit' last"
)
NUMBERS = {
    "tensor(float)": np.float32,
    "tensor(double)": np.float64,
    "tensor(float16)": np.float16,
    "tensor(uint8)": np.uint8,
}
BATCH = 512  # pictures at once: bounds memory

Axes = Sequence[int | str | None]  # a name or None: any length


class Network(Protocol):
    """A network that takes 28x28 pictures and gives scores.

    Attributes:
        name: what messages call it; its path.
        takes_bytes: whether its pixels are whole numbers, 0 to 255.
    """

    name: str
    takes_bytes: bool

    def __call__(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        """Score (N, 28, 28) pictures, in the range that it takes: (N, 10 or 11)."""


class OnnxNetwork:
    """An ONNX file of one input and one output.

    Attributes:
        name: its path.
        shape: of one picture.
        type: of the numbers that it takes.
        takes_bytes: whether they are bytes.
        fixed_batch: the number of pictures that it takes at once; None if any.
    """

    def __init__(self, name: str, threads: int | None = None) -> None:
        """Load a file.

        Args:
            name: its path; weights that PyTorch saved beside it are found.
            threads: processor threads for one call; all cores if None.

        Raises:
            ModelError: missing, damaged, or with other inputs or outputs.
        """
        self.name, self._threads = name, threads
        content, folder = read_model(name), Path(name).parent
        self._session = open_session(content, name, threads, folder)
        inputs, outputs = self._session.get_inputs(), self._session.get_outputs()
        if len(inputs) != 1 or len(outputs) != 1 or inputs[0].type not in NUMBERS:
            takes = " and ".join(f"{each.shape} {each.type[7:-1]}" for each in inputs)
            gives = " and ".join(f"{each.shape} {each.type[7:-1]}" for each in outputs)
            raise ModelError(f"takes {takes}, gives {gives}; {NEEDED}", name=name)
        self._input, self.type = inputs[0].name, NUMBERS[inputs[0].type]
        self.takes_bytes = self.type is np.uint8
        self.shape = picture_shape(name, inputs[0].shape, outputs[0].shape)
        first = inputs[0].shape[0]
        self.fixed_batch = first if isinstance(first, int) else None

    def __call__(self, pictures: NDArray[np.float32]) -> NDArray[np.float32]:
        """Score (N, 28, 28) pictures, in the range that it takes: (N, 10 or 11)."""
        shaped = self.input_of(pictures)
        size = self.fixed_batch or BATCH
        scores = [
            self._run(shaped[at : at + size]) for at in range(0, len(shaped), size)
        ]
        return np.concatenate(scores)

    def input_of(self, pictures: NDArray[np.float32]) -> NDArray[np.generic]:
        """(N, 28, 28) pictures in the shape and type of the file's input."""
        if self.takes_bytes:
            pictures = pictures.round()
        return pictures.reshape(-1, *self.shape).astype(self.type)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle only the path: the copy loads the file again."""
        return OnnxNetwork, (str(Path(self.name).absolute()), self._threads)

    def _run(self, batch: NDArray[np.generic]) -> NDArray[np.float32]:
        count = len(batch)
        if self.fixed_batch:
            batch = np.pad(
                batch, ((0, self.fixed_batch - count), *[(0, 0)] * len(self.shape))
            )
        given = run(self._session, self.name, {self._input: batch}, fix=f"{NEEDED}.")
        scores = np.asarray(given, np.float32).reshape(len(batch), -1)[:count]
        if scores.shape[1] not in CLASSES:
            raise ModelError(
                f"gives {scores.shape[1]} scores; {NEEDED}", name=self.name
            )
        return scores


def picture_shape(name: str, takes: Axes, gives: Axes) -> tuple[int, ...]:
    """The shape of one picture, without the axis of the batch.

    Args:
        name: of the model, for the message.
        takes: the axes of its input; the first counts pictures.
        gives: the axes of its output.

    Raises:
        ModelError: it is not one that inkten can make of a tile, or the number of
            scores is not 10 or 11.
    """
    fitting = [shape for shape in SHAPES if takes and _fits(takes[1:], shape)]
    known = [axis for axis in gives[1:] if isinstance(axis, int)]
    is_known = len(known) == len(gives[1:])
    if not fitting or (is_known and prod(known) not in CLASSES):
        raise ModelError(
            f"takes {_in_words(takes)} and gives {_in_words(gives)}; {NEEDED}",
            name=name,
        )
    return fitting[0]


def _fits(axes: Axes, shape: tuple[int, ...]) -> bool:
    return len(axes) == len(shape) and all(
        not isinstance(axis, int) or axis == side
        for axis, side in zip(axes, shape, strict=True)
    )


def _in_words(axes: Axes) -> str:
    return f"({', '.join(str(axis) for axis in axes)})"
