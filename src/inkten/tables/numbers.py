"""Numbers cut and joined at the edges of cells, with their signs."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from inkten.digits import Number, Sign


def piece_of(number: Number, places: Sequence[int]) -> Number:
    """Some of a number's digits, by their ``places`` in order, and their signs.

    A sign between two pieces goes with the digit that is nearer.
    """
    signs = tuple(
        replace(sign, digits_before=bisect_left(places, sign.digits_before))
        for sign in number.signs
        if _digit_of(number, sign) in places
    )
    digits = tuple(number.digits[place] for place in places)
    return replace(number, digits=digits, signs=signs)


def joined(left: Number, right: Number) -> Number:
    """Two numbers side by side as one."""
    shifted = (
        replace(sign, digits_before=sign.digits_before + len(left.digits))
        for sign in right.signs
    )
    return replace(
        left,
        digits=left.digits + right.digits,
        signs=(*left.signs, *shifted),
        completeness=left.completeness * right.completeness,
    )


def _digit_of(number: Number, sign: Sign) -> int:
    """The place of the digit next to which a sign stands."""
    after = sign.digits_before
    if after == 0:
        return 0
    if after == len(number.digits):
        return after - 1
    to_left = sign.box.x - number.digits[after - 1].box.right
    to_right = number.digits[after].box.x - sign.box.right
    return after - 1 if to_left <= to_right else after
