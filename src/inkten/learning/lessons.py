"""A user's digits as a head learns them: warped, in folds, without doubtful labels."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from inkten.classification.classifier import DIGITS
from inkten.classification.warp import warped
from inkten.datasets.mnist import as_tiles
from inkten.learning.examples import Examples
from inkten.learning.head import TINY, Body, Embedded, Head, fit_head
from inkten.log_odds import softmax

WARPED_COPIES = 4  # of each tile: nobody writes a digit twice the same
MAX_WARPED = 256  # tiles in all: where there are many examples, copies add nothing
FOLDS = 5
MANY = 1_000  # pictures, from which only one fold is held back
DOUBTFUL = 0.9  # the probability of another digit from which a label looks wrong
NOT_DOUBTFUL = -1
HABIT = 0.25  # of a digit's tiles mistaken for the same other digit: not an accident
SEED = 0

Mask = NDArray[np.bool_]
Fold = tuple[NDArray[np.intp], Head]  # pictures held back, and the head of the others


class Lessons:
    """The user's digits, and heads that are fitted to some of them."""

    def __init__(
        self,
        body: Body,
        examples: Examples,
        mnist: Embedded,
        mnist_labels: NDArray[np.integer],
    ) -> None:
        """Embed the tiles and warped copies of them.

        Args:
            body: the classifier that gets the head.
            examples: the user's digits.
            mnist: K digits of MNIST, which are learned beside them.
            mnist_labels: (K,) their digits.
        """
        self.examples, self._mnist = examples, mnist
        self._classes = np.eye(mnist.logits.shape[1], dtype=np.float32)  # one a row
        self._mnist_targets = self._classes[mnist_labels]
        self._tiles = body.embed(examples.tiles)
        count = len(examples.tiles)
        self._copies = min(WARPED_COPIES, MAX_WARPED // count)
        originals = np.arange(count)
        repeated = np.repeat(originals, self._copies)
        self._places = np.concatenate([originals, repeated])  # the tile of each row
        self._rows = self._tiles
        if len(repeated):
            gray = (examples.tiles[repeated] * 255).round().astype(np.uint8)
            rng = np.random.default_rng(SEED)
            self._rows = _joined(self._tiles, body.embed(as_tiles(warped(rng, gray))))

    def fit(self, weight: float, chosen: Mask | None = None) -> Head:
        """Fit a head to the chosen ones of the N digits; to all if None.

        ``weight`` is how much each counts beside one of MNIST's digits.
        """
        if chosen is None:
            chosen = np.ones(len(self.examples.digits), np.bool_)
        rows = np.flatnonzero(chosen[self._places])
        labels = self.examples.digits[self._places[rows]]
        weights = np.full(len(rows), weight / (1 + self._copies), np.float32)
        return fit_head(
            self._rows.take(rows),
            self._classes[labels],
            weights,
            self._mnist,
            np.random.default_rng(SEED),
            self._mnist_targets,
        )

    def folds(self, weight: float, trusted: Mask | None = None) -> Iterator[Fold]:
        """Pictures that are held back, and a head fitted to the trusted others.

        A picture is held back with all its digits. Together, the folds hold each
        picture back once, unless there are many: then there is only one fold.
        """
        pictures, owners = self.examples.pictures, self.examples.owners
        by_text = sorted(range(len(pictures)), key=lambda place: pictures[place].text)
        folds = min(FOLDS, len(pictures))
        for fold in range(folds if len(pictures) < MANY else 1):
            held_back = np.array(by_text[fold::folds])
            chosen = ~np.isin(owners, held_back)
            if trusted is not None:
                chosen &= trusted
            yield held_back, self.fit(weight, chosen)

    def held_back(
        self, folds: Sequence[Fold]
    ) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """The tiles of the pictures that folds hold back, each seen by their head.

        Returns:
            (M,) the tiles' places, and (M, 10) their probabilities.
        """
        places, probabilities = [], []
        for pictures, head in folds:
            own = np.flatnonzero(np.isin(self.examples.owners, pictures))
            places.append(own)
            logits = head.logits(self._tiles.take(own))
            probabilities.append(softmax(logits)[:, :DIGITS])
        return np.concatenate(places), np.concatenate(probabilities)

    def doubtful(self, folds: Sequence[Fold]) -> NDArray[np.int64]:
        """The digit that each of N tiles looks like, if its label looks wrong.

        Confident learning (Northcutt, Jiang, Chuang 2021): a label is doubted where a
        head that has not seen the tile is confident of another digit, and so was the
        reading before, in which the detector had a say. If many tiles of that label
        were read as the other digit, however, that is the user's hand, and nothing is
        wrong.

        Args:
            folds: heads fitted to all other digits, whatever their labels.

        Returns:
            (N,) the other digit, or ``NOT_DOUBTFUL``.
        """
        digits, before = self.examples.digits, self.examples.probabilities
        before = before / (before.sum(axis=1, keepdims=True) + TINY)
        others = np.full(len(digits), NOT_DOUBTFUL)
        own, after = self.held_back(folds)
        surely = np.minimum(after, before[own])
        looks = surely.argmax(axis=1)
        wrong = (surely.max(axis=1) >= DOUBTFUL) & (looks != digits[own])
        others[own[wrong]] = looks[wrong]
        named = before.argmax(axis=1)
        for place in np.flatnonzero(others != NOT_DOUBTFUL):
            alike = (digits == digits[place]) & (np.arange(len(digits)) != place)
            if alike.any() and (named[alike] == others[place]).mean() >= HABIT:
                others[place] = NOT_DOUBTFUL
        return others


def _joined(one: Embedded, other: Embedded) -> Embedded:
    return Embedded(
        np.concatenate([one.vectors, other.vectors]),
        np.concatenate([one.logits, other.logits]),
    )
