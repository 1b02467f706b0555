"""How a model of someone else takes pictures of digits, and what its scores mean."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from inkten.log_odds import softmax

Ink: TypeAlias = Literal["light", "dark"]
Pixels: TypeAlias = Literal["0..1", "normalized", "-1..1", "0..255"]
Scores: TypeAlias = Literal["probabilities", "sigmoids", "logits"]

MNIST_MEAN, MNIST_DEVIATION = 0.1307, 0.3081  # of its pixels, as PyTorch's example has
GAINS_AND_OFFSETS: dict[Pixels, tuple[float, float]] = {
    "0..1": (1, 0),
    "normalized": (1 / MNIST_DEVIATION, -MNIST_MEAN / MNIST_DEVIATION),
    "-1..1": (2, -1),
    "0..255": (255, 0),
}
FLOOR = 1e-7  # keeps logarithms finite: half the step of float32 below 1


@dataclass(frozen=True, slots=True)
class ModelForm:
    """How a model takes pictures of digits, and what its scores mean.

    Attributes:
        ink: ``"light"`` ink on dark paper, as in MNIST, or ``"dark"`` ink on light.
        pixels: their range: ``"0..1"``, ``"-1..1"``, ``"0..255"``; or ``"normalized"``:
            0..1 less MNIST's mean, 0.1307, divided by its standard deviation, 0.3081.
        scores: ``"probabilities"``; ``"sigmoids"``, each 0..1 by itself; or
            ``"logits"``, of which the softmax is taken (logarithms of probabilities
            are logits, too).

    Raises:
        ValueError: one of them is none of these.
    """

    ink: Ink = "light"
    pixels: Pixels = "0..1"
    scores: Scores = "probabilities"

    def __post_init__(self) -> None:
        """Check the values."""
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(
                    f"{name}={getattr(self, name)!r}; expected {' or '.join(choices)}"
                )

    def __str__(self) -> str:
        """The form as ``parse`` takes it: "light ink, 0..1, logits"."""
        return f"{self.ink} ink, {self.pixels}, {self.scores}"

    @classmethod
    def parse(cls, text: str) -> "ModelForm":
        """Read a form such as ``"dark ink, 0..255, logits"``; the order is free.

        What the text leaves out has its default.

        Raises:
            ValueError: a part is unknown.
        """
        values: dict[str, str] = {}
        for part in text.split(","):
            word = part.strip().removesuffix(" ink")
            name = next((each for each in CHOICES if word in CHOICES[each]), None)
            if name is None or name in values:
                known = "; ".join(" or ".join(each) for each in CHOICES.values())
                raise ValueError(f"{text!r}; expected one each of {known}")
            values[name] = word
        return cls(**values)  # type: ignore[arg-type]

    @property
    def gain_and_offset(self) -> tuple[float, float]:
        """What ink, 0..1, is multiplied by, and what is then added."""
        gain, offset = GAINS_AND_OFFSETS[self.pixels]
        return (gain, offset) if self.ink == "light" else (-gain, gain + offset)

    def encode(self, tiles: NDArray[np.float32]) -> NDArray[np.float32]:
        """Tiles as the model takes them.

        Args:
            tiles: (N, 28, 28) in 0..1, ink = 1.
        """
        gain, offset = self.gain_and_offset
        return np.asarray(tiles * np.float32(gain) + np.float32(offset), np.float32)

    def decode(self, scores: NDArray[np.float32]) -> NDArray[np.float32]:
        """Scores as probabilities, which sum to 1 over all classes: (N, classes).

        Sigmoids are compared by their odds. That is the softmax of the numbers behind
        them: of what Keras on TensorFlow trains them by, and close to certain where
        only one of them is.
        """
        if self.scores == "probabilities":
            return scores
        logits = scores.astype(np.float64)
        if self.scores == "sigmoids":
            inside = np.clip(logits, FLOOR, 1 - FLOOR)
            logits = np.log(inside / (1 - inside))
        return softmax(logits)


CHOICES: dict[str, tuple[str, ...]] = {
    "ink": get_args(Ink),
    "pixels": get_args(Pixels),
    "scores": get_args(Scores),
}
