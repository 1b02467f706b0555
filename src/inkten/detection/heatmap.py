"""The detector's cells -> boxes: peaks of the heat map, each with its size and digit.

A cell is 4x4 pixels of the level it was computed on. Its 15 channels:

    0       heat, as a logit: is the middle of a digit here?
    1, 2    where in the cell the middle is: across, down, 0..1
    3, 4    width and height, as logarithms of their share of a usual digit
    5..14   the ten digits, as logits
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

CELL = 4  # px of a level per cell
USUAL = np.array([16.0, 24.0], np.float32)  # px: sizes are learned relative to this
SIZES = -3.0, 1.5  # their logarithms: no digit of a level is smaller or larger
CHANNELS = 15
HEAT, OFFSET, SIZE, DIGITS = 0, slice(1, 3), slice(3, 5), slice(5, 15)


@dataclass(frozen=True, slots=True)
class Detections:
    """What was found, one row each."""

    boxes: NDArray[np.float32]  # (N, 4) x, y, width, height
    scores: NDArray[np.float32]  # (N,) 0..1, how likely a digit stands there
    digits: NDArray[np.float32]  # (N, 10) which digit the detector takes it for

    def __len__(self) -> int:
        """How many were found."""
        return len(self.scores)

    def take(self, chosen: NDArray[np.generic] | slice) -> "Detections":
        """Keep the chosen rows: by index, by mask or by slice."""
        return Detections(self.boxes[chosen], self.scores[chosen], self.digits[chosen])

    def of_each(self, owners: NDArray[np.intp], count: int) -> list["Detections"]:
        """Part N finds by the number of their owner, (N,), one of ``count``."""
        order = np.argsort(owners, kind="stable")
        ends = np.searchsorted(owners[order], np.arange(count + 1)).tolist()
        ordered = self.take(order)
        return [ordered.take(slice(*part)) for part in pairwise(ends)]

    @classmethod
    def joined(cls, parts: list["Detections"]) -> "Detections":
        """Lay the finds of several levels together."""
        return cls(
            np.concatenate([part.boxes for part in parts]),
            np.concatenate([part.scores for part in parts]),
            np.concatenate([part.digits for part in parts]),
        )


def decode_heatmap(
    cells: NDArray[np.float32], least_score: float
) -> tuple[Detections, NDArray[np.intp]]:
    """Read the peaks of one level of several pictures.

    Args:
        cells: (P, h, w, 15), as the network gives them.
        least_score: fainter peaks are left out.

    Returns:
        All N finds, and (N,) the picture of each, rising.
    """
    heat = cells[..., HEAT]  # (P, h, w)
    least_logit = np.log(least_score / (1 - least_score))
    pictures, rows, columns = np.nonzero(
        (heat == _highest_around(heat)) & (heat > least_logit)
    )
    at = cells[pictures, rows, columns]  # (N, 15)
    middles = (np.stack([columns, rows], 1) + at[:, OFFSET]) * CELL
    sizes = np.exp(np.clip(at[:, SIZE], *SIZES)) * USUAL
    finds = Detections(
        np.concatenate([middles - sizes / 2, sizes], 1).astype(np.float32),
        (1 / (1 + np.exp(-at[:, HEAT]))).astype(np.float32),
        _softmax(at[:, DIGITS]),
    )
    return finds, pictures


def _highest_around(heat: NDArray[np.float32]) -> NDArray[np.float32]:
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


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
    return shares
