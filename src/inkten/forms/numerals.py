"""The text of a field -> the number it stands for, and the signs that may not be there.

A number is written with a plus or minus before it if its field allows one, and with one
decimal mark, a point or a comma, if its field has decimals. Thousands are not parted:
where a field may have decimals, 1,234 could be either.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from inkten.digits import UNSURE
from inkten.forms.fields import Field

PLUS_OR_MINUS = "+", "-"
WRITTEN = re.compile(r"([+-]?\d+)(?:[.,](\d+))?")


def number_in(text: str, decimals: int) -> int | Decimal | None:
    """The number that a text stands for; None for any other text.

    Args:
        text: as it is written.
        decimals: how many digits may stand after a decimal mark. The number is an int
            if there may be none, else a Decimal.

    >>> number_in("-12,50", 2)
    Decimal('-12.50')
    >>> number_in("3/4", 2) is number_in("12.5", 0) is None
    True
    """
    written = WRITTEN.fullmatch(text)
    if written is None:
        return None
    whole, rest = written.groups()
    if not decimals:
        return None if rest else int(whole)
    if rest and len(rest) > decimals:
        return None
    return Decimal(f"{whole}.{rest}" if rest else whole)


def digits_in(text: str) -> str:
    """The digits of a text, ``?`` for an unsure one."""
    return "".join(letter for letter in text if letter.isdigit() or letter == UNSURE)


def sign_problems(field: Field, text: str) -> Iterator[str]:
    """Say which signs of a text its field does not allow."""
    rest = text[1:] if text[:1] in PLUS_OR_MINUS and field.sign else text
    before, mark, after = rest, "", ""
    if field.decimals and (found := re.search("[.,]", rest)):
        before, mark, after = rest[: found.start()], found[0], rest[found.end() :]
    extra = [letter for letter in before + after if not digits_in(letter)]
    if extra:
        signs = ", ".join(repr(letter) for letter in dict.fromkeys(extra))
        several = len(set(extra)) > 1
        yield (
            f"{text} has {'signs' if several else 'a sign'} that this field does not "
            f"allow: {signs}"
        )
    elif mark and not (before and after):
        yield f"{text} has no digit {'after' if before else 'before'} its decimal mark"
    elif len(after) > field.decimals:
        yield (
            f"{text} has {len(after)} digits after the decimal mark; at most "
            f"{field.decimals} may be there"
        )
