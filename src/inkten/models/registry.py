"""The models that ship: their names, checksums, files and cards."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from inkten.errors import ModelError
from inkten.models.card import Card
from inkten.models.onnx import card_of, open_session

HERE = Path(__file__).parent
CHECKSUMS = HERE / "SHA256SUMS"
DEFAULT = "cnn"  # the classifier
DETECTOR = "detector"
LINE = "line"  # the line reader
VERIFIER = "verifier"
SIGN_VERIFIER = "sign_verifier"
MODEL_SUFFIX = ".onnx"


@dataclass(frozen=True)
class ShippedModel:
    """A model that came with inkten and is unchanged."""

    name: str
    size: int  # bytes
    sha256: str
    card: Card


def shipped_models() -> dict[str, str]:
    """The names of the models that come with inkten, and their SHA-256."""
    lines = CHECKSUMS.read_text("utf-8").splitlines()
    return {Path(name).stem: digest for digest, name in map(str.split, lines)}


def shipped_classifiers() -> list[str]:
    """The names that ``Classifier`` knows."""
    others = DETECTOR, LINE, VERIFIER, SIGN_VERIFIER
    return [name for name in shipped_models() if name not in others]


def examine(name: str) -> ShippedModel:
    """Check a shipped model: its file, its checksum, its card.

    Args:
        name: one of ``shipped_models()``.

    Raises:
        ModelError: missing, changed since it shipped, or without a card.
    """
    content = read_model(name)
    card = card_of(open_session(content, name, threads=1))
    return ShippedModel(name, len(content), hashlib.sha256(content).hexdigest(), card)


def sha256_of(model: str) -> str:
    """The SHA-256 of a shipped model by its name, or of a model file by its path.

    Raises:
        ModelError: the file cannot be read.
    """
    shipped = shipped_models().get(model)
    return shipped or hashlib.sha256(_content(Path(model))).hexdigest()


def read_model(name: str | os.PathLike[str]) -> bytes:
    """Read a shipped model by its name, or an ONNX file by its path.

    Raises:
        ModelError: missing, or changed since it shipped.
    """
    name = os.fspath(name)
    digest = shipped_models().get(name)
    path = HERE / f"{name}{MODEL_SUFFIX}" if digest else Path(name)
    if path.suffix != MODEL_SUFFIX:
        raise ModelError(
            f"not a model: expected a file ending in {MODEL_SUFFIX}", name=name
        )
    content = _content(path)
    if digest and hashlib.sha256(content).hexdigest() != digest:
        raise ModelError(
            f"{path} is not the file that shipped with inkten (its SHA-256 differs). "
            "Reinstall inkten."
        )
    return content


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"cannot be read: {error.strerror}", name=str(path)) from None
