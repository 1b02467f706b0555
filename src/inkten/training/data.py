"""Endless lessons: batches that are made while the network learns."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.classification.tiles import TILE_SIDE
from inkten.datasets.mnist import Part
from inkten.detection.pyramid import PADDING, normalize_local_contrast, pad
from inkten.synthesis.handwriting import Handwriting
from inkten.synthesis.page import Page, training_page
from inkten.training.backend import keras
from inkten.training.crops import LabelledTiles
from inkten.training.targets import encode

PAGE_SIDE = 160 - 2 * PADDING  # px: a page and what surrounds it are 160
OF_SIGNS = 0.1  # of the detector's pages hold nothing else
# How much a tile is warped, as standard deviations
TURN, SHEAR, STRETCH = np.radians(6), 0.1, 0.06
SHIFT = 0.8  # px
BEND, KNOTS = 1.0, 5  # px, at each of 5x5 places

Batch = tuple[NDArray[np.float32], NDArray[np.generic]]


class EndlessBatches(keras.utils.PyDataset):
    """Batches by number: batch i of epoch e is the same whenever it is made."""

    def __init__(self, *, seed: int, steps: int, batch_size: int) -> None:
        """Call so many batches an epoch."""
        super().__init__(workers=2, max_queue_size=8)
        self.seed, self.steps, self.batch_size = seed, steps, batch_size
        self.epoch = 0

    def __len__(self) -> int:
        """The batches of an epoch."""
        return self.steps

    def on_epoch_end(self) -> None:
        """Go on to lessons never seen."""
        self.epoch += 1

    def __getitem__(self, index: int) -> Batch:
        """Make batch ``index`` of this epoch."""
        number = self.epoch * self.steps + index
        return self.make(np.random.default_rng((self.seed, number)))

    def make(self, rng: np.random.Generator) -> Batch:
        """Make a batch; the generator decides everything."""
        raise NotImplementedError


class PageBatches(EndlessBatches):
    """Synthetic pages for the detector: (N, H, W, 1) and targets (N, h, w, 7)."""

    def __init__(
        self, part: Part, handwriting: Handwriting | None = None, **sizes: int
    ) -> None:
        """Write the pages with digits of ``part``, and with handwriting of packs."""
        super().__init__(**sizes)
        self.part, self.handwriting = part, handwriting

    def make(self, rng: np.random.Generator) -> Batch:
        """Make a batch of pages."""
        pages: list[Page] = [
            training_page(
                rng,
                self.part,
                PAGE_SIDE,
                of_signs=OF_SIGNS,
                handwriting=self.handwriting,
            )
            for _ in range(self.batch_size)
        ]
        return (
            np.stack([normalize_local_contrast(pad(page.gray)) for page in pages])[
                ..., None
            ],
            np.stack([encode(page) for page in pages]),
        )


class TileBatches(EndlessBatches):
    """Tiles for the classifier: (N, 28, 28) and labels (N,), 10 for no digit.

    Half of a batch is MNIST, the other half is cut from synthetic pages.
    """

    def __init__(self, part: Part, tiles: LabelledTiles, **sizes: int) -> None:
        """Take digits of ``part`` and ``tiles`` of pages made of the same."""
        super().__init__(**sizes)
        self.part, self.tiles = part, tiles

    def make(self, rng: np.random.Generator) -> Batch:
        """Make a batch of tiles."""
        half = self.batch_size // 2
        clean = rng.integers(len(self.part), size=half)
        cut = rng.integers(len(self.tiles), size=self.batch_size - half)
        tiles = np.concatenate([self.part.images[clean], self.tiles.tiles[cut]])
        labels = np.concatenate([self.part.labels[clean], self.tiles.labels[cut]])
        return _warped(rng, tiles).astype(np.float32) / np.float32(255), labels


def _warped(rng: np.random.Generator, tiles: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Tiles turned, sheared, stretched and moved a little, (N, 28, 28) uint8.

    Half of them are also bent, after Simard, Steinkraus, Platt 2003, "Best practices
    for convolutional neural networks applied to visual document analysis".
    """
    count = len(tiles)
    angle, shear = rng.normal(0, [[TURN], [SHEAR]], (2, count))
    stretch = np.exp(rng.normal(0, STRETCH, (count, 1, 2)))
    cosine, sine, none = np.cos(angle), np.sin(angle), np.zeros(count)
    turned = np.array([[cosine, -sine], [sine, cosine]])
    sheared = np.array([[none + 1, shear], [none, none + 1]])
    linear = np.einsum("abn,bcn->nac", turned, sheared) * stretch
    places = np.einsum("yxb,nab->nayx", _FROM_MIDDLE, linear, optimize=True)
    places += rng.normal(0, SHIFT, (count, 2, 1, 1))
    bends = rng.normal(0, BEND, (count, 2, KNOTS, KNOTS))
    bends *= (rng.random(count) < 0.5)[:, None, None, None]
    places += np.einsum("yj,najk,xk->nayx", _BETWEEN, bends, _BETWEEN, optimize=True)
    kept = rng.random(count) < 0.2
    places[kept] = _FROM_MIDDLE.transpose(2, 0, 1)
    places = (places + (TILE_SIDE - 1) / 2).astype(np.float32)
    warped = np.empty_like(tiles)
    for tile, (from_x, from_y), source in zip(warped, places, tiles, strict=True):
        cv2.remap(source, from_x, from_y, cv2.INTER_LINEAR, dst=tile)
    return warped


_steps = np.arange(TILE_SIDE) - (TILE_SIDE - 1) / 2
_FROM_MIDDLE = np.stack(np.meshgrid(_steps, _steps), axis=-1)  # (28, 28, 2) x, y
_knots = np.linspace(_steps[0], _steps[-1], KNOTS)
_BETWEEN = np.maximum(  # (28, 5): how much each knot counts at each pixel
    1 - np.abs(_steps[:, None] - _knots) / (_knots[1] - _knots[0]), 0
)
