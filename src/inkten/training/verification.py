"""What the verifiers learn from, and how: features -> one logit, a small network.

``train_verifier`` and ``train_sign_verifier`` differ in what they observe.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inkten.training.backend import keras

MEASURED = 5  # every fifth picture only measures what was learned
BATCH = 256
RATE = 0.01  # of learning, falling to 0
DECAY = 1e-4  # L2 regularization of the weights

Floats = NDArray[np.float32]


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


def log_loss(accept: Floats, truth: NDArray[np.bool_]) -> float:
    """The mean negative log likelihood of the truth under (N,) probabilities, nats."""
    right = np.clip(np.where(truth, accept, 1 - accept), 1e-6, 1)
    return round(float(-np.log(right).mean()), 4)


def kept(accept: Floats, chosen: NDArray[np.bool_], least: float) -> float:
    """The share of those ``chosen`` that have at least that probability."""
    return round(float((accept[chosen] >= least).mean()), 4)
