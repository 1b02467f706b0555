"""Endless training batches, generated while the network trains."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.classification.tiles import TILE_SIDE, with_context
from inkten.datasets.mnist import Part, as_tiles
from inkten.detection.pyramid import PADDING, normalize_local_contrast, pad
from inkten.synthesis.handwriting import Handwriting
from inkten.synthesis.page import training_page
from inkten.training.backend import keras
from inkten.training.crops import LabelledTiles
from inkten.training.targets import encode

PAGE_SIDE = 160 - 2 * PADDING  # px: 160 with the padding
SIGNS_ONLY = 0.1  # share of the detector's pages that hold only letters and signs
# Standard deviations of how a tile is warped
ROTATION, SHEAR, STRETCH = np.radians(6), 0.1, 0.06
SHIFT = 0.8  # px
BEND, KNOTS = 1.0, 5  # px, at each of 5x5 points
BENT = 0.5  # share of the warped tiles that are also bent
UNWARPED = 0.2  # share of the tiles that stay as they are

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
                handwriting=self.handwriting,
            )
            for _ in range(self.batch_size)
        ]
        inputs = np.stack([normalize_local_contrast(pad(page.gray)) for page in pages])
        return inputs[..., None], np.stack([encode(page) for page in pages])


class TileBatches(EndlessBatches):
    """Tiles with context for the classifier: (N, 28, 28, 2), and their classes (N,).

    Half of a batch is MNIST, the other half is cut from synthetic pages. Of those, rare
    classes are drawn more often: in proportion to the square root of their count.
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
        self._chances = np.cumsum(1 / np.sqrt(counts[tiles.labels]))

    def generate(self, rng: np.random.Generator) -> Batch:
        """Generate a batch of tiles."""
        half = self.batch_size // 2
        clean = rng.integers(len(self.part), size=half)
        drawn = rng.random(self.batch_size - half) * self._chances[-1]
        cut = np.minimum(np.searchsorted(self._chances, drawn), len(self.tiles) - 1)
        tiles = np.concatenate([self.part.images[clean], self.tiles.tiles[cut]])
        labels = np.concatenate([self.part.labels[clean], self.tiles.labels[cut]])
        if self.tiles.contexts is not None:
            digits = with_context(as_tiles(self.part.images[clean]))[..., 1]
            alone = (digits * 255).round().astype(np.uint8)
            contexts = np.concatenate([alone, self.tiles.contexts[cut]])
            tiles = np.stack([tiles, contexts], axis=-1)
        return _warped(rng, tiles).astype(np.float32) / np.float32(255), labels


def _warped(rng: np.random.Generator, tiles: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Tiles rotated, sheared, stretched and shifted a little, uint8.

    (N, 28, 28), or (N, 28, 28, 2): a context turns and leans with its tile.

    Half of them are also bent, after Simard, Steinkraus, Platt 2003, "Best practices
    for convolutional neural networks applied to visual document analysis".
    """
    count = len(tiles)
    angle, shear = rng.normal(0, [[ROTATION], [SHEAR]], (2, count))
    stretch = np.exp(rng.normal(0, STRETCH, (count, 1, 2)))
    cosine, sine, zero = np.cos(angle), np.sin(angle), np.zeros(count)
    rotation = np.array([[cosine, -sine], [sine, cosine]])
    shearing = np.array([[zero + 1, shear], [zero, zero + 1]])
    linear = np.einsum("abn,bcn->nac", rotation, shearing) * stretch  # (N, 2, 2)
    # Where each pixel is taken from: (N, 2, 28, 28), x and y relative to the centre
    sources = np.einsum("yxb,nab->nayx", _FROM_CENTRE, linear, optimize=True)
    sources += rng.normal(0, SHIFT, (count, 2, 1, 1))
    bends = rng.normal(0, BEND, (count, 2, KNOTS, KNOTS))
    bends *= (rng.random(count) < BENT)[:, None, None, None]
    sources += np.einsum(
        "yj,najk,xk->nayx", _KNOT_WEIGHTS, bends, _KNOT_WEIGHTS, optimize=True
    )
    unwarped = rng.random(count) < UNWARPED
    sources[unwarped] = _FROM_CENTRE.transpose(2, 0, 1)
    sources = (sources + (TILE_SIDE - 1) / 2).astype(np.float32)
    warped = np.empty_like(tiles)
    for output, (from_x, from_y), tile in zip(warped, sources, tiles, strict=True):
        cv2.remap(tile, from_x, from_y, cv2.INTER_LINEAR, dst=output)
    return warped


_axis = np.arange(TILE_SIDE) - (TILE_SIDE - 1) / 2
_FROM_CENTRE = np.stack(np.meshgrid(_axis, _axis), axis=-1)  # (28, 28, 2): x, y
_knots = np.linspace(_axis[0], _axis[-1], KNOTS)
_KNOT_WEIGHTS = np.maximum(  # (28, 5): linear interpolation between the knots
    1 - np.abs(_axis[:, None] - _knots) / (_knots[1] - _knots[0]), 0
)
