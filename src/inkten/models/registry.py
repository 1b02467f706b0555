"""What ships: each model as its file lies there, and what its card says."""

import hashlib
from dataclasses import dataclass

from inkten.models.card import Card
from inkten.models.onnx import open_session, read_model
from inkten.models.weights import count_weights


@dataclass(frozen=True)
class ShippedModel:
    """A model that came with inkten and is as it was."""

    name: str
    size: int  # bytes
    sha256: str
    parameters: int  # numbers that it has learned
    card: Card


def examine(name: str) -> ShippedModel:
    """Look at a shipped model: its file, its checksum, its card.

    Args:
        name: one of ``shipped_models()``.

    Raises:
        ModelError: missing, changed since it shipped, or without a card.
    """
    content = read_model(name)
    metadata = open_session(name, threads=1).get_modelmeta().custom_metadata_map
    return ShippedModel(
        name,
        len(content),
        hashlib.sha256(content).hexdigest(),
        count_weights(content),
        Card.from_metadata(metadata),
    )
