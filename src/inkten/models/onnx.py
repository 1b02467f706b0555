"""A model file -> a classifier: tiles (N, 28, 28) -> probabilities (N, 10)."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inkten.errors import ModelError
from inkten.models.card import Card
from inkten.models.runtime import onnxruntime

HERE = Path(__file__).parent
CHECKSUMS = HERE / "SHA256SUMS"
DEFAULT = "cnn"
DETECTOR = "detector"  # it ships, too, but classifies nothing
MODEL_SUFFIX = ".onnx"
TILE_FORM = [28, 28]
CLASSES = 10
ERRORS_ONLY = 3  # ONNX Runtime's severity; its warnings are about its own plans

# What a Classifier does, or whatever stands in for one
Classify: TypeAlias = Callable[[NDArray[np.float32]], NDArray[np.float32]]


class Classifier:
    """An ONNX model that says which digit each tile shows.

    >>> import numpy as np
    >>> Classifier("mlp")(np.zeros((2, 28, 28), np.float32)).shape
    (2, 10)
    """

    def __init__(
        self, model: str | os.PathLike[str] = DEFAULT, *, threads: int | None = None
    ) -> None:
        """Load a shipped model by its name, or any ONNX file of the same form.

        Args:
            model: one of ``shipped_classifiers()``, or the path of a file that takes
                (N, 28, 28) float32 in 0..1, ink = 1, and gives (N, 10) scores, none
                negative.
            threads: processor threads for one call; as many as there are cores if None.

        Raises:
            ModelError: missing, damaged, changed since it shipped, or of another form.
        """
        self.name = os.fspath(model)
        _check_name(self.name)
        self._session = open_session(self.name, threads)
        self._input = _check_form(self._session, self.name)

    @property
    def card(self) -> Card:
        """What the model is, as written in its file.

        Raises:
            ModelError: the file holds no card.
        """
        return Card.from_metadata(self._session.get_modelmeta().custom_metadata_map)

    def __call__(self, tiles: NDArray[np.float32]) -> NDArray[np.float32]:
        """Classify (N, 28, 28) float32 tiles, ink = 1: (N, 10), sums of at most 1."""
        if not len(tiles):
            return np.zeros((0, CLASSES), np.float32)
        return _as_probabilities(self._run(tiles), tiles, self.name)

    def _run(self, tiles: NDArray[np.float32]) -> NDArray[np.float32]:
        """What the network gives, (N, 10), whatever its file says that it gives."""
        try:
            (scores,) = self._session.run(None, {self._input: tiles})
        except Exception as error:  # as for opening: no common class of errors
            raise ModelError(
                f"{self.name} cannot be run ({str(error).splitlines()[0]}). Train one "
                "with 'inkten train mlp'."
            ) from None
        return np.asarray(scores, np.float32)


def checked(classify: Classify, name: str = "the model") -> Classify:
    """The same function, called with tiles only, and what it gives checked.

    It raises a ModelError that names the model where that is not (N, 10) probabilities.
    """

    def classify_tiles(tiles: NDArray[np.float32]) -> NDArray[np.float32]:
        if not len(tiles):
            return np.zeros((0, CLASSES), np.float32)
        return _as_probabilities(np.asarray(classify(tiles), np.float32), tiles, name)

    return classify_tiles


def _as_probabilities(
    scores: NDArray[np.float32], tiles: NDArray[np.float32], name: str
) -> NDArray[np.float32]:
    """What a network gives of N tiles, as probabilities: (N, 10), sums of at most 1.

    Ten sigmoids sum to more than 1, and the loss divides them by their sum. What a row
    lacks to 1 is the model's belief that the tile shows no digit.
    """
    if scores.shape != (len(tiles), CLASSES):
        raise ModelError(
            f"{name} gives {scores.shape} for {len(tiles)} tiles; inkten needs "
            f"({len(tiles)}, {CLASSES}). Train one with 'inkten train mlp'."
        )
    if not scores.min() >= 0:  # not the same as "< 0" where there are NaN
        raise ModelError(
            f"{name} gives scores below 0 or NaN; inkten needs probabilities. End the "
            "network in a softmax or in sigmoids."
        )
    total = scores.sum(axis=1, keepdims=True)
    probabilities: NDArray[np.float32] = scores / np.maximum(total, 1)
    return probabilities


def shipped_models() -> dict[str, str]:
    """The names of the models that come with inkten, and their SHA-256."""
    lines = CHECKSUMS.read_text("utf-8").splitlines()
    return {Path(name).stem: digest for digest, name in map(str.split, lines)}


def shipped_classifiers() -> list[str]:
    """The names that ``Classifier`` knows."""
    return [name for name in shipped_models() if name != DETECTOR]


def sha256_of(model: str) -> str:
    """The SHA-256 of a shipped model by its name, or of a model's file by its path.

    Raises:
        ModelError: the file cannot be read.
    """
    shipped = shipped_models().get(model)
    return shipped or hashlib.sha256(_content(Path(model))).hexdigest()


def _check_name(name: str) -> None:
    known = shipped_classifiers()
    if name in known or Path(name).suffix == MODEL_SUFFIX:
        return
    hint = ""
    if name.endswith(".keras"):
        hint = (
            " A .keras file is read with inkten.training.keras_classifier.load_keras()."
        )
    raise ModelError(
        f"{name} is no classifier that inkten knows; expected {' or '.join(known)}, or "
        f"a file ending in {MODEL_SUFFIX}.{hint}"
    )


def read_model(name: str) -> bytes:
    """Read a shipped model by its name, or an ONNX file by its path.

    Raises:
        ModelError: missing, or changed since it shipped.
    """
    digest = shipped_models().get(name)
    path = HERE / f"{name}{MODEL_SUFFIX}" if digest else Path(name)
    if path.suffix != MODEL_SUFFIX:
        raise ModelError(f"{name}: no model; expected a file ending in {MODEL_SUFFIX}.")
    content = _content(path)
    if digest and hashlib.sha256(content).hexdigest() != digest:
        raise ModelError(
            f"{path} is not the file that inkten shipped (its SHA-256 differs). "
            "Install inkten again."
        )
    return content


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}") from None


def open_session(name: str, threads: int | None) -> onnxruntime.InferenceSession:
    """Open a shipped model by its name, or an ONNX file by its path.

    Raises:
        ModelError: missing, damaged, or changed since it shipped.
    """
    content = read_model(name)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or 0
    options.log_severity_level = ERRORS_ONLY
    # Waiting threads must sleep: a classifier's calls are short and far between.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        # Falling back to the same processor, ONNX Runtime would tell so on stdout.
        return onnxruntime.InferenceSession(
            content, options, providers=["CPUExecutionProvider"], enable_fallback=0
        )
    except Exception as error:  # ONNX Runtime has no common class of errors
        raise ModelError(
            f"{name} is not an ONNX model that can be run "
            f"({str(error).splitlines()[0]}). Train one with 'inkten train'."
        ) from None


def _check_form(session: onnxruntime.InferenceSession, name: str) -> str:
    """Return the input's name once the model is known to be of the right form."""
    takes, gives = session.get_inputs(), session.get_outputs()
    right = (
        len(takes) == len(gives) == 1
        and takes[0].type == gives[0].type == "tensor(float)"
        and list(takes[0].shape[1:]) == TILE_FORM
        and list(gives[0].shape[1:]) == [CLASSES]
        and not isinstance(takes[0].shape[0], int)
    )
    if not right:
        raise ModelError(
            f"{name} takes {form_of(takes)} and gives {form_of(gives)}; inkten needs "
            "(N, 28, 28) float and (N, 10) float. Train one with 'inkten train mlp'."
        )
    return str(takes[0].name)


def form_of(nodes: list[onnxruntime.NodeArg]) -> str:
    """Say what a model takes or gives: "(N, 28, 28) float"."""
    return " and ".join(
        f"({', '.join(str(side) for side in node.shape)}) {node.type[7:-1]}"
        for node in nodes
    )
