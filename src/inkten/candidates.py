"""What is known of a picture, and the Reading that is made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from inkten.detection import Detections, need_full_pass
from inkten.fusion import accepted
from inkten.image.decode import GrayImage
from inkten.layout.lines import arrange
from inkten.reading import Box, Digit, Number, Reading

SPECK = 5  # times its height, or more, has the digit beside it; taken by hand
SURE = 0.8  # so is this: the belief in that digit


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """A picture as gray, what was found on it, and what that is taken for."""

    gray: GrayImage
    finds: Detections  # N of them, in pixels of the gray, surest first
    tiles: NDArray[np.float32]  # (N, 28, 28), ink = 1
    probabilities: NDArray[np.float32]  # (N, 10), 0..1
    chosen: list[int]  # which finds are read: the likeliest one, or all believed

    @property
    def believed(self) -> NDArray[np.bool_]:
        """Which finds are digits, (N,)."""
        return accepted(self.probabilities)

    def reading(self, min_confidence: float) -> Reading:
        """Put the digits that are read in reading order."""
        digits = [self._digit(i, min_confidence) for i in self.chosen]
        lines = tuple(
            tuple(Number(tuple(digits[i] for i in number)) for number in line)
            for line in arrange(self.finds.boxes[self.chosen])
        )
        guess = None
        if not digits and len(self.finds):
            likeliest = int(self.probabilities.max(axis=1).argmax())
            guess = self._digit(likeliest, min_confidence)
        return Reading(
            lines,
            self.gray.pixels,
            self.gray.scale,
            best_guess=guess,
            original_size=self.gray.original_size,
        )

    def _digit(self, index: int, min_confidence: float) -> Digit:
        box = Box(*(self.finds.boxes[index] * self.gray.scale).tolist())
        return Digit.of(
            self.probabilities[index], box, self.tiles[index], min_confidence
        )


def split_by_picture(
    grays: Sequence[GrayImage],
    finds: Sequence[Detections],
    tiles: NDArray[np.float32],
    probabilities: NDArray[np.float32],
    *,
    single: bool,
) -> list[Candidates]:
    """Part the tiles and probabilities of all finds by their pictures."""
    ends = accumulate(map(len, finds), initial=0)
    belief = probabilities.sum(axis=1)
    believed = accepted(probabilities)
    seen: list[Candidates] = []
    for gray, its, (start, end) in zip(grays, finds, pairwise(ends), strict=True):
        part = slice(start, end)
        if single:  # the surer find wins a draw
            chosen = [int(belief[part].argmax())] if len(its) else []
        else:
            chosen = np.flatnonzero(believed[part]).tolist()
            chosen = _without_speck(chosen, its.boxes, belief[part])
        seen.append(Candidates(gray, its, tiles[part], probabilities[part], chosen))
    return seen


def _without_speck(
    chosen: list[int], boxes: NDArray[np.float32], belief: NDArray[np.float32]
) -> list[int]:
    """Of two finds, leave out one that is tiny beside a sure digit.

    That is a scroll bar, a button or dirt. Among more digits a tiny one may be one.
    """
    if len(chosen) != 2:
        return chosen
    small, large = sorted(chosen, key=lambda index: boxes[index, 3])
    is_speck = boxes[small, 3] * SPECK < boxes[large, 3] and belief[large] >= SURE
    return [large] if is_speck else chosen


def doubtful(seen: Sequence[Candidates]) -> list[int]:
    """The places of those that want a full look."""
    return need_full_pass(
        [each.finds.boxes[each.chosen] for each in seen],
        [each.probabilities[each.chosen].max(axis=1) for each in seen],
        [each.gray.pixels for each in seen],
    )
