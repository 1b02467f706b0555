"""The detector's cells -> boxes: peaks of the heat map, with size and digit.

After Zhou, Wang, Kraehenbuehl 2019, "Objects as Points" (CenterNet). A cell is 4x4
pixels of the level it was computed on. Its 15 channels:

    0       heat, as a logit: is the centre of a digit here?
    1, 2    where in the cell the centre is: across, down, 0..1
    3, 4    width and height, as logarithms relative to a typical digit
    5..14   the ten digits, as logits
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from inkten.log_odds import probability_of, softmax

CELL = 4  # px of a level per cell
USUAL = np.array([16.0, 24.0], np.float32)  # px: sizes are learned relative to this
SIZES = -3.0, 1.5  # logarithms of size / USUAL are clipped to this range
CHANNELS = 15
HEAT, OFFSET, SIZE, DIGITS = 0, slice(1, 3), slice(3, 5), slice(5, 15)


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """N detected digits, one row each.

    Attributes:
        boxes: (N, 4) float32: x, y, width, height.
        scores: (N,) float32, 0..1: how likely a digit stands there.
        digits: (N, 10) float32: the detector's probability of each digit.

    Raises:
        ValueError: the shapes do not go together.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    digits: NDArray[np.float32]

    def __post_init__(self) -> None:
        """Check the shapes."""
        count = len(self.scores)
        shapes = self.boxes.shape, self.scores.shape, self.digits.shape
        if shapes != ((count, 4), (count,), (count, 10)):
            raise ValueError(
                f"boxes, scores and digits of shapes {shapes}; expected (N, 4), (N,) "
                "and (N, 10)"
            )

    def __len__(self) -> int:
        """The number of detections."""
        return len(self.scores)

    @classmethod
    def empty(cls) -> "Detections":
        """No detections."""
        return cls(*(np.zeros(shape, np.float32) for shape in ((0, 4), 0, (0, 10))))

    @classmethod
    def merge(cls, parts: Sequence["Detections"]) -> "Detections":
        """All detections of several levels or pictures, in order."""
        if not parts:
            return cls.empty()
        return cls(
            np.concatenate([part.boxes for part in parts]),
            np.concatenate([part.scores for part in parts]),
            np.concatenate([part.digits for part in parts]),
        )

    def take(self, chosen: NDArray[np.generic] | slice) -> "Detections":
        """Keep the chosen rows: by index, by mask or by slice."""
        return Detections(self.boxes[chosen], self.scores[chosen], self.digits[chosen])

    def split(self, owners: NDArray[np.intp], count: int) -> list["Detections"]:
        """Split by ``owners``, (N,): the picture of each detection, of ``count``."""
        order = np.argsort(owners, kind="stable")
        ends = np.searchsorted(owners[order], np.arange(count + 1)).tolist()
        ordered = self.take(order)
        return [ordered.take(slice(*part)) for part in pairwise(ends)]


def decode_heatmap(
    cells: NDArray[np.float32], min_score: float
) -> tuple[Detections, NDArray[np.intp]]:
    """Find the peaks of one level of several pictures.

    Args:
        cells: (P, h, w, 15), the network's output.
        min_score: fainter peaks are left out.

    Returns:
        All N detections, and (N,) the index of each one's picture, ascending.
    """
    heat = cells[..., HEAT]  # (P, h, w)
    min_logit = np.log(min_score / (1 - min_score))
    pictures, rows, columns = np.nonzero(
        (heat == _local_maximum(heat)) & (heat > min_logit)
    )
    at = cells[pictures, rows, columns]  # (N, 15)
    centres = (np.stack([columns, rows], 1) + at[:, OFFSET]) * CELL
    sizes = np.exp(np.clip(at[:, SIZE], *SIZES)) * USUAL
    detections = Detections(
        np.concatenate([centres - sizes / 2, sizes], 1).astype(np.float32),
        probability_of(at[:, HEAT]),
        softmax(at[:, DIGITS]),
    )
    return detections, pictures


def _local_maximum(heat: NDArray[np.float32]) -> NDArray[np.float32]:
    """The highest of each cell of (P, h, w) and its eight neighbours."""
    count, height, width = heat.shape
    # np.pad does the same in ten times the time.
    edged = np.full((count, height + 2, width + 2), -np.inf, np.float32)
    edged[:, 1:-1, 1:-1] = heat
    across = np.maximum(np.maximum(edged[..., :-2], edged[..., 1:-1]), edged[..., 2:])
    highest: NDArray[np.float32] = np.maximum(
        np.maximum(across[:, :-2], across[:, 1:-1]), across[:, 2:]
    )
    return highest
