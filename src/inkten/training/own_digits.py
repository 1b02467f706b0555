"""A user's digits as training data, alone or mixed with MNIST's.

A fifth of the user's pictures is held back by itself. The others are repeated, warped,
until they are a tenth of the training digits, or 20 times.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inkten.classification.classifier import Classifier
from inkten.classification.warp import warped
from inkten.datasets.mnist import Mnist, Part, as_tiles
from inkten.errors import DataError
from inkten.evaluation.measure import Share, measure
from inkten.files import write_whole
from inkten.learning.examples import Examples, LeftOut, cut_examples, own_pictures
from inkten.reader import Reader
from inkten.training.runs import Run

HELD_BACK = 5  # one picture in five
SHARE = 0.1  # of the training digits that are the user's, where they are mixed
MAX_COPIES = 20  # of one digit: more would teach these tiles by heart
MIN_HELD_BACK = 2  # digits
SEED = 0


@dataclass(frozen=True, eq=False)
class OwnDigits:
    """A user's digits as tiles: (N, 28, 28) uint8, ink = 255."""

    train: Part
    validation: Part
    left_out: Sequence[LeftOut]

    def mixed_with(self, data: Mnist) -> Mnist:
        """MNIST with the user's digits among its training pictures.

        They come first: the last twelfth, which choices are based on, stays MNIST's.
        """
        wanted = len(data.train_images) * SHARE / (1 - SHARE)
        own = self._copies(wanted)
        count = len(self.train)
        return Mnist(
            np.concatenate([own.images, data.train_images]),
            np.concatenate([own.labels, data.train_labels]),
            data.test_images,
            data.test_labels,
            name=f"{data.name} and {count:,} digits of a user, repeated and warped",
        )

    def alone(self) -> Mnist:
        """The user's digits in place of MNIST; the held back ones are the test."""
        own = self._copies(len(self.train) * MAX_COPIES)
        order = np.random.default_rng(SEED).permutation(len(own))
        return Mnist(
            own.images[order],
            own.labels[order],
            self.validation.images,
            self.validation.labels,
            name=f"{len(self.train):,} digits of a user, repeated and warped",
        )

    def _copies(self, wanted: float) -> Part:
        copies = int(np.clip(round(wanted / len(self.train)), 1, MAX_COPIES))
        images = np.repeat(self.train.images, copies, axis=0)
        labels = np.repeat(self.train.labels, copies)
        is_copy = np.arange(len(labels)) % copies > 0  # the first stays as it is
        rng = np.random.default_rng(SEED)
        images[is_copy] = warped(rng, images[is_copy])
        return Part(images, labels)


def load_own_digits(sources: Sequence[str | Path]) -> OwnDigits:
    """Read a user's pictures, and split them.

    Args:
        sources: a folder per digit, a labels.csv, or a folder with one.

    Raises:
        DataError: a source is missing or in another format, or holds too few digits.
    """
    examples = cut_examples(Reader(), own_pictures(sources))
    images = (examples.tiles * 255).round().astype(np.uint8)
    labels = examples.digits.astype(np.uint8)
    held_back = _held_back(examples)
    if min(held_back.sum(), (~held_back).sum()) < MIN_HELD_BACK:
        raise DataError(
            f"{len(labels)} digits on {len(examples.pictures)} pictures are too few to "
            "hold a fifth back; expected ten pictures or more. Add some."
        )
    return OwnDigits(
        Part(images[~held_back], labels[~held_back]),
        Part(images[held_back], labels[held_back]),
        examples.left_out,
    )


def record_held_back(own: OwnDigits, run: Run) -> Share:
    """Measure a finished run on the digits held back, and record them in its folder.

    Returns:
        How many of them are named correctly.
    """
    classifier = Classifier(run.folder / "model.onnx")
    tiles = as_tiles(own.validation.images)
    correct = measure(classifier(tiles), own.validation.labels).accuracy
    record = {
        "sources": list(run.plan.own_digits),
        "only_mine": run.plan.only_own,
        "trained_on": len(own.train),
        "held_back": correct.total,
        "correct": correct.part,
        "left_out": [asdict(each) for each in own.left_out],
    }
    write_whole(run.folder / "own_digits.json", json.dumps(record, indent=2))
    return correct


def _held_back(examples: Examples) -> NDArray[np.bool_]:
    """Which tiles are of the pictures held back: one in five of those of each text."""
    texts = [own.text for own in examples.pictures]
    by_text = sorted(range(len(texts)), key=lambda place: texts[place])
    return np.isin(examples.owners, by_text[HELD_BACK // 2 :: HELD_BACK])
