"""Written numbers -> decimals, and which mark the numbers of a page use.

>>> mark = decimal_mark_of(["12.50", "1,234"])
>>> mark, to_decimal("1,234", mark)
('.', Decimal('1234'))
>>> to_decimal("1,234", None) is None  # a thousand, or one and a bit?
True
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Literal, TypeAlias

Mark: TypeAlias = Literal[".", ","]
DecimalMark: TypeAlias = Literal["auto", ".", ","]
DECIMAL_MARKS: tuple[DecimalMark, ...] = ("auto", ".", ",")
MARKS: tuple[Mark, ...] = (".", ",")

# A plus or minus, digits and marks, a half; a dash may stand for no cents: 12.-
WRITTEN = re.compile(r"([+-]?)(\d[\d.,']*?)(½?)(?:[.,/]-+)?")
INTEGER = re.compile(r"[+-]?(?:\d+|[1-9]\d{0,2}(?:'\d{3})+)")
# Groups of three digits, by the decimal mark: parted by the other mark, or by '.
FORMS: dict[Mark, re.Pattern[str]] = {
    mark: re.compile(
        rf"(\d+|[1-9]\d{{0,2}}(?:(?:{re.escape(other)}\d{{3}})+|(?:'\d{{3}})+))"
        rf"(?:{re.escape(mark)}(\d+))?"
    )
    for mark, other in zip(MARKS, reversed(MARKS), strict=True)
}
HALF = Decimal("0.5")


def to_integer(text: str) -> int | None:
    """A number written as an integer, as 125, -3 or 1'000; None for any other text."""
    return int(text.replace("'", "")) if INTEGER.fullmatch(text) else None


def to_decimal(text: str, mark: Mark | None) -> Decimal | None:
    """A number as a decimal.

    Args:
        text: as it is written, such as "-1'234.50", "5½" or "12.-".
        mark: the decimal mark; None if it is unknown.

    Returns:
        None for a text that is not one number (a date, a time, a fraction, a sum, a
        percentage), and for one that the unknown mark leaves open, such as "1,234".
    """
    values = _values(text)
    if mark is not None:
        return values.get(mark)
    different = set(values.values())
    return different.pop() if len(different) == 1 else None


def decimal_mark_of(texts: Iterable[str]) -> Mark | None:
    """The mark that the numbers of a page use; None if none or both are in use.

    Numbers show it by themselves: 12.50 and 1,234.50 have a point, 0,5 and 1.234.567 a
    comma. 1,234 alone does not tell.
    """
    used: set[Mark] = set()
    for text in texts:
        values = _values(text)
        if len(values) == 1 and any(mark in text for mark in MARKS):
            used |= values.keys()
    return used.pop() if len(used) == 1 else None


def _values(text: str) -> dict[Mark, Decimal]:
    """What a text is worth with each decimal mark that it may be written with."""
    written = WRITTEN.fullmatch(text)
    if written is None:
        return {}
    sign, digits, half = written.groups()
    values: dict[Mark, Decimal] = {}
    for mark in MARKS:
        number = FORMS[mark].fullmatch(digits)
        if number is None or (half and number[2]):
            continue
        whole = re.sub(r"\D", "", number[1])
        value = Decimal(f"{whole}.{number[2]}" if number[2] else whole)
        value += HALF if half else 0
        values[mark] = -value if sign == "-" else value
    return values
