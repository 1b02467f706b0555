"""The result: a Reading of numbers, made of digits and signs, each in its box."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inkten.decimals import Mark as DecimalPoint
from inkten.decimals import to_decimal, to_integer
from inkten.drawing import Mark, draw_marks, encode_for, encode_png
from inkten.errors import InktenError
from inkten.files import write_whole

if TYPE_CHECKING:
    from inkten.tables.table import Table

SCHEMA_VERSION = 1  # of to_dict(); raised when a key is removed or changes meaning
UNSURE = "?"  # stands in `text` for a digit below min_confidence
LABELS = {"÷": ":", "½": "1/2"}  # on a picture: OpenCV's font is ASCII


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
    decimal_mark: DecimalPoint | None = None

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


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """What was read from one picture; ``str()`` of it is the text.

    Attributes:
        lines: the numbers of each line, in reading order; empty if no digit was found.
        gray: the (H, W) uint8 picture that was read; empty in a reading made from
            plain data.
        scale: pixels of the upright original per pixel of ``gray``.
        page: the number of the page in a file of several, from 1.
        best_guess: if no digit was found, what came closest to one.
        original_size: width and height of the upright original, if ``gray`` is empty
            or was decoded at reduced scale.
        rotation: degrees by which the picture was turned clockwise before it was read;
            boxes are in pixels of the turned picture.
        has_signs: whether signs stand among its digits. The text has them if the
            picture was read with ``signs=True``; else they only part numbers.

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
    rotation: int = 0
    has_signs: bool = False

    def __str__(self) -> str:
        """The text."""
        return self.text

    def __repr__(self) -> str:
        """One line: the text, its confidence and the number of digits."""
        count = len(self.digits)
        digits = f"{count} digit{'' if count == 1 else 's'}"
        return f"<Reading {self.text!r} confidence={self.confidence:.2f}, {digits}>"

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
        """A space between numbers, a newline between lines, ``?`` for unsure digits."""
        return "\n".join(
            " ".join(number.text for number in line) for line in self.lines
        )

    @property
    def value(self) -> int | None:
        """The number, if the picture has exactly one, without a ``?`` in it."""
        numbers = self.numbers
        return numbers[0].value if len(numbers) == 1 else None

    @property
    def decimal(self) -> Decimal | None:
        """The number as a decimal, if the picture has exactly one."""
        numbers = self.numbers
        return numbers[0].decimal if len(numbers) == 1 else None

    @property
    def confidence(self) -> float:
        """The probability that all of it is right; 0 if no digit was found."""
        return prod(n.confidence for n in self.numbers) if self.lines else 0.0

    def to_dict(self) -> dict[str, Any]:
        """The reading as plain data, ready for JSON; ``schema`` is its version."""
        width, height = self._size
        return {
            "schema": SCHEMA_VERSION,
            "page": self.page,
            "text": self.text,
            "value": self.value,
            "confidence": round(self.confidence, 6),
            "width": width,
            "height": height,
            "rotation": self.rotation,
            "has_signs": self.has_signs,
            "best_guess": self.best_guess.to_dict() if self.best_guess else None,
            "lines": [[number.to_dict() for number in line] for line in self.lines],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Reading":
        """The reading that ``to_dict`` wrote: rounded, without its picture and tiles.

        Raises:
            InktenError: the data are not a reading of this schema.
        """
        try:
            if data["schema"] != SCHEMA_VERSION:
                raise InktenError(
                    f"a reading of schema {data['schema']}; this version of inkten "
                    f"takes schema {SCHEMA_VERSION}"
                )
            guess = data["best_guess"]
            return cls(
                tuple(tuple(map(Number.from_dict, line)) for line in data["lines"]),
                gray=np.zeros((0, 0), np.uint8),
                page=data["page"],
                best_guess=Digit.from_dict(guess) if guess else None,
                original_size=(data["width"], data["height"]),
                rotation=data.get("rotation", 0),
                has_signs=data.get("has_signs", False),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise InktenError(
                f"not a reading ({error!r}); expected what Reading.to_dict() returns"
            ) from None

    def table(self, *, keep_text_columns: bool = False) -> "Table":
        """The numbers in rows and columns, from drawn rules or from their alignment.

        Headlines and columns of words are left out.

        Args:
            keep_text_columns: leave the place of what is left out empty instead.

        Raises:
            PictureTooLarge: there are more digits than a table is made of.
        """
        from inkten.tables.build import table_of  # needs OpenCV; built on this module

        return table_of(self, keep_text_columns=keep_text_columns)

    @property
    def _size(self) -> tuple[int, int]:
        """Width and height of the upright original."""
        if self.original_size:
            return self.original_size
        height, width = self.gray.shape
        return round(width * self.scale), round(height * self.scale)

    def picture(self) -> NDArray[np.uint8]:
        """The picture with each digit and sign boxed and labelled, (H, W, 3) uint8 RGB.

        Raises:
            InktenError: the reading was made from plain data and has no picture.
        """
        if not self.gray.size:
            raise InktenError(
                "a reading made from plain data has no picture; read the picture again"
            )
        return draw_marks(
            self.gray,
            (
                Mark(
                    part.box.x / self.scale,
                    part.box.y / self.scale,
                    part.box.width / self.scale,
                    part.box.height / self.scale,
                    LABELS.get(part.text, part.text),
                    sure=part.value is not None,
                )
                for number in self.numbers
                for part in number.parts
            ),
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save the picture with each digit and sign boxed and labelled.

        The path ends in .png or .jpg.

        Raises:
            InktenError: a wrong extension, the file is not writable, or the reading has
                no picture.
        """
        target = Path(path)
        write_whole(target, encode_for(target, self.picture()))

    def _repr_png_(self) -> bytes | None:
        """Show the picture in a notebook."""
        return encode_png(self.picture()) if self.gray.size else None
