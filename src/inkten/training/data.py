"""Endless training batches, generated while the network trains."""

import numpy as np
from numpy.typing import NDArray

from inkten.classification.tiles import with_context
from inkten.classification.warp import warped
from inkten.datasets.mnist import Part
from inkten.detection.pyramid import PADDING, normalize_local_contrast, pad
from inkten.synthesis.handwriting import Handwriting
from inkten.synthesis.page import training_page
from inkten.training.backend import keras
from inkten.training.crops import LabelledTiles
from inkten.training.targets import encode

PAGE_SIDE = 160 - 2 * PADDING  # px: 160 with the padding
SIGNS_ONLY = 0.15  # share of the detector's pages that hold only letters and signs
COMMON = 0.75  # a class of n tiles is drawn in proportion to n to this power
TURNED_TEXT = 0.3  # share of the pages of text that lie on their side or upside down

Batch = tuple[NDArray[np.float32], NDArray[np.generic]]


class EndlessBatches(keras.utils.PyDataset):
    """Batches by number: batch i of epoch e is the same whenever it is generated."""

    def __init__(self, *, seed: int, steps: int, batch_size: int) -> None:
        """Set the batches in an epoch and the samples in a batch."""
        super().__init__(workers=2, max_queue_size=8)
        self.seed, self.steps, self.batch_size = seed, steps, batch_size
        self.epoch = 0

    def __len__(self) -> int:
        """The number of batches in an epoch."""
        return self.steps

    def on_epoch_end(self) -> None:
        """Continue with new batches."""
        self.epoch += 1

    def __getitem__(self, index: int) -> Batch:
        """Generate batch ``index`` of this epoch."""
        number = self.epoch * self.steps + index
        return self.generate(np.random.default_rng((self.seed, number)))

    def generate(self, rng: np.random.Generator) -> Batch:
        """Generate a batch that depends on nothing but the generator."""
        raise NotImplementedError


class PageBatches(EndlessBatches):
    """Synthetic pages for the detector: (N, H, W, 1) and targets (N, h, w, 7)."""

    def __init__(
        self,
        part: Part,
        handwriting: Handwriting | None = None,
        *,
        seed: int,
        steps: int,
        batch_size: int,
    ) -> None:
        """Write the pages with digits of ``part`` and handwriting of packs."""
        super().__init__(seed=seed, steps=steps, batch_size=batch_size)
        self.part, self.handwriting = part, handwriting

    def generate(self, rng: np.random.Generator) -> Batch:
        """Generate a batch of pages."""
        pages = [
            training_page(
                rng,
                self.part,
                PAGE_SIDE,
                of_signs=SIGNS_ONLY,
                of_turned=TURNED_TEXT,
                handwriting=self.handwriting,
            )
            for _ in range(self.batch_size)
        ]
        inputs = np.stack([normalize_local_contrast(pad(page.gray)) for page in pages])
        return inputs[..., None], np.stack([encode(page) for page in pages])


class TileBatches(EndlessBatches):
    """Tiles with context for the classifier: (N, 28, 28, 2), and their classes (N,).

    Half of a batch is MNIST, the other half is cut from synthetic pages. Of those, rare
    classes are drawn more often: in proportion to their count to the power of 0.75.
    Tiles that were cut without context give batches without.
    """

    def __init__(
        self,
        part: Part,
        tiles: LabelledTiles,
        *,
        seed: int,
        steps: int,
        batch_size: int,
    ) -> None:
        """Draw from the digits of ``part``, and from tiles of pages made with them."""
        super().__init__(seed=seed, steps=steps, batch_size=batch_size)
        self.part, self.tiles = part, tiles
        counts = np.bincount(tiles.labels)
        self._chances = np.cumsum(counts[tiles.labels] ** (COMMON - 1.0))

    def generate(self, rng: np.random.Generator) -> Batch:
        """Generate a batch of tiles."""
        half = self.batch_size // 2
        clean = rng.integers(len(self.part), size=half)
        drawn = rng.random(self.batch_size - half) * self._chances[-1]
        cut = np.minimum(np.searchsorted(self._chances, drawn), len(self.tiles) - 1)
        digits, tiles = self.part.images[clean], self.tiles.tiles[cut]
        if self.tiles.contexts is not None:
            digits = with_context(digits)
            tiles = np.stack([tiles, self.tiles.contexts[cut]], axis=-1)
        tiles = np.concatenate([digits, tiles])
        labels = np.concatenate([self.part.labels[clean], self.tiles.labels[cut]])
        return warped(rng, tiles).astype(np.float32) / np.float32(255), labels
