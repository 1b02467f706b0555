"""The result: a Reading, with its numbers in lines, as text, data and picture."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inkten.digits import Digit, Number
from inkten.drawing import Mark, draw_marks, encode_for, encode_png
from inkten.errors import InktenError
from inkten.files import write_whole

if TYPE_CHECKING:
    from inkten.tables.table import Table

# From pictures, and rotate=0, to their readings: Reader.read_many, for example
ReadAgain: TypeAlias = Callable[..., Iterable["Reading"]]
SCHEMA_VERSION = 1  # of to_dict(); raised when a key is removed or changes meaning
LABELS = {"÷": ":", "½": "1/2"}  # on a picture: OpenCV's font is ASCII


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
            picture was read with ``signs=True``; otherwise they only split numbers.

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

    def table(
        self,
        *,
        keep_text_columns: bool = False,
        read_again: ReadAgain | None = None,
    ) -> "Table":
        """The numbers in rows and columns, from drawn rules or from their alignment.

        Headlines and columns of words are left out.

        Args:
            keep_text_columns: leave the place of what is left out empty instead.
            read_again: reads unsure cells again, each on its own, without the rules:
                ``read_many`` of a ``Reader``. If None, they stay as they were read.

        Raises:
            PictureTooLarge: there are more digits than a table is made of.
        """
        from inkten.tables.build import table_of  # needs OpenCV; built on this module

        return table_of(
            self, keep_text_columns=keep_text_columns, read_again=read_again
        )

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
