"""A picture in MNIST's own form, known to hold one digit, is a tile as it stands.

That is 28x28 with light ink; of dark ink the classifier says that it is no digit.
So the classifier also sees it whole. What lies all over a picture, such as stripes or
noise, misleads the detector and the tile cutter, which the classifier never needed here.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inkten.candidates import Candidates
from inkten.classification.tiles import DIGIT_SIDE, TILE_SIDE
from inkten.detection import Detections
from inkten.fusion import accepted
from inkten.models.onnx import Classify

FORM = TILE_SIDE, TILE_SIDE
MARGIN = (TILE_SIDE - DIGIT_SIDE) / 2  # MNIST: around the digit
MIDDLE = np.array([[MARGIN, MARGIN, DIGIT_SIDE, DIGIT_SIDE]], np.float32)


def fuse_full_image(seen: Sequence[Candidates], classify: Classify) -> list[Candidates]:
    """Join what the classifier says of each whole picture, where it is (28, 28).

    Args:
        seen: pictures that are known to hold one digit each.
        classify: from (N, 28, 28), ink = 1, to (N, 10); what a row lacks to 1 is its
            belief that there is no digit.
    """
    grays = [each.gray.pixels for each in seen if each.gray.pixels.shape == FORM]
    if not grays:
        return list(seen)
    tiles = np.stack(grays).astype(np.float32) / np.float32(255)
    told = zip(tiles, classify(tiles), strict=True)
    return [
        _joined(each, *next(told)) if each.gray.pixels.shape == FORM else each
        for each in seen
    ]


def _joined(
    seen: Candidates, tile: NDArray[np.float32], whole: NDArray[np.float32]
) -> Candidates:
    """Both opinions on the one digit: (10,) of the whole picture, and what was read."""
    if seen.chosen:
        probabilities = seen.probabilities.copy()
        probabilities[seen.chosen] = _of_both(probabilities[seen.chosen[0]], whole)
        return replace(seen, probabilities=probabilities)
    if not accepted(whole[None])[0]:
        return seen
    found = Detections(MIDDLE, whole.sum(keepdims=True), whole[None])
    return replace(
        seen, finds=found, tiles=tile[None], probabilities=whole[None], chosen=[0]
    )


def _of_both(
    read: NDArray[np.float32], whole: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The mean of which digit it is; whether it is one, the surer opinion says."""
    both = read + whole
    surer = max(read.sum(), whole.sum())
    return np.asarray(both * (surer / max(both.sum(), 1e-6)), np.float32)
