"""Tiles (N, 28, 28) -> probabilities (N, 10), by an ONNX model or any function.

A classifier that names signs takes tiles with context, (N, 28, 28, 2), and knows the
26 classes of ``inkten.classification.classes``. It answers as any other when it is
called; its method ``classes`` gives all of them.
"""

import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inkten.classification.classes import CLASSES, DIGITS, NO_DIGIT
from inkten.classification.tiles import TILE_SIDE, with_context
from inkten.errors import ModelError
from inkten.models.card import Card
from inkten.models.model import OnnxModel
from inkten.models.onnx import Session, Shape
from inkten.models.registry import DEFAULT, MODEL_SUFFIX, shipped_classifiers

__all__ = [
    "DIGITS",
    "NO_DIGIT",
    "AnyClassifier",
    "CheckedClassifier",
    "Classifier",
    "Classify",
]

NAMES_NO_SIGNS = "Train one that names signs with 'inkten train cnn'."
BATCH = 256  # tiles at once: bounds memory; larger batches are no faster
WITH_CONTEXT = ("N", TILE_SIDE, TILE_SIDE, 2)

# A Classifier, or any function that replaces one
Classify: TypeAlias = Callable[[NDArray[np.float32]], NDArray[np.float32]]


class Classifier(OnnxModel):
    """An ONNX model that says which digit each tile shows.

    >>> import numpy as np
    >>> Classifier("mlp")(np.zeros((2, 28, 28), np.float32)).shape
    (2, 10)
    """

    FIX = "Train one with 'inkten train mlp'."

    def __init__(
        self, model: str | os.PathLike[str] = DEFAULT, *, threads: int | None = None
    ) -> None:
        """Load a shipped model by its name, or an ONNX file with the same shapes.

        Args:
            model: one of ``shipped_classifiers()``, or the path of a file that takes
                (N, 28, 28) float32 in 0..1, ink = 1, and gives (N, 10) scores, none
                negative; or takes (N, 28, 28, 2) and gives (N, 26).
            threads: processor threads for one call; all cores if None.

        Raises:
            ModelError: missing, damaged, changed since it shipped, or of other shapes.
        """
        name = os.fspath(model)
        _check_name(name)
        self._open(name, threads)

    @classmethod
    def from_bytes(
        cls, content: bytes, name: str, *, threads: int | None = None
    ) -> "Classifier":
        """Load the bytes of an ONNX file, which messages call ``name``.

        Raises:
            ModelError: damaged, or of other shapes.
        """
        classifier = cls.__new__(cls)
        classifier._open(name, threads, content)
        return classifier

    def _open(
        self, name: str, threads: int | None, content: bytes | None = None
    ) -> None:
        super()._open(name, threads, content)
        card = self._card_if_any()
        self.rejects = self.names_signs or (card is not None and card.rejects)
        self.learned = card is not None and card.learned > 0
        self.trust = card.trust if card is not None else 0.0

    def _needed_shapes(self, session: Session) -> tuple[Shape, Shape]:
        if _sees_context(session):
            return WITH_CONTEXT, ("N", len(CLASSES))
        return ("N", TILE_SIDE, TILE_SIDE), ("N", DIGITS)

    @cached_property
    def names_signs(self) -> bool:
        """Whether it takes tiles with context and knows all ``CLASSES``."""
        session, _ = self._opened
        return _sees_context(session)

    def _card_if_any(self) -> Card | None:
        """The card; None in a file that inkten's training did not write."""
        try:
            return self.card
        except ModelError:
            return None

    def __call__(self, tiles: NDArray[np.float32]) -> NDArray[np.float32]:
        """Classify (N, 28, 28) float32 tiles, ink = 1: (N, 10), sums of at most 1.

        One that names signs also takes tiles with context, (N, 28, 28, 2).
        """
        if self.names_signs:
            return self.classes(tiles)[:, :DIGITS]
        return self._answer(tiles, DIGITS)

    def classes(self, tiles: NDArray[np.float32]) -> NDArray[np.float32]:
        """The probabilities of all ``CLASSES``, (N, 26), if it names signs.

        Args:
            tiles: (N, 28, 28, 2), or (N, 28, 28) of digits alone on their paper.

        Raises:
            ModelError: it knows only digits.
        """
        if not self.names_signs:
            raise ModelError(f"{self.name} knows only digits. {NAMES_NO_SIGNS}")
        return self._answer(self.input_of(tiles), len(CLASSES))

    def input_of(self, tiles: NDArray[np.float32]) -> NDArray[np.float32]:
        """Tiles as its network takes them: with context, if it names signs."""
        return _with_context(tiles) if self.names_signs else tiles

    def _answer(self, tiles: NDArray[np.float32], count: int) -> NDArray[np.float32]:
        batches = [tiles[at : at + BATCH] for at in range(0, len(tiles), BATCH)]
        if not batches:
            return np.zeros((0, count), np.float32)
        return np.concatenate(
            [
                _as_probabilities(self._run(each), len(each), count, self.name)
                for each in batches
            ]
        )


