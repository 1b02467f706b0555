"""The line reader: strips -> the probability of each digit, and of none, at each step.

strips = [cut_strip(gray, line) for line in find_lines(boxes)]
for answers in LineReader()(strips):
    digits = peaks(answers)
"""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inkten.log_odds import softmax
from inkten.models.model import OnnxModel
from inkten.models.onnx import Session, Shape
from inkten.models.registry import LINE
from inkten.recognition.decoding import CLASSES, WITH_SIGNS
from inkten.recognition.strips import (
    MARGIN,
    STEP,
    STRIP_HEIGHT,
    Strip,
    batch_of,
    normalized,
    padded_width,
)

BATCH = 16_384  # px: the width of all strips that are read at once bounds memory
WIDER = 1.3  # a strip waits for no strip more than this many times as wide

# (T, 11) probabilities of the digits and of blank, or (T, 24) with those of the signs
Answers: TypeAlias = NDArray[np.float32]


class LineReader(OnnxModel):
    """An ONNX model that reads the digits of strips, without boxes.

    The one that ships also names the signs beside them.
    """

    FIX = "Train one with 'inkten train line'."
    SHIPPED = LINE

    def _needed_shapes(self, session: Session) -> tuple[Shape, Shape]:
        names_signs = session.get_outputs()[0].shape[-1:] == [WITH_SIGNS]
        classes = WITH_SIGNS if names_signs else CLASSES
        return ("N", STRIP_HEIGHT, "W", 1), ("N", f"W/{STEP}", classes)

    def __call__(self, strips: Sequence[Strip]) -> list[Answers]:
        """Read strips: for each (32, W), the answers at its W/4 steps.

        (T, 11) each, or (T, 24) of a line reader that names signs.
        """
        return self.read([strip.pixels for strip in strips])

    def read(self, pixels: Sequence[NDArray[np.uint8]]) -> list[Answers]:
        """Read strips of any widths, (32, W) uint8 each, those of one width at once."""
        answers: list[Answers] = [np.zeros((0, CLASSES), np.float32)] * len(pixels)
        for places in _alike([strip.shape[1] for strip in pixels]):
            width = padded_width(max(pixels[place].shape[1] for place in places))
            batch = batch_of([normalized(pixels[place]) for place in places], width)
            inside = softmax(self._run(batch))[:, MARGIN // STEP :]
            for place, own in zip(places, inside, strict=True):
                answers[place] = own[: padded_width(pixels[place].shape[1]) // STEP]
        return answers


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
