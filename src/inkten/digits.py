"""What a reading is made of: numbers of digits and signs, each in its box."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkten.decimals import Mark, to_decimal, to_integer

UNSURE = "?"  # stands in `text` for a digit below min_confidence


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the upright original picture; the origin is top left."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x just past the box."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y just below the box."""
        return self.y + self.height

    @classmethod
    def around(cls, boxes: Iterable["Box"]) -> "Box":
        """The smallest box that holds all of ``boxes`` (at least one)."""
        every = tuple(boxes)
        left, top = min(box.x for box in every), min(box.y for box in every)
        right = max(box.right for box in every)
        bottom = max(box.bottom for box in every)
        return cls(left, top, right - left, bottom - top)

    def to_dict(self) -> dict[str, float]:
        """The box as plain data, to a hundredth of a pixel."""
        return {
            "x": round(self.x, 2),
            "y": round(self.y, 2),
            "width": round(self.width, 2),
            "height": round(self.height, 2),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, float]) -> "Box":
        """The box that ``to_dict`` wrote."""
        return cls(data["x"], data["y"], data["width"], data["height"])


@dataclass(frozen=True, slots=True)
class Digit:
    """One digit: its value, its probabilities, its box, and the tile that was read.

    Attributes:
        value: 0 to 9; None if the confidence is below ``min_confidence``.
        guess: the likeliest digit, however unsure.
        confidence: the probability of the guess, 0..1.
        probabilities: those of 0 to 9; the remaining probability is ``no_digit``.
        box: where the digit is.
        tile: the (28, 28) float32 picture that the classifier saw, ink = 1; empty in a
            reading made from plain data.
    """

    value: int | None
    guess: int
    confidence: float
    probabilities: tuple[float, ...]
    box: Box
    tile: NDArray[np.float32] = field(repr=False, compare=False)

    @classmethod
    def of(
        cls,
        probabilities: NDArray[np.float32],
        box: Box,
        tile: NDArray[np.float32],
        min_confidence: float,
    ) -> "Digit":
        """Make a digit from the (10,) ``probabilities`` of its ``tile``."""
        guess = int(probabilities.argmax())
        confidence = float(probabilities[guess])
        value = guess if confidence >= min_confidence else None
        return cls(value, guess, confidence, tuple(probabilities.tolist()), box, tile)

    @property
    def no_digit(self) -> float:
        """The probability that this is not a digit, rounded to six places."""
        return max(0.0, round(1 - sum(self.probabilities), 6))

    @property
    def text(self) -> str:
        """The digit as it appears in a text: itself, or ``?`` when unsure."""
        return UNSURE if self.value is None else str(self.value)

    def best(self, count: int = 3) -> list[tuple[int, float]]:
        """The ``count`` likeliest digits and their probabilities, likeliest first."""
        ranked = sorted(enumerate(self.probabilities), key=lambda pair: -pair[1])
        return ranked[:count]

    def to_dict(self) -> dict[str, Any]:
        """The digit as plain data; the tile is left out."""
        return {
            "value": self.value,
            "guess": self.guess,
            "confidence": round(self.confidence, 6),
            "probabilities": [round(p, 6) for p in self.probabilities],
            "no_digit": self.no_digit,
            "box": self.box.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Digit":
        """The digit that ``to_dict`` wrote, without its tile."""
        return cls(
            data["value"],
            data["guess"],
            data["confidence"],
            tuple(data["probabilities"]),
            Box.from_dict(data["box"]),
            tile=np.zeros((0, 0), np.float32),
        )


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of a number: a point, a minus, a slash.

    Attributes:
        value: one of ``. , ' - / : + = x ÷ ( ) % ½``.
        confidence: the probability that it is this sign, 0..1.
        box: where the sign is.
        digits_before: how many digits of its number stand left of it.
    """

    value: str
    confidence: float
    box: Box
    digits_before: int

    @property
    def text(self) -> str:
        """The sign as it appears in a text."""
        return self.value

    def to_dict(self) -> dict[str, Any]:
        """The sign as plain data."""
        return {
            "value": self.value,
            "confidence": round(self.confidence, 6),
            "box": self.box.to_dict(),
            "digits_before": self.digits_before,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Sign":
        """The sign that ``to_dict`` wrote."""
        box = Box.from_dict(data["box"])
        return cls(data["value"], data["confidence"], box, data["digits_before"])


@dataclass(frozen=True, slots=True)
class Number:
    """Digits, and signs among them, that form one number, left to right.

    Attributes:
        digits: left to right.
        completeness: the probability that no digit is missing and none is misplaced,
            0..1; lower if ink beside the number is unread or its line is unclear.
        signs: left to right; empty unless the picture was read with signs.
        decimal_mark: the mark that the numbers of the page are written with; None if
            they do not show it.
    """

    digits: tuple[Digit, ...]
    completeness: float = 1.0
    signs: tuple[Sign, ...] = ()
    decimal_mark: Mark | None = None

    @property
    def parts(self) -> tuple[Digit | Sign, ...]:
        """Digits and signs, left to right."""
        parts: list[Digit | Sign] = list(self.digits)
        for sign in reversed(self.signs):
            parts.insert(sign.digits_before, sign)
        return tuple(parts)

    @property
    def text(self) -> str:
        """The number as written, ``?`` for an unsure digit."""
        return "".join(part.text for part in self.parts)

    @property
    def value(self) -> int | None:
        """The number, if it is written as an integer and each digit is sure."""
        return to_integer(self.text)

    @property
    def decimal(self) -> Decimal | None:
        """The number as a decimal.

        None if a digit is unsure; if the text is not one number, but a date, a time, a
        fraction, a sum or a percentage; and if the page does not show whether a mark
        parts decimals or thousands, as in ``1,234``.
        """
        return to_decimal(self.text, self.decimal_mark)

    @property
    def confidence(self) -> float:
        """The probability that each digit and sign is right and no digit is missing."""
        return self.completeness * prod(part.confidence for part in self.parts)

    @property
    def box(self) -> Box:
        """The box around all its digits and signs."""
        return Box.around(part.box for part in self.parts)

    def to_dict(self) -> dict[str, Any]:
        """The number as plain data, its digits and signs included."""
        decimal = self.decimal
        return {
            "text": self.text,
            "value": self.value,
            "decimal": None if decimal is None else str(decimal),  # exact
            "decimal_mark": self.decimal_mark,
            "confidence": round(self.confidence, 6),
            "completeness": round(self.completeness, 6),
            "box": self.box.to_dict(),
            "digits": [digit.to_dict() for digit in self.digits],
            "signs": [sign.to_dict() for sign in self.signs],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Number":
        """The number that ``to_dict`` wrote."""
        return cls(
            tuple(map(Digit.from_dict, data["digits"])),
            data.get("completeness", 1.0),
            tuple(map(Sign.from_dict, data.get("signs", ()))),
            data.get("decimal_mark"),
        )
