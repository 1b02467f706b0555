"""The story: a picture comes in, a Reading goes out. Start here."""

import os
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inkten.answer import Box, Digit, Number, Reading
from inkten.belief import are_digits, join
from inkten.content import Limits, Picture, hold
from inkten.finder import Finder, Finds, arrange, wants_closer_look
from inkten.models.session import DEFAULT, FINDER, Classifier
from inkten.picture import Gray, decode
from inkten.tiles import cut_tiles

Turn: TypeAlias = Literal[0, 90, 180, 270, "auto"]
DOUBT = 0.5  # a digit less sure than this makes a turn less likely
TURNS = (0, 90, 180, 270)  # degrees, clockwise
Classify: TypeAlias = Callable[[NDArray[np.float32]], NDArray[np.float32]]


class Find(Protocol):
    """What finds the digits on (H, W) uint8 gray."""

    def __call__(
        self, gray: NDArray[np.uint8], *, single: bool = ..., closer: bool = ...
    ) -> Finds:
        """Find the digits; at most one when the picture is known to hold one."""


class Reader:
    """Reads pictures; keeps its models, and may be shared between threads.

    >>> reader = Reader()
    >>> reader.read("examples/digit.jpg").text
    '7'
    """

    def __init__(
        self,
        model: str | os.PathLike[str] | Classify | None = None,
        finder: str | os.PathLike[str] | Find | None = None,
        *,
        threads: int | None = None,
        min_confidence: float | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Load the models.

        Args:
            model: the classifier: the name of a shipped one, the path of an ONNX file,
                or a function from tiles (N, 28, 28) to probabilities (N, 10).
            finder: the path of an ONNX file, or a function from gray to ``Finds``; the
                shipped one if None.
            threads: processor threads for one picture; all cores if None.
            min_confidence: a digit below it is read as ``?``; 0 if None.
            limits: the largest pictures that are read.

        Raises:
            ModelError: the model is missing, damaged or of another form.
            ValueError: ``min_confidence`` is not in 0..1.
        """
        if model is None or isinstance(model, str | os.PathLike):
            model = Classifier(model or DEFAULT, threads=threads)
        self.classifier = model
        if finder is None or isinstance(finder, str | os.PathLike):
            finder = Finder(finder or FINDER, threads=threads)
        self.finder = finder
        self.min_confidence = 0.0 if min_confidence is None else min_confidence
        if not 0 <= self.min_confidence <= 1:
            raise ValueError(f"min_confidence={min_confidence}; expected 0 to 1")
        self.limits = limits or Limits()

    def read(
        self, picture: Picture, *, single: bool = False, rotate: Turn = 0
    ) -> Reading:
        """Read one picture.

        Args:
            picture: a path, bytes, an open binary file, a PIL image or an array
                (RGB order).
            single: the picture is known to hold one digit.
            rotate: turn it clockwise by 90, 180 or 270 degrees first; with ``"auto"``
                all four turns are tried and the surest reading is kept. Boxes are in
                pixels of the turned picture.

        Raises:
            PictureError: the picture cannot be read; says which and why.
            ValueError: another ``rotate``.
        """
        if rotate not in (*TURNS, "auto"):
            raise ValueError(f"rotate={rotate!r}; expected 0, 90, 180, 270 or 'auto'")
        held = hold(picture, self.limits)  # an open file could be read only once
        if rotate != "auto":
            return self._read_turned(held, rotate, single=single)
        readings = [self._read_turned(held, turn, single=single) for turn in TURNS]
        return max(readings, key=_sureness)

    def read_many(
        self, pictures: Iterable[Picture], *, single: bool = False, rotate: Turn = 0
    ) -> Iterator[Reading]:
        """Read pictures one after the other, each when it is asked for."""
        return (self.read(each, single=single, rotate=rotate) for each in pictures)

    def _read_turned(self, picture: Picture, turn: int, *, single: bool) -> Reading:
        """The way of a picture."""
        gray = _turned(decode(picture, self.limits), turn)  # (H, W) uint8
        finds = self.finder(gray.pixels, single=single)  # N boxes, surest first
        if wants_closer_look(finds, gray.pixels, gray.scale):
            if gray.scale > 1:  # a JPEG that was decoded smaller
                gray = _turned(decode(picture, self.limits, whole=True), turn)
            finds = self.finder(gray.pixels, single=single, closer=True)
        tiles = cut_tiles(gray.pixels, finds.boxes)  # (N, 28, 28) float32, ink = 1
        probabilities = join(finds, self.classifier(tiles))  # (N, 10), 0..1
        believed = are_digits(probabilities) | single
        digits = [
            self._digit(probabilities[i], finds.boxes[i] * gray.scale, tiles[i])
            for i in np.flatnonzero(believed)
        ]
        lines = tuple(
            tuple(Number(tuple(digits[i] for i in number)) for number in line)
            for line in arrange(finds.boxes[believed])
        )
        return Reading(lines, gray.pixels, gray.scale)

    def _digit(
        self,
        probabilities: NDArray[np.float32],
        box: NDArray[np.float32],
        tile: NDArray[np.float32],
    ) -> Digit:
        return Digit.of(probabilities, Box(*box.tolist()), tile, self.min_confidence)


def read(picture: Picture, *, single: bool = False) -> Reading:
    """Read one picture with a default ``Reader``, made at the first call.

    Raises:
        PictureError: the picture cannot be read; says which and why.
    """
    return _default_reader().read(picture, single=single)


@cache
def _default_reader() -> Reader:
    return Reader()


def _turned(gray: Gray, degrees: int) -> Gray:
    quarters = degrees // 90
    if quarters == 0:
        return gray
    return Gray(np.ascontiguousarray(np.rot90(gray.pixels, -quarters)), gray.scale)


def _sureness(reading: Reading) -> float:
    """How much speaks for a turn: sure digits do, doubtful ones speak against it."""
    return sum(digit.confidence - DOUBT for digit in reading.digits)
