"""The head that is fitted: a correction of a classifier's logits near one's own digits.

    logits + exp(2 * SHARPNESS * (x @ centres.T - 1)) @ weights

``x`` is a tile's embedding, a unit vector: the features that the classifier's last
layer takes, beside the tile itself at half its size. A centre is the embedding of one
of the user's digits, so the correction fades with the distance from them, and other
people's digits are read as before. It is kernel logistic regression (Hastie,
Tibshirani, Friedman, "The Elements of Statistical Learning", 12.3.3) around the logits
that the classifier already gives, fitted by accelerated gradient descent (Nesterov
1983).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from inkten.classification.tiles import TILE_SIDE, with_context
from inkten.learning.graph import Attributes, Graph
from inkten.log_odds import softmax
from inkten.models.onnx import open_session

# Chosen on Swiss writers other than the test writers (docs/own_digits.md)
SHARPNESS = 3.0  # of the kernel: at an angle of 60 degrees 5 % of a correction is left
RIDGE = 0.01  # on the squared correction
STEPS = 50  # of gradient descent: further ones change no digit
MAX_CENTRES = 400  # bounds time, and the size of the file
HARD = 100  # of MNIST's digits, the least sure, are centres, too: they hold it in place
MIN_EIGENVALUE = 1e-3  # of the largest: smaller ones are rounding errors
TINY = 1e-6  # keeps a division finite

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Embedded:
    """Tiles as the head sees them: (N, D) unit vectors, and (N, classes) logits."""

    vectors: Array
    logits: Array

    def __len__(self) -> int:
        """The number of tiles."""
        return len(self.vectors)

    def take(self, chosen: NDArray[np.integer] | NDArray[np.bool_]) -> "Embedded":
        """Some of the tiles."""
        return Embedded(self.vectors[chosen], self.logits[chosen])

    @cached_property
    def probabilities(self) -> Array:
        """What the classifier answers without the head: (N, classes)."""
        return softmax(self.logits)


@dataclass(frozen=True, eq=False)
class Head:
    """The fitted correction: (M, D) centres and (M, classes) weights."""

    centres: Array
    weights: Array

    def logits(self, embedded: Embedded) -> Array:
        """The corrected logits, (N, classes)."""
        near = _kernel(embedded.vectors, self.centres)
        return np.asarray(embedded.logits + near @ self.weights, np.float32)


class Body:
    """A classifier under a head: it embeds tiles, and takes the head into its file."""

    def __init__(self, content: bytes, name: str, threads: int | None = None) -> None:
        """Open the ONNX file of a classifier.

        Raises:
            ModelError: it does not end in a fully connected layer and a softmax or
                sigmoids.
        """
        self.content, self.name = content, name
        graph = Graph(content, name)
        self._outputs = [_add_embedding(graph, graph.free_prefix("learned"))]
        self._outputs.append(graph.logits)
        for tensor in self._outputs:
            graph.add_output(tensor)
        self._input, self._sees_context = graph.input, graph.sees_context
        self._session = open_session(graph.to_bytes(), name, threads)

    def embed(self, tiles: Array, batch: int = 256) -> Embedded:
        """Embed tiles, ink = 1: (N, 28, 28), or (N, 28, 28, 2) with their context."""
        if self._sees_context and tiles.ndim == 3:
            tiles = with_context(tiles)
        parts = [
            self._session.run(self._outputs, {self._input: tiles[at : at + batch]})
            for at in range(0, len(tiles), batch)
        ]
        vectors, logits = (np.concatenate(each) for each in zip(*parts, strict=True))
        return Embedded(vectors, logits)

    def with_head(self, head: Head, metadata: dict[str, str]) -> bytes:
        """The classifier's file with the head added, and another card."""
        graph = Graph(self.content, self.name)
        prefix = graph.free_prefix("learned")
        logits = graph.logits
        vectors = _add_embedding(graph, prefix)

        def constant(name: str, array: NDArray[np.float32]) -> str:
            return graph.add_constant(prefix + name, array)

        slope = np.array([2 * SHARPNESS], np.float32)
        nodes = (
            ("MatMul", vectors, constant("centres", head.centres.T), "cosine"),
            ("Mul", prefix + "cosine", constant("slope", slope), "scaled"),
            ("Sub", prefix + "scaled", prefix + "slope", "exponent"),
            ("MatMul", prefix + "near", constant("weights", head.weights), "shift"),
            ("Add", logits, prefix + "shift", "logits"),
        )
        for op_type, first, second, output in nodes:
            graph.add(op_type, [first, second], prefix + output)
            if output == "exponent":
                graph.add("Exp", [prefix + output], prefix + "near")
        graph.replace_logits(prefix + "logits")
        graph.set_metadata(metadata)
        return graph.to_bytes()


