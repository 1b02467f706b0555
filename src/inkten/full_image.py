"""A picture in MNIST's format is a tile already: classified as one, and fused in."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inkten.candidates import Candidates
from inkten.classification.classifier import Classify
from inkten.classification.tiles import DIGIT_SIDE, TILE_SIDE
from inkten.detection import Detections
from inkten.fusion import accepted

MNIST_SHAPE = TILE_SIDE, TILE_SIDE
MNIST_MARGIN = (TILE_SIDE - DIGIT_SIDE) / 2  # px, around the digit
BLACK = 128  # gray level: a quarter of a tile is darker, even among stripes
MNIST_BOX = np.array([[MNIST_MARGIN, MNIST_MARGIN, DIGIT_SIDE, DIGIT_SIDE]], np.float32)


def fuse_full_image(
    candidates: Sequence[Candidates], classify: Classify
) -> list[Candidates]:
    """Also classify each 28x28 picture as one tile, and fuse the result in.

    A picture in MNIST's format, with light ink and one digit, is a tile already.
    Stripes or noise over all of a picture mislead the detector and the tile cutting
    more than they mislead the classifier.

    Args:
        candidates: those of pictures known to hold one digit each.
        classify: from (N, 28, 28), ink = 1, to (N, 10); it can say "no digit".
    """
    fitting = [n for n, each in enumerate(candidates) if _is_tile(each.image.pixels)]
    fused = list(candidates)
    if not fitting:
        return fused
    tiles = np.stack([fused[n].image.pixels for n in fitting]).astype(np.float32)
    tiles /= np.float32(255)
    for n, tile, full in zip(fitting, tiles, classify(tiles), strict=True):
        fused[n] = _fused(fused[n], tile, full)
    return fused


def _is_tile(gray: NDArray[np.uint8]) -> bool:
    """Whether a picture has MNIST's size and light ink on black."""
    return gray.shape == MNIST_SHAPE and bool(np.percentile(gray, 25) < BLACK)


def _fused(
    candidates: Candidates, tile: NDArray[np.float32], full: NDArray[np.float32]
) -> Candidates:
    """Combine the candidates with the (10,) probabilities of the full picture."""
    if candidates.chosen:
        probabilities = candidates.probabilities.copy()
        read = probabilities[candidates.chosen[0]]
        probabilities[candidates.chosen] = _mean_digit(read, full)
        return replace(candidates, probabilities=probabilities)
    if not accepted(full[None])[0]:
        return candidates
    found = Detections(MNIST_BOX, full.sum(keepdims=True), full[None])
    return replace(
        candidates,
        detections=found,
        tiles=tile[None],
        probabilities=full[None],
        chosen=[0],
    )


def _mean_digit(
    read: NDArray[np.float32], full: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Average which digit it is; take from the surer opinion whether it is one."""
    both = read + full
    surer = max(read.sum(), full.sum())
    return np.asarray(both * (surer / max(both.sum(), 1e-6)), np.float32)
