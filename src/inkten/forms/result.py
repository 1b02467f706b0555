"""The result: a FormReading of fields, each with its text, its place and its checks."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import prod
from typing import Any

from inkten.digits import Box, Digit
from inkten.forms.fields import Kind
from inkten.forms.numerals import number_in

SCHEMA_VERSION = 1  # of to_dict(); raised when a key is removed or changes meaning
TICKED = "x"  # the text of a ticked box


@dataclass(frozen=True, slots=True)
class FieldReading:
    """What was read in one field.

    Attributes:
        name: of the field.
        kind: ``"number"``, ``"digits"``, ``"cells"`` or ``"tick"``.
        text: digits and signs as written, with ``?`` for an unsure digit; ``""`` if
            the field is empty; ``"x"`` for a ticked box.
        confidence: the probability that the text is right, 0..1.
        box: the field on the picture.
        outline: its four corners there, x and y, clockwise from the upper left one.
        digits: left to right, with boxes on the picture.
        problems: why its checks fail; empty if they hold.
        decimals: how many digits may stand after a decimal mark.
    """

    name: str
    kind: Kind
    text: str
    confidence: float
    box: Box
    outline: tuple[tuple[float, float], ...]
    digits: tuple[Digit, ...] = ()
    problems: tuple[str, ...] = ()
    decimals: int = 0

    @property
    def value(self) -> int | Decimal | bool | None:
        """The number, or whether a box is ticked; None if empty or unsure.

        A ``Decimal`` if the field may have decimals. None, too, if a sign is written
        with which the text is not such a number.
        """
        if self.kind is Kind.TICK:
            return bool(self.text)
        return number_in(self.text, self.decimals)

    @property
    def holds(self) -> bool:
        """Whether all its checks hold."""
        return not self.problems

    def to_dict(self) -> dict[str, Any]:
        """The field as plain data, ready for JSON; ``text`` has decimals exactly."""
        value = self.value
        return {
            "name": self.name,
            "kind": self.kind.value,
            "text": self.text,
            "value": float(value) if isinstance(value, Decimal) else value,
            "confidence": round(self.confidence, 6),
            "holds": self.holds,
            "problems": list(self.problems),
            "box": self.box.to_dict(),
            "outline": [list(corner) for corner in self.outline],
            "digits": [digit.to_dict() for digit in self.digits],
        }


@dataclass(frozen=True, slots=True)
class FormReading:
    """What was read of one filled-in form; ``str()`` of it has a line for each field.

    Attributes:
        fields: in the order of the template.
        agreement: the share of the form's print that was found on the picture, 0..1.

    >>> reading["points"].value  # doctest: +SKIP
    42
    """

    fields: tuple[FieldReading, ...]
    agreement: float

    def __getitem__(self, name: str) -> FieldReading:
        """The field of a name.

        Raises:
            KeyError: there is none.
        """
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    def __str__(self) -> str:
        """A line for each field: its name, its text, and why a check fails."""
        return "\n".join(
            f"{field.name}: {field.text}"
            + "".join(f" ({problem})" for problem in field.problems)
            for field in self.fields
        )

    @property
    def digits(self) -> tuple[Digit, ...]:
        """The digits of all fields."""
        return tuple(digit for field in self.fields for digit in field.digits)

    @property
    def values(self) -> Mapping[str, int | Decimal | bool | None]:
        """The value of each field by its name."""
        return {field.name: field.value for field in self.fields}

    @property
    def holds(self) -> bool:
        """Whether all checks of all fields hold."""
        return all(field.holds for field in self.fields)

    @property
    def confidence(self) -> float:
        """The probability that all fields are right."""
        return prod(field.confidence for field in self.fields)

    def to_dict(self) -> dict[str, Any]:
        """The reading as plain data, ready for JSON; ``schema`` is its version."""
        return {
            "schema": SCHEMA_VERSION,
            "holds": self.holds,
            "confidence": round(self.confidence, 6),
            "agreement": round(self.agreement, 4),
            "fields": [field.to_dict() for field in self.fields],
        }
