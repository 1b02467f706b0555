"""Endless batches of synthetic pages for the finder."""

import numpy as np
from numpy.typing import NDArray

from inkten.datasets.mnist import Part
from inkten.finder.pyramid import flatten
from inkten.training.backend import keras
from inkten.training.pages import Page, make_page
from inkten.training.targets import encode

Batch = tuple[NDArray[np.float32], NDArray[np.float32]]


class PageLessons(keras.utils.PyDataset):
    """Pages by the batch; batch i of epoch e is the same whenever it is made."""

    def __init__(
        self, part: Part, *, seed: int, steps: int, batch_size: int, workers: int = 2
    ) -> None:
        """Take digits from ``part``, ``steps`` batches an epoch."""
        super().__init__(workers=workers, max_queue_size=8)
        self._part, self._seed = part, seed
        self._steps, self._batch_size = steps, batch_size
        self._epoch = 0

    def __len__(self) -> int:
        """The batches of an epoch."""
        return self._steps

    def __getitem__(self, index: int) -> Batch:
        """Make batch ``index``: pages (N, side, side, 1) and targets (N, h, w, 7)."""
        pages = [
            self._page((self._epoch * self._steps + index) * self._batch_size + place)
            for place in range(self._batch_size)
        ]
        return (
            np.stack([flatten(page.gray) for page in pages])[..., None],
            np.stack([encode(page) for page in pages]),
        )

    def on_epoch_end(self) -> None:
        """Go on to pages never seen."""
        self._epoch += 1

    def _page(self, number: int) -> Page:
        rng = np.random.default_rng((self._seed, number))
        return make_page(rng, self._part.images, self._part.labels)
