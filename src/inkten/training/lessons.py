"""Endless lessons: batches that are made while the network learns."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.datasets.mnist import Part
from inkten.finder.pyramid import flatten
from inkten.tiles import TILE_SIDE
from inkten.training.backend import keras
from inkten.training.cuttings import Cuttings
from inkten.training.pages import Page, make_page
from inkten.training.targets import encode

Batch = tuple[NDArray[np.float32], NDArray[np.generic]]


class EndlessLessons(keras.utils.PyDataset):
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


class PageLessons(EndlessLessons):
    """Synthetic pages for the finder: (N, H, W, 1) and targets (N, h, w, 7)."""

    def __init__(self, part: Part, **sizes: int) -> None:
        """Write the pages with digits of ``part``."""
        super().__init__(**sizes)
        self.part = part

    def make(self, rng: np.random.Generator) -> Batch:
        """Make a batch of pages."""
        pages: list[Page] = [
            make_page(rng, self.part.images, self.part.labels)
            for _ in range(self.batch_size)
        ]
        return (
            np.stack([flatten(page.gray) for page in pages])[..., None],
            np.stack([encode(page) for page in pages]),
        )


class TileLessons(EndlessLessons):
    """Tiles for the classifier: (N, 28, 28) and labels (N,), 10 for no digit.

    Half of a batch is MNIST, the other half is cut from synthetic pages.
    """

    def __init__(self, part: Part, cuttings: Cuttings, **sizes: int) -> None:
        """Take digits of ``part`` and ``cuttings`` of pages made of the same."""
        super().__init__(**sizes)
        self.part, self.cuttings = part, cuttings

    def make(self, rng: np.random.Generator) -> Batch:
        """Make a batch of tiles."""
        half = self.batch_size // 2
        clean = rng.integers(len(self.part), size=half)
        cut = rng.integers(len(self.cuttings), size=self.batch_size - half)
        tiles = np.concatenate([self.part.images[clean], self.cuttings.tiles[cut]])
        labels = np.concatenate([self.part.labels[clean], self.cuttings.labels[cut]])
        warped = np.stack([_warped(rng, tile) for tile in tiles])
        return warped.astype(np.float32) / np.float32(255), labels


def _warped(rng: np.random.Generator, tile: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A tile turned, sheared, stretched and moved a little, (28, 28) uint8."""
    if rng.random() < 0.2:
        return tile
    angle = rng.normal(0, np.radians(6))
    cosine, sine = np.cos(angle), np.sin(angle)
    turned = np.array([[cosine, -sine], [sine, cosine]])
    sheared = np.array([[1, rng.normal(0, 0.1)], [0, 1]])
    stretched = np.diag(np.exp(rng.normal(0, 0.06, 2)))
    linear = turned @ sheared @ stretched
    middle = np.full(2, (TILE_SIDE - 1) / 2)
    moved = middle - linear @ middle + rng.normal(0, 0.8, 2)
    matrix = np.column_stack([linear, moved])
    return np.asarray(cv2.warpAffine(tile, matrix, (TILE_SIDE, TILE_SIDE)), np.uint8)
