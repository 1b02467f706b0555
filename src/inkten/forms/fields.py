"""What a template says of its fields: where they are, what is in them, what must hold.

Each class checks its own values and raises a ``ValueError`` that says what was
given and what is expected; ``template`` adds the name of the field.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from inkten.digits import Box

NAME = re.compile(r"[^\W\d]\w*")  # letters, digits and underscores: a column's name
# Columns of a batch run that are not fields, and what is added to the name of a field.
RESERVED = frozenset(
    {"path", "page", "error", "problems", "outlines", "milliseconds"}
    | {"model", "version"}
)
SUFFIXES = ("_confidence", "_holds")
MAX_NAME = 100  # characters
MAX_LENGTH = 40  # digits: the longest numbers on forms (IBAN, barcodes) are shorter


class Kind(StrEnum):
    """What a field holds."""

    NUMBER = "number"  # a number of any length, somewhere in the box
    DIGITS = "digits"  # a fixed number of digits, somewhere in the box
    CELLS = "cells"  # at most one digit in each of the equally wide cells of the box
    TICK = "tick"  # a box to tick


class CheckDigit(StrEnum):
    """How the last digit of a number follows from the others, modulo 10."""

    LUHN = "luhn"  # ISO/IEC 7812-1, annex B: cards, meters, customer numbers
    GS1 = "gs1"  # GS1 General Specifications, 7.9: EAN, GTIN; weights 3 and 1
    RECURSIVE = "recursive"  # payment slips of Switzerland: modulo 10, recursive


@dataclass(frozen=True, slots=True)
class Checks:
    """What must hold for a field; a check that is not given always holds.

    Attributes:
        required: the field must be filled in.
        range: the least and the largest value; None for no limit on that side.
        length: the least and the largest number of digits.
        check_digit: how the last digit follows from the others.
        sum_of: the fields whose values add up to this one; an empty one counts as 0.

    Raises:
        ValueError: a range or length that nothing can satisfy.
    """

    required: bool = False
    range: tuple[int | Decimal | None, int | Decimal | None] = (None, None)
    length: tuple[int, int] | None = None
    check_digit: CheckDigit | None = None
    sum_of: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the values."""
        least, largest = self.range
        if least is not None and largest is not None and least > largest:
            raise ValueError(f"range {_plain(self.range)}; expected [least, largest]")
        if self.length and not 1 <= self.length[0] <= self.length[1] <= MAX_LENGTH:
            raise ValueError(
                f"length {list(self.length)}; expected [least, largest] from 1 to "
                f"{MAX_LENGTH}"
            )

    def to_dict(self) -> dict[str, Any]:
        """The checks that are given, as plain data."""
        every = {
            "required": self.required,
            "range": _plain(self.range) if self.range != (None, None) else None,
            "length": list(self.length) if self.length else None,
            "check_digit": self.check_digit and self.check_digit.value,
            "sum_of": list(self.sum_of),
        }
        return {name: value for name, value in every.items() if value}


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form.

    Attributes:
        name: letters, digits and underscores; it names a column of a batch run.
        kind: what the field holds.
        box: where it is, in pixels of the reference picture.
        length: the number of digits, or of cells, some of which may stay empty; None
            for a number or a tick box.
        sign: a plus or minus may stand before the digits; in cells, in the first one.
        checks: what must hold.
        decimals: of a number, how many digits may stand after a decimal mark; 0 for
            whole numbers only.

    Raises:
        ValueError: a name, box, length or number of decimals that a field of this kind
            cannot have.
    """

    name: str
    kind: Kind
    box: Box
    length: int | None = None
    sign: bool = False
    checks: Checks = field(default_factory=Checks)
    decimals: int = 0

    def __post_init__(self) -> None:
        """Check the values."""
        _check_name(self.name)
        if not (self.box.width >= 1 and self.box.height >= 1):
            raise ValueError(
                f"box of {self.box.width:g}x{self.box.height:g} pixels; expected a "
                "width and a height of 1 or more"
            )
        if self.kind in (Kind.DIGITS, Kind.CELLS):
            if self.length is None or not 1 <= self.length <= MAX_LENGTH:
                raise ValueError(
                    f"length {self.length}; a field of kind {self.kind} needs the "
                    f"number of its digits, 1 to {MAX_LENGTH}"
                )
        elif self.length is not None:
            raise ValueError(
                f"length {self.length}; a field of kind {self.kind} has none. Set the "
                "check 'length', or the kind 'digits'."
            )
        if self.kind is Kind.TICK:
            self._check_tick()
        self._check_decimals()

    def _check_decimals(self) -> None:
        if self.decimals and self.kind is not Kind.NUMBER:
            raise ValueError(
                f"decimals {self.decimals}; only a field of kind number has decimals"
            )
        if not 0 <= self.decimals <= MAX_LENGTH:
            raise ValueError(
                f"decimals {self.decimals}; expected a whole number from 0 to "
                f"{MAX_LENGTH}"
            )
        limits = [each for each in self.checks.range if each is not None]
        if not self.decimals and any(each != int(each) for each in limits):
            raise ValueError(
                f"range {_plain(self.checks.range)}; expected whole numbers, or a "
                "number with 'decimals'"
            )

    def _check_tick(self) -> None:
        others = [name for name in self.checks.to_dict() if name != "required"]
        if self.sign:
            others.append("sign")
        if others:
            raise ValueError(f"{', '.join(others)}; a tick box holds no number")

    @property
    def cells(self) -> list[Box]:
        """The box of each cell, from left to right; one for a field without cells."""
        count = self.length if self.kind is Kind.CELLS and self.length else 1
        width = self.box.width / count
        return [
            Box(self.box.x + number * width, self.box.y, width, self.box.height)
            for number in range(count)
        ]

    def to_dict(self) -> dict[str, Any]:
        """The field as plain data."""
        data: dict[str, Any] = {
            "name": self.name,
            "kind": self.kind.value,
            "box": [
                round(side, 1)
                for side in (self.box.x, self.box.y, self.box.width, self.box.height)
            ],
        }
        if self.length is not None:
            data["length"] = self.length
        if self.sign:
            data["sign"] = True
        if self.decimals:
            data["decimals"] = self.decimals
        if checks := self.checks.to_dict():
            data["checks"] = checks
        return data


def _plain(
    limits: tuple[int | Decimal | None, int | Decimal | None],
) -> list[int | float | None]:
    """The limits of a range as JSON has them."""
    return [float(each) if isinstance(each, Decimal) else each for each in limits]


def _check_name(name: str) -> None:
    if len(name) > MAX_NAME:
        raise ValueError(
            f"a name of {len(name):,} characters; expected at most {MAX_NAME}"
        )
    if not NAME.fullmatch(name):
        raise ValueError(
            f"name {name!r}; expected letters, digits and underscores, and a letter "
            "first"
        )
    if name.lower() in RESERVED or name.lower().endswith(SUFFIXES):
        raise ValueError(
            f"name {name!r}; results have a column of that name. Choose another."
        )
