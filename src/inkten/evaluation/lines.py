"""How well a line reader reads strips whose texts are known."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkten.evaluation.measure import edit_distance
from inkten.recognition.decoding import peaks

Strips = Sequence[NDArray[np.uint8]]  # (32, W) each
Read = Callable[[Strips], Sequence[NDArray[np.float32]]]  # to (T, 11) or (T, 24)


@dataclass(frozen=True)
class LineScores:
    """The scores of a line reader; model cards use the same names. Signs do not count.

    Attributes:
        exact: the share of the strips with digits of which every digit is right.
        character_error_rate: edits per digit on these strips.
        clean: the share of the strips without digits on which none was read.
    """

    exact: float
    character_error_rate: float
    clean: float


def measure_lines(read: Read, strips: Strips, texts: Sequence[str]) -> LineScores:
    """Compare what a line reader reads on strips with their texts."""
    answers = [
        "".join(str(peak.probabilities.argmax()) for peak in peaks(each))
        for each in read(strips)
    ]
    digits = ["".join(filter(str.isdecimal, text)) for text in texts]
    pairs = list(zip(digits, answers, strict=True))
    written = [pair for pair in pairs if pair[0]]
    blank = [answer for text, answer in pairs if not text]
    edits = sum(edit_distance(text, answer) for text, answer in written)
    return LineScores(
        exact=sum(text == answer for text, answer in written) / max(len(written), 1),
        character_error_rate=edits / max(sum(len(text) for text, _ in written), 1),
        clean=sum(not answer for answer in blank) / max(len(blank), 1),
    )
