"""What is allowed in a template and yet a mistake: fields that can never be right."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from inkten.digits import Box
from inkten.forms.fields import Field, Kind

SHARED = 0.5  # of the smaller box: fields that overlap more are drawn twice
MIN_SIDE = 8  # px of the reference picture: nobody writes in a smaller box


def mistakes_in(fields: Sequence[Field]) -> Iterator[str]:
    """Say which fields overlap, are too small, or have checks that can never hold."""
    for field in fields:
        for mistake in _own_mistakes(field):
            yield f"field {field.name!r}: {mistake}"
    for one, other in combinations(fields, 2):
        share = _shared(one.box, other.box)
        if share > SHARED:
            yield (
                f"field {other.name!r}: its box and that of {one.name!r} overlap by "
                f"{share:.0%} of the smaller one"
            )


def _own_mistakes(field: Field) -> Iterator[str]:
    box = field.box
    if min(box.width, box.height) < MIN_SIDE:
        yield (
            f"its box is {box.width:g}x{box.height:g} pixels, too small to write in; "
            f"expected at least {MIN_SIDE}x{MIN_SIDE}"
        )
    length, checks = field.length, field.checks
    if length and checks.length:
        fewest, most = checks.length
        if fewest > length or (field.kind is Kind.DIGITS and most < length):
            held = "cells" if field.kind is Kind.CELLS else "digits"
            yield (
                f"its check 'length' {list(checks.length)} can never hold with "
                f"{length} {held}"
            )
    least, largest = checks.range
    smallest, highest = _bounds(field)
    if (least is not None and highest is not None and least > highest) or (
        largest is not None and smallest is not None and largest < smallest
    ):
        given = checks.to_dict()["range"]
        yield (
            f"its check 'range' {given} can never hold: numbers in it are "
            f"{_text(smallest)} to {_text(highest)}"
        )


def _bounds(field: Field) -> tuple[Decimal | None, Decimal | None]:
    """The least and the largest number that a field can hold; None for no bound."""
    digits = field.length or (field.checks.length and field.checks.length[1])
    largest = None if digits is None else Decimal(10**digits - 1)
    if not field.sign:
        return Decimal(0), largest
    if digits is None:
        return None, None
    # In cells, the sign takes the first one
    return -Decimal(10 ** (digits - (field.kind is Kind.CELLS)) - 1), largest


def _text(bound: Decimal | None) -> str:
    return "any" if bound is None else f"{bound:f}"


def _shared(one: Box, other: Box) -> float:
    """The area that two boxes share, of the smaller one."""
    wide = min(one.right, other.right) - max(one.x, other.x)
    high = min(one.bottom, other.bottom) - max(one.y, other.y)
    if wide <= 0 or high <= 0:
        return 0.0
    return wide * high / min(one.width * one.height, other.width * other.height)
