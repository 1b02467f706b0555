"""The result: an Explanation, and each Way to read the picture."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inkten.classification.features import Layer
from inkten.classification.inputs import tiles_of
from inkten.digits import Digit
from inkten.drawing import encode_for, encode_png
from inkten.explanation.lines import LineStrip
from inkten.explanation.stages import draw_stages
from inkten.files import write_whole
from inkten.reading import Reading

PLAIN_RECIPE = "plain recipe"


@dataclass(frozen=True, eq=False)
class Way:
    """One way to read the picture, and the inside of its classifier.

    Attributes:
        name: "plain recipe", "mlp", "cnn", or the path of a model file.
        reading: what it reads.
        probabilities: (N, 10) what its classifier alone makes of the tiles; the plain
            recipe has one row, for the whole picture.
        layers: what each of its layers makes of them; none for the plain recipe, whose
            network is the mlp, and for a model that Keras runs.
    """

    name: str
    reading: Reading
    probabilities: NDArray[np.float32]
    layers: tuple[Layer, ...] = ()

    @property
    def sees_all(self) -> bool:
        """Whether its one tile is the whole picture: only with the plain recipe."""
        return self.name == PLAIN_RECIPE


@dataclass(frozen=True, eq=False)
class Explanation:
    """Every stage of a reading, and other ways to read the same picture.

    Attributes:
        reading: the reading that is explained.
        level: (h, w) uint8: the picture at the size at which its digits are closest to
            the height that the detector finds best.
        contrast: (h + 12, w + 12) float32: that level with a margin of 6 pixels, less
            its local mean, divided by its local standard deviation: what the detector's
            network gets.
        heat: (H, W) float32 in 0..1, a cell for each 4x4 pixels of ``contrast``: how
            likely the centre of a digit is there.
        detector: (N, 10) what the detector alone makes of each digit.
        ways: the plain recipe, the mlp, the cnn, and the model given, if it is another.
        strips: the lines as the line reader reads them; none where it stays out.
        only: the one digit that is explained, counted from 0; all are if None.
    """

    reading: Reading
    level: NDArray[np.uint8]
    contrast: NDArray[np.float32]
    heat: NDArray[np.float32]
    detector: NDArray[np.float32]
    ways: tuple[Way, ...]
    strips: tuple[LineStrip, ...] = ()
    only: int | None = None

    @cached_property
    def digits(self) -> tuple[Digit, ...]:
        """The N digits that are explained: those read, or the best guess if none is."""
        return explained_digits(self.reading, self.only)

    @cached_property
    def tiles(self) -> NDArray[np.float32]:
        """What the classifier gets: (N, 28, 28), ink = 1."""
        return tiles_of(self.reading, self.digits)

    def picture(self, digit: int = 0) -> NDArray[np.uint8]:
        """Draw the stages, one below the other: (H, W, 3) uint8 RGB.

        Args:
            digit: the digit whose feature maps and probabilities are drawn, counted
                from 0 in reading order.

        Raises:
            IndexError: there is no such digit.
        """
        count = len(self.digits)
        if count and not 0 <= digit < count:
            raise IndexError(f"digit {digit}; expected 0 to {count - 1}")
        return draw_stages(self, digit)

    def save(self, path: str | os.PathLike[str], digit: int = 0) -> None:
        """Save the picture of the stages, as PNG or JPEG by the name's ending.

        Raises:
            InktenError: another ending, or the file cannot be written.
            IndexError: there is no such digit.
        """
        target = Path(path)
        write_whole(target, encode_for(target, self.picture(digit)))

    def _repr_png_(self) -> bytes:
        """How a notebook shows it."""
        return encode_png(self.picture())


def explained_digits(reading: Reading, only: int | None = None) -> tuple[Digit, ...]:
    """The digits of a reading, in order; its best guess if there are none.

    Args:
        reading: what was read.
        only: just this one, counted from 0, if there are any.

    Raises:
        IndexError: there is no such digit.
    """
    digits = tuple(reading.digits)
    if not digits and reading.best_guess is not None:
        digits = (reading.best_guess,)
    if only is None or not digits:
        return digits
    if not 0 <= only < len(digits):
        raise IndexError(f"digit {only}; expected 0 to {len(digits) - 1}")
    return (digits[only],)
