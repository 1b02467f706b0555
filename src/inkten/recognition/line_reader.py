"""The line reader: strips -> the probability of each digit, and of none, at each step.

strips = [cut_strip(gray, line) for line in find_lines(boxes)]
for probabilities in LineReader()(strips):
    digits = peaks(probabilities)
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inkten.models.card import Card
from inkten.models.onnx import card_of, checked_input, open_session, run
from inkten.models.registry import LINE, read_model
from inkten.recognition.decoding import CLASSES
from inkten.recognition.strips import (
    MARGIN,
    STEP,
    STRIP_HEIGHT,
    Strip,
    batch_of,
    normalized,
    padded_width,
)

FIX = "Train one with 'inkten train line'."
BATCH = 16_384  # px: the width of all strips that are read at once bounds memory
WIDER = 1.3  # a strip waits for no strip more than this many times as wide

Answers: TypeAlias = NDArray[np.float32]  # (T, 11) probabilities; blank is last


class LineReader:
    """An ONNX model that reads the digits of strips, without boxes."""

    def __init__(
        self, model: str | os.PathLike[str] = LINE, *, threads: int | None = None
    ) -> None:
        """Load the shipped network, or an ONNX file with the same shapes.

        Args:
            model: the name of the shipped line reader, or the path of a file.
            threads: processor threads for one call; all cores if None.

        Raises:
            ModelError: missing, damaged, changed since it shipped, or of other shapes.
        """
        self.name = os.fspath(model)
        self._threads = threads
        self._session = open_session(read_model(self.name), self.name, threads)
        self._input = checked_input(
            self._session,
            self.name,
            takes=("N", STRIP_HEIGHT, "W", 1),
            gives=("N", f"W/{STEP}", CLASSES),
            fix=FIX,
        )

    @property
    def card(self) -> Card:
        """What the model is, as written in its file.

        Raises:
            ModelError: the file has no card.
        """
        return card_of(self._session)

    def __call__(self, strips: Sequence[Strip]) -> list[Answers]:
        """Read strips: for each (32, W), the answers at its W/4 steps, (T, 11)."""
        return self.read([strip.pixels for strip in strips])

    def read(self, pixels: Sequence[NDArray[np.uint8]]) -> list[Answers]:
        """Read strips of any widths, (32, W) uint8 each, those of one width at once."""
        answers: list[Answers] = [np.zeros((0, CLASSES), np.float32)] * len(pixels)
        for places in _alike([strip.shape[1] for strip in pixels]):
            width = padded_width(max(pixels[place].shape[1] for place in places))
            batch = batch_of([normalized(pixels[place]) for place in places], width)
            logits = run(self._session, self.name, {self._input: batch}, fix=FIX)
            inside = _softmax(logits)[:, MARGIN // STEP :]
            for place, own in zip(places, inside, strict=True):
                answers[place] = own[: padded_width(pixels[place].shape[1]) // STEP]
        return answers

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle only the path: the copy loads the file again."""
        shipped = self.name == LINE
        model = self.name if shipped else str(Path(self.name).absolute())
        return _load, (model, self._threads)


def _load(model: str, threads: int | None) -> LineReader:
    return LineReader(model, threads=threads)


def _alike(widths: Sequence[int]) -> Iterator[list[int]]:
    """Groups of strips of about one width, so that little of a batch is padding."""
    group: list[int] = []
    for place in sorted(range(len(widths)), key=lambda place: widths[place]):
        width = widths[place]
        is_full = width * (len(group) + 1) > BATCH
        if group and (is_full or width > WIDER * widths[group[0]]):
            yield group
            group = []
        group.append(place)
    if group:
        yield group


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)
