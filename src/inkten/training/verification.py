"""What the verifiers learn from, and how: features -> one logit, a small network.

``train_verifier`` and ``train_sign_verifier`` differ in what they observe.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inkten.log_odds import probability_of
from inkten.models.card import Card
from inkten.training.backend import keras
from inkten.training.export import export_onnx, write_card

MEASURED = 5  # every fifth picture only measures what was learned
BATCH = 256
RATE = 0.01  # of learning, falling to 0
DECAY = 1e-4  # L2 regularization of the weights

Floats = NDArray[np.float32]
Figures: TypeAlias = dict[str, float]


class Labelled(NamedTuple):
    """What a verifier sees of N things that were read, and the truth.

    Attributes:
        features: (N, K)
        truth: (N,) whether each is what it was read as.
    """

    features: Floats
    truth: NDArray[np.bool_]

    def take(self, chosen: NDArray[np.bool_]) -> "Labelled":
        """Those of them that are ``chosen``, (N,)."""
        return Labelled(self.features[chosen], self.truth[chosen])

    @classmethod
    def all_false(cls, features: Floats) -> "Labelled":
        """Of a picture that shows nothing of the kind."""
        return cls(features, np.zeros(len(features), np.bool_))

    @classmethod
    def merge(cls, parts: Sequence["Labelled"]) -> "Labelled":
        """Everything seen on several pictures."""
        return cls(*map(np.concatenate, zip(*parts, strict=True)))


def learned_and_measured(
    seen: Sequence[tuple[int, Sequence[Labelled]]],
) -> tuple[Labelled, Labelled]:
    """What to learn from, and what to measure.

    Args:
        seen: what was seen on each picture, and how often it is to be learned from.
    """
    learned: list[Labelled] = []
    measured: list[Labelled] = []
    for copies, pictures in seen:
        measured += pictures[::MEASURED]
        learned += copies * [own for n, own in enumerate(pictures) if n % MEASURED]
    return Labelled.merge(learned), Labelled.merge(measured)


def fit(observed: Labelled, *, units: int, epochs: int, seed: int) -> keras.Model:
    """Train a network of one hidden layer: (N, K) features to (N, 1) log odds."""
    keras.utils.set_random_seed(seed)
    mean = observed.features.mean(axis=0)
    deviation = np.maximum(observed.features.std(axis=0), 1e-6)
    decay = keras.regularizers.L2(DECAY)
    hidden = keras.layers.Dense(units, "tanh", kernel_regularizer=decay)
    last = keras.layers.Dense(1, kernel_regularizer=decay)
    network = keras.Sequential([keras.Input((len(mean),)), hidden, last])
    steps = epochs * -(-len(observed.truth) // BATCH)
    rate = keras.optimizers.schedules.CosineDecay(RATE, steps)
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
    accept: Floats, truth: NDArray[np.bool_], *, things: str, least: float
) -> Figures:
    """How good the (N,) probabilities are: the figures on the card.

    Args:
        accept: the probability of each.
        truth: whether each is what it was read as.
        things: what the true ones are: "digits", "signs".
        least: the probability from which they are kept.
    """
    right = np.clip(np.where(truth, accept, 1 - accept), 1e-6, 1)
    is_kept = accept >= least
    return {
        "log_loss": round(float(-np.log(right).mean()), 4),
        f"{things}_kept": round(float(is_kept[truth].mean()), 4),
        "others_kept": round(float(is_kept[~truth].mean()), 4),
    }


def write_verifier(
    network: keras.Model,
    path: Path,
    card: Card,
    measured: Labelled,
    verifier: Callable[[Path], Callable[[Floats], Floats]],
    figures: Callable[[Floats, NDArray[np.bool_]], Figures],
) -> None:
    """Write the network as ONNX, measure the file, and print the figures.

    Args:
        network: from features to one logit; the first feature is the log odds before.
        path: the file to write.
        card: without figures.
        measured: what it did not learn from.
        verifier: opens the file.
        figures: of probabilities and the truth.
    """
    export_onnx(network, path, card)
    verified = figures(verifier(path)(measured.features), measured.truth)
    write_card(path, replace(card, figures=verified))
    before = figures(probability_of(measured.features[:, 0]), measured.truth)
    sys.stdout.write(
        f"{len(measured.truth):,} to measure\nbefore: {before}\nverified: {verified}\n"
    )