def fit_head(
    own: Embedded,
    targets: Array,
    weights: Array,
    mnist: Embedded,
    rng: np.random.Generator,
    mnist_targets: Array | None = None,
) -> Head:
    """Fit a head to the user's digits and to some of MNIST's, which are to be kept.

    Args:
        own: N of the user's tiles.
        targets: (N, classes) what each should be: probabilities.
        weights: (N,) how much each counts beside one of MNIST's digits.
        mnist: K of MNIST's digits.
        rng: chooses the centres, if there are more tiles than centres.
        mnist_targets: (K, classes) what those should be; what they are if None.
    """
    centres = _centres(own, mnist, rng)
    basis = _basis(centres)  # (M, R): of an orthonormal basis of the corrections
    vectors = np.concatenate([own.vectors, mnist.vectors])
    near = _kernel(vectors, centres) @ basis  # (N + K, R)
    logits = np.concatenate([own.logits, mnist.logits])
    kept = mnist.probabilities if mnist_targets is None else mnist_targets
    wanted = np.concatenate([targets, kept])
    each = np.concatenate([weights, np.ones(len(mnist), np.float32)])[:, None]
    curvature = np.linalg.eigvalsh((near * each).T @ near)[-1] / 2  # at most
    rate = np.float32(1 / (curvature + RIDGE))
    fitted = ahead = np.zeros((near.shape[1], logits.shape[1]), np.float32)
    momentum = 1.0
    for _ in range(STEPS):
        error = each * (softmax(np.asarray(logits + near @ ahead, np.float32)) - wanted)
        step = ahead - rate * (near.T @ error + np.float32(RIDGE) * ahead)
        following = (1 + np.sqrt(1 + 4 * momentum**2)) / 2
        ahead = step + np.float32((momentum - 1) / following) * (step - fitted)
        fitted, momentum = step, following
    return Head(centres, np.asarray(basis @ fitted, np.float32))


def _centres(own: Embedded, mnist: Embedded, rng: np.random.Generator) -> Array:
    if len(own) > MAX_CENTRES:
        own = own.take(np.sort(rng.permutation(len(own))[:MAX_CENTRES]))
    best = np.sort(mnist.probabilities, axis=1)
    hard = np.argsort(best[:, -1] - best[:, -2], kind="stable")[:HARD]
    return np.concatenate([own.vectors, mnist.vectors[hard]])


def _basis(centres: Array) -> Array:
    values, vectors = np.linalg.eigh(_kernel(centres, centres).astype(np.float64))
    kept = values > MIN_EIGENVALUE * values[-1]
    return np.asarray(vectors[:, kept] / np.sqrt(values[kept]), np.float32)


def _kernel(vectors: Array, centres: Array) -> Array:
    cosine = vectors @ centres.T
    return np.asarray(np.exp(2 * SHARPNESS * (cosine - 1)), np.float32)


def _add_embedding(graph: Graph, prefix: str) -> str:
    """Add the nodes that embed a tile; returns the tensor of (N, D) unit vectors."""
    square = np.array([-1, 1, TILE_SIDE, TILE_SIDE])
    half = TILE_SIDE // 2
    flat = np.array([-1, half * half])
    shapes = [
        graph.add_constant(prefix + name, shape)
        for name, shape in (("square", square), ("flat", flat))
    ]
    tile = graph.input
    if graph.sees_context:  # what stands beside a digit is not its writer's hand
        first = graph.add_constant(prefix + "first", np.array(0))
        tile = graph.add("Gather", [tile, first], prefix + "alone", {"axis": 3})
    graph.add("Reshape", [tile, shapes[0]], prefix + "tile")
    pooling: Attributes = {
        "kernel_shape": [4, 4],
        "strides": [2, 2],
        "pads": [1, 1, 1, 1],
        "count_include_pad": 1,
    }
    graph.add("AveragePool", [prefix + "tile"], prefix + "pooled", pooling)
    graph.add("Reshape", [prefix + "pooled", shapes[1]], prefix + "pixels")
    tiny = graph.add_constant(prefix + "tiny", np.array([TINY], np.float32))

    def normalized(tensor: str, name: str) -> str:
        attributes: Attributes = {"axes": [1], "keepdims": 1}
        norm = graph.add("ReduceL2", [tensor], prefix + name + "_norm", attributes)
        above = graph.add("Max", [norm, tiny], prefix + name + "_length")
        return graph.add("Div", [tensor, above], prefix + name)

    parts = [
        normalized(graph.features, "unit_features"),
        normalized(prefix + "pixels", "unit_pixels"),
    ]
    both = graph.add("Concat", parts, prefix + "both", {"axis": 1})
    return normalized(both, "embedding")
