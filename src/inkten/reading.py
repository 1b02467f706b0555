"""What inkten answers: a Reading of numbers, each of digits, each in its box."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkten.drawing import Mark, draw_marks, encode_png

SCHEMA_VERSION = 1  # of to_dict(); raised when a key changes its meaning or goes
UNSURE = "?"  # stands in `text` for a digit below min_confidence


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the upright original picture, from its upper left."""

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
        held = tuple(boxes)
        left, top = min(box.x for box in held), min(box.y for box in held)
        right = max(box.right for box in held)
        bottom = max(box.bottom for box in held)
        return cls(left, top, right - left, bottom - top)

    def to_dict(self) -> dict[str, float]:
        """The box as plain data, to a hundredth of a pixel."""
        return {
            "x": round(self.x, 2),
            "y": round(self.y, 2),
            "width": round(self.width, 2),
            "height": round(self.height, 2),
        }


@dataclass(frozen=True, slots=True)
class Digit:
    """One digit: what it is, how sure that is, where it stands and what was seen.

    ``value`` is None when the confidence is below the reader's ``min_confidence``;
    ``guess`` keeps the best guess. ``probabilities`` are those of 0 to 9; what they
    lack to 1 is ``no_digit``, the belief that there is none. ``tile`` is the (28, 28)
    float32 picture the classifier saw, ink = 1.
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
        """A digit from the (10,) ``probabilities`` of what its ``tile`` shows."""
        guess = int(probabilities.argmax())
        confidence = float(probabilities[guess])
        value = guess if confidence >= min_confidence else None
        return cls(value, guess, confidence, tuple(probabilities.tolist()), box, tile)

    @property
    def no_digit(self) -> float:
        """How likely it is that no digit stands there, to the six places of float32."""
        return max(0.0, round(1 - sum(self.probabilities), 6))

    @property
    def text(self) -> str:
        """The digit as it stands in a text: itself, or ``?`` when unsure."""
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


@dataclass(frozen=True, slots=True)
class Number:
    """Digits that stand together, left to right."""

    digits: tuple[Digit, ...]

    @property
    def text(self) -> str:
        """The digits as written, ``?`` for an unsure one."""
        return "".join(digit.text for digit in self.digits)

    @property
    def value(self) -> int | None:
        """The number, or None when a digit of it is unsure."""
        text = self.text
        return int(text) if text.isdecimal() else None

    @property
    def confidence(self) -> float:
        """How likely every digit of it is right: the product of theirs."""
        return prod(digit.confidence for digit in self.digits)

    @property
    def box(self) -> Box:
        """The box around all its digits."""
        return Box.around(digit.box for digit in self.digits)

    def to_dict(self) -> dict[str, Any]:
        """The number as plain data, its digits included."""
        return {
            "text": self.text,
            "value": self.value,
            "confidence": round(self.confidence, 6),
            "box": self.box.to_dict(),
            "digits": [digit.to_dict() for digit in self.digits],
        }


@dataclass(frozen=True, slots=True)
class Reading:
    """What one picture says.

    ``lines`` holds the numbers of each line, in reading order; it is empty when no
    digit was found, and ``best_guess`` is then what came nearest to one. ``gray`` is
    the (H, W) uint8 picture that was read and ``scale`` the pixels of the upright
    original per pixel of it; ``original_size`` is that original's width and height, if
    it was decoded smaller. ``page`` counts from 1.

    >>> import inkten
    >>> reading = inkten.read("examples/digit.jpg")
    >>> reading.text, reading.value
    ('7', 7)
    """

    lines: tuple[tuple[Number, ...], ...]
    gray: NDArray[np.uint8] = field(repr=False, compare=False)
    scale: float = 1.0
    page: int = 1
    best_guess: Digit | None = None
    original_size: tuple[int, int] | None = None

    @property
    def numbers(self) -> tuple[Number, ...]:
        """All numbers in reading order."""
        return tuple(number for line in self.lines for number in line)

    @property
    def digits(self) -> tuple[Digit, ...]:
        """All digits in reading order."""
        return tuple(digit for number in self.numbers for digit in number.digits)

    @property
    def text(self) -> str:
        """A space between numbers, a newline between lines, ``?`` where unsure."""
        return "\n".join(
            " ".join(number.text for number in line) for line in self.lines
        )

    @property
    def value(self) -> int | None:
        """The number, if the picture holds exactly one and every digit is sure."""
        numbers = self.numbers
        return numbers[0].value if len(numbers) == 1 else None

    @property
    def confidence(self) -> float:
        """How likely all of it is right; 0 when no digit was found."""
        return prod(n.confidence for n in self.numbers) if self.lines else 0.0

    def to_dict(self) -> dict[str, Any]:
        """The reading as plain data, ready for JSON; ``schema`` is its version."""
        height, width = (round(side * self.scale) for side in self.gray.shape)
        if self.original_size:  # one decoded smaller has its sides rounded up
            width, height = self.original_size
        return {
            "schema": SCHEMA_VERSION,
            "page": self.page,
            "text": self.text,
            "value": self.value,
            "confidence": round(self.confidence, 6),
            "width": width,
            "height": height,
            "best_guess": self.best_guess.to_dict() if self.best_guess else None,
            "lines": [[number.to_dict() for number in line] for line in self.lines],
        }

    def picture(self) -> NDArray[np.uint8]:
        """The picture with every digit boxed and named, (H, W, 3) uint8 RGB."""
        return draw_marks(
            self.gray,
            (
                Mark(
                    digit.box.x / self.scale,
                    digit.box.y / self.scale,
                    digit.box.width / self.scale,
                    digit.box.height / self.scale,
                    digit.text,
                    sure=digit.value is not None,
                )
                for digit in self.digits
            ),
        )

    def _repr_png_(self) -> bytes:
        """Shown as its picture in a notebook."""
        return encode_png(self.picture())
