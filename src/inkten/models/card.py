"""A model's card: what the file is, written inside the file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from inkten.errors import ModelError

PREFIX = "inkten."  # keeps the card apart from what other tools write
TEXTS = ("task", "input_form", "classes", "training_data", "recipe", "version")
REJECTING_RECIPE = "cnn standard"  # of 0.1.0, whose cards do not say `rejects`


@dataclass(frozen=True)
class Card:
    """What a model does, what it was trained on, and how good it was found to be.

    Attributes:
        task: "which handwritten digit is in a tile"
        input_form: "(N, 28, 28) float32 in 0..1, ink = 1"
        classes: "0 1 2 3 4 5 6 7 8 9"
        training_data: "MNIST, 60,000 pictures"
        figures: {"test_accuracy": 0.9701}
        recipe: "mlp original, 10 epochs, seed 0"
        version: the version of inkten.
        rejects: whether a row of probabilities may sum to less than 1: the remaining
            probability is that of no digit.
        parameters: the number of trainable parameters; None on a card of 0.1.0.
        learned: the number of a user's own digits that ``inkten learn`` taught it.
        trust: how far it then decides alone which digit it is, 0..1. The detector,
            which has not learned them, has its say in the rest.
    """

    task: str
    input_form: str
    classes: str
    training_data: str
    figures: dict[str, float]
    recipe: str
    version: str
    rejects: bool = False
    parameters: int | None = None
    learned: int = 0
    trust: float = 0.0

    def to_metadata(self) -> dict[str, str]:
        """The card as the text pairs that an ONNX file can hold."""
        return {
            f"{PREFIX}{name}": value if isinstance(value, str) else json.dumps(value)
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> "Card":
        """Read the card back.

        Raises:
            ModelError: the metadata hold no card, or an incomplete one.
        """
        try:
            texts: dict[str, Any] = {name: metadata[PREFIX + name] for name in TEXTS}
            told = json.loads(metadata[f"{PREFIX}figures"])
            figures = {name: float(value) for name, value in told.items()}
            default = json.dumps(texts["recipe"].startswith(REJECTING_RECIPE))
            rejects = json.loads(metadata.get(f"{PREFIX}rejects", default))
            parameters = json.loads(metadata.get(f"{PREFIX}parameters", "null"))
            learned = int(json.loads(metadata.get(f"{PREFIX}learned", "0")))
            trust = float(json.loads(metadata.get(f"{PREFIX}trust", "0.0")))
            if not 0 <= trust <= 1:
                raise ValueError(f"a trust of {trust}")
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise ModelError(
                f"the model has no complete card ({error}); expected one as inkten "
                "writes it. Train a model with 'inkten train'."
            ) from error
        return cls(
            figures=figures,
            rejects=bool(rejects),
            parameters=parameters,
            learned=learned,
            trust=trust,
            **texts,
        )
