"""A model's card: what the file is, written inside the file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from inkten.errors import ModelError

PREFIX = "inkten."  # keeps the card apart from what other tools write


@dataclass(frozen=True)
class Card:
    """What a model does, what it was trained on, and how good it was found to be."""

    task: str  # "handwritten digit in a 28x28 tile"
    input_form: str  # "(N, 28, 28) float32 in 0..1, ink = 1"
    classes: str  # "0 1 2 3 4 5 6 7 8 9"
    training_data: str  # "MNIST, 60,000 pictures"
    figures: dict[str, float]  # {"test_accuracy": 0.9701}
    recipe: str  # "original"
    version: str  # of inkten

    def to_metadata(self) -> dict[str, str]:
        """Give the card as the text pairs that an ONNX file can hold."""
        return {
            f"{PREFIX}{name}": value if isinstance(value, str) else json.dumps(value)
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> "Card":
        """Read the card back.

        Raises:
            ModelError: the metadata hold no card, or not a whole one.
        """
        try:
            texts = {
                name: metadata[f"{PREFIX}{name}"] for name in cls.__dataclass_fields__
            }
            figures = {
                name: float(value)
                for name, value in json.loads(texts.pop("figures")).items()
            }
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise ModelError(
                f"the model holds no whole card ({error}); expected one as inkten "
                "writes it. Train a model with 'inkten train'."
            ) from error
        return cls(figures=figures, **texts)