class CheckedClassifier:
    """A function from tiles to probabilities whose results are checked.

    It is never called with zero tiles. A ModelError names the model if the result
    is not (N, 10) probabilities. ``rejects`` is copied from the function's attribute:
    True if a row may sum to less than 1 (the rest is the probability of no digit).
    So is ``names_signs``: True if the function takes (N, 28, 28, 2) and gives (N, 26),
    the probabilities of ``inkten.classification.classes.CLASSES``.
    """

    def __init__(self, classify: Classify, name: str = "the model") -> None:
        """Wrap ``classify``; messages call it ``name``."""
        self.classify = classify
        self.name = name
        self.names_signs = bool(getattr(classify, "names_signs", False))
        self.rejects = self.names_signs or bool(getattr(classify, "rejects", False))
        self.trust = 0.0  # has learned no user's digits

    def __call__(self, tiles: NDArray[np.float32]) -> NDArray[np.float32]:
        """Classify (N, 28, 28) float32 tiles, ink = 1: (N, 10), sums of at most 1."""
        if self.names_signs:
            return self.classes(tiles)[:, :DIGITS]
        return self._answer(tiles, DIGITS)

    def classes(self, tiles: NDArray[np.float32]) -> NDArray[np.float32]:
        """The probabilities of all ``CLASSES``, (N, 26), if it names signs.

        Raises:
            ModelError: it knows only digits.
        """
        if not self.names_signs:
            raise ModelError(f"{self.name} knows only digits. {NAMES_NO_SIGNS}")
        return self._answer(_with_context(tiles), len(CLASSES))

    def _answer(self, tiles: NDArray[np.float32], count: int) -> NDArray[np.float32]:
        if not len(tiles):
            return np.zeros((0, count), np.float32)
        scores = np.asarray(self.classify(tiles), np.float32)
        return _as_probabilities(scores, len(tiles), count, self.name)


AnyClassifier: TypeAlias = Classifier | CheckedClassifier


def _sees_context(session: Session) -> bool:
    """Whether a model takes tiles with what is around them."""
    return tuple(session.get_inputs()[0].shape[1:]) == WITH_CONTEXT[1:]


def _with_context(tiles: NDArray[np.float32]) -> NDArray[np.float32]:
    """Tiles with a second channel: as they are, or of digits alone on their paper."""
    return with_context(tiles) if tiles.ndim == len(WITH_CONTEXT) - 1 else tiles


def _as_probabilities(
    scores: NDArray[np.float32], tiles: int, classes: int, name: str
) -> NDArray[np.float32]:
    """A network's scores of N tiles as probabilities: (N, K), sums of at most 1.

    Ten sigmoids may sum to more than 1; they are divided by their sum, as the loss
    does. Where a row sums to less than 1, the rest is the probability of no digit.
    """
    if scores.shape != (tiles, classes):
        raise ModelError(
            f"{name} gives {scores.shape} for {tiles} tiles; inkten needs "
            f"({tiles}, {classes}). Train one with 'inkten train mlp'."
        )
    if not scores.min() >= 0:  # written so that NaN fails, too
        raise ModelError(
            f"{name} gives scores below 0 or NaN; inkten needs probabilities. End the "
            "network with a softmax or with sigmoids."
        )
    total = scores.sum(axis=1, keepdims=True)
    probabilities: NDArray[np.float32] = scores / np.maximum(total, 1)
    return probabilities


def _check_name(name: str) -> None:
    known = shipped_classifiers()
    if name in known or Path(name).suffix == MODEL_SUFFIX:
        return
    hint = ""
    if name.endswith(".keras"):
        hint = " Load a .keras file with inkten.training.keras_classifier.load_keras()."
    raise ModelError(
        f"{name} is not a classifier that inkten knows; expected {' or '.join(known)}, "
        f"or a file ending in {MODEL_SUFFIX}.{hint}"
    )
