"""The text of a cell -> the number that it stands for, if it is one beyond doubt."""

import re
from decimal import Decimal

from inkten.decimals import Mark, to_decimal

# Neither leading zeros nor a lone sign: 007 is a code, and - a dash.
NUMBER = re.compile(r"[-+]?(0|[1-9][\d.,']*|0[.,]\d+)")
MOST_DIGITS = 15  # a spreadsheet keeps no more of a number (IEEE 754 doubles)


def decimal_of(text: str, mark: Mark | None = None) -> Decimal | None:
    """The number that a text stands for; None if there is any doubt.

    Args:
        text: of a cell.
        mark: the decimal mark of the page; None if it is unknown.

    >>> decimal_of("12.50"), decimal_of("12,5"), decimal_of("1,250", ".")
    (Decimal('12.50'), Decimal('12.5'), Decimal('1250'))
    >>> decimal_of("007"), decimal_of("1,250"), decimal_of("12?"), decimal_of("3/4")
    (None, None, None, None)
    """
    if not NUMBER.fullmatch(text) or sum(map(str.isdigit, text)) > MOST_DIGITS:
        return None
    return to_decimal(text, mark)


def value_of(text: str, mark: Mark | None = None) -> int | float | None:
    """The same as an integer, or as a float if it is written with decimals.

    >>> value_of("12.50"), value_of("-3"), value_of("1,250.00")
    (12.5, -3, 1250.0)
    """
    number = decimal_of(text, mark)
    if number is None:
        return None
    return float(number) if places_of(number) else int(number)


def places_of(number: Decimal) -> int:
    """How many digits are written after the decimal mark.

    >>> places_of(Decimal("12.50"))
    2
    """
    return -int(number.as_tuple().exponent)
