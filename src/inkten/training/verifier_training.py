"""What the verifiers learn from, and how: features -> logits, a small network.

``train_verifier`` and ``train_sign_verifier`` differ in what they observe.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inkten.models.card import Card
from inkten.training.backend import keras
from inkten.training.export import export_onnx, write_card

MEASURED = 5  # every fifth picture only measures what was learned
BATCH = 256
RATE = 0.01  # of learning, falling to 0
DECAY = 1e-4  # L2 regularization of the weights

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Figures: TypeAlias = dict[str, float]


class Labelled(NamedTuple):
    """The features of N things that were read, and the truth.

    Attributes:
        features: (N, K)
        truth: (N,) which class each is; 0 if it is not what it was read as.
    """

    features: Floats
    truth: Ints

    def take(self, chosen: NDArray[np.bool_]) -> "Labelled":
        """Those of them that are ``chosen``, (N,)."""
        return Labelled(self.features[chosen], self.truth[chosen])

    @classmethod
    def all_false(cls, features: Floats) -> "Labelled":
        """Of a picture that shows nothing of the kind."""
        return cls(features, np.zeros(len(features), np.int64))

    @classmethod
    def merge(cls, parts: Sequence["Labelled"]) -> "Labelled":
        """Those of several pictures."""
        return cls(*map(np.concatenate, zip(*parts, strict=True)))


def learned_and_measured(
    observed: Sequence[tuple[int, Sequence[Labelled]]],
) -> tuple[Labelled, Labelled]:
    """What to learn from, and what to measure.

    Args:
        observed: how often each picture is to be learned from, and what was observed
            on it.
    """
    learned: list[Labelled] = []
    measured: list[Labelled] = []
    for copies, pictures in observed:
        measured += pictures[::MEASURED]
        learned += copies * [own for n, own in enumerate(pictures) if n % MEASURED]
    return Labelled.merge(learned), Labelled.merge(measured)


def fit(
    observed: Labelled, *, classes: int = 1, units: int, epochs: int, seed: int
) -> keras.Model:
    """Train a network of one hidden layer: (N, K) features to (N, classes) logits.

    One class is the log odds of the truth.
    """
    keras.utils.set_random_seed(seed)
    mean = observed.features.mean(axis=0)
    deviation = np.maximum(observed.features.std(axis=0), 1e-6)
    decay = keras.regularizers.L2(DECAY)
    hidden = keras.layers.Dense(units, "tanh", kernel_regularizer=decay)
    last = keras.layers.Dense(classes, kernel_regularizer=decay)
    network = keras.Sequential([keras.Input((len(mean),)), hidden, last])
    steps = epochs * -(-len(observed.truth) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(RATE, steps)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    if classes == 1:
        loss = keras.losses.BinaryCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(rate), loss)
    normalized = (observed.features - mean) / deviation
    truth = observed.truth[:, None].astype(np.float32)
    network.fit(normalized, truth, BATCH, epochs, verbose=0)
    kernel, bias = hidden.get_weights()  # learned from normalized features
    kernel /= deviation[:, None]
    hidden.set_weights([kernel, bias - mean @ kernel])
    return network


def figures_of(
    probabilities: Floats, truth: Ints, *, things: str, least: float
) -> Figures:
    """How good the probabilities are: the figures on the card.

    Args:
        probabilities: (N, C) the probabilities of all classes but 0; (N,) of one.
        truth: (N,) which class each is.
        things: what those of other classes than 0 are: "digits", "signs".
        least: the probability from which they are kept.
    """
    probabilities = probabilities.reshape(len(truth), -1)
    kept = probabilities.sum(axis=1)
    every = np.hstack([1 - kept[:, None], probabilities])
    right = np.clip(every[np.arange(len(truth)), truth.astype(int)], 1e-6, 1)
    named = np.where(kept >= least, 1 + probabilities.argmax(axis=1), 0)
    is_thing = truth > 0
    return {
        "log_loss": round(float(-np.log(right).mean()), 4),
        f"{things}_kept": round(float((named == truth)[is_thing].mean()), 4),
        "others_kept": round(float((named > 0)[~is_thing].mean()), 4),
    }


def write_verifier(
    network: keras.Model,
    path: Path,
    card: Card,
    measured: Labelled,
    verifier: Callable[[Path], Callable[[Floats], Floats]],
    figures: Callable[[Floats, Ints], Figures],
    before: Callable[[Floats], Floats],
) -> None:
    """Write the network as ONNX, measure the file, and print the figures.

    Args:
        network: from features to logits.
        path: the file to write.
        card: without figures.
        measured: what it did not learn from.
        verifier: opens the file.
        figures: of probabilities and the truth.
        before: the probabilities that were known before, given the features.
    """
    export_onnx(network, path, card)
    verified = figures(verifier(path)(measured.features), measured.truth)
    write_card(path, replace(card, figures=verified))
    unverified = figures(before(measured.features), measured.truth)
    sys.stdout.write(
        f"{len(measured.truth):,} to measure\n"
        f"before: {unverified}\nverified: {verified}\n"
    )
