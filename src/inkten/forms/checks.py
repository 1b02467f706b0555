"""Whether what was read of a form can be true: ranges, lengths, check digits, sums."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from inkten.digits import UNSURE
from inkten.forms.fields import CheckDigit, Field, Kind
from inkten.forms.numerals import digits_in, number_in, sign_problems

# Payment slips of Switzerland, modulo 10 recursive: the next carry is the entry at
# (carry + digit) modulo 10.
RECURSIVE_CARRY = 0, 9, 4, 6, 8, 2, 7, 1, 3, 5


def problems_of(
    field: Field, texts: Mapping[str, str], fields: Mapping[str, Field]
) -> Iterator[str]:
    """Say which checks of a field fail, and why.

    Args:
        field: the field to check.
        texts: what was read of each field: ``""`` if it is empty; ``?`` for an unsure
            digit; of a tick box, ``"x"`` or ``""``.
        fields: all fields by their names.
    """
    text = texts[field.name]
    if not text:
        if field.checks.required:
            yield "empty; it must be filled in"
        return
    if field.kind is Kind.TICK:
        return
    if UNSURE in text:
        yield "a digit is unsure"
    digits = digits_in(text)
    if not digits:
        yield "a sign without digits"
        return
    yield from sign_problems(field, text)
    yield from _length_problems(field, len(digits))
    value = number_in(text, field.decimals)
    if value is None:  # nothing more can be said
        return
    yield from _range_problems(field, value)
    rule = field.checks.check_digit
    if rule and not has_check_digit(digits, rule):
        yield f"the check digit ({rule}) is wrong"
    yield from _sum_problems(field, value, texts, fields)


def _length_problems(field: Field, count: int) -> Iterator[str]:
    if field.kind is Kind.DIGITS and count != field.length:
        yield f"{_digits(count)}; expected {field.length}"
    if field.checks.length:
        least, largest = field.checks.length
        if not least <= count <= largest:
            expected = f"{least}" if least == largest else f"{least} to {largest}"
            yield f"{_digits(count)}; expected {expected}"


def _range_problems(field: Field, value: int | Decimal) -> Iterator[str]:
    least, largest = field.checks.range
    if least is not None and value < least:
        yield f"{value} is below {least}"
    if largest is not None and value > largest:
        yield f"{value} is above {largest}"


def _sum_problems(
    field: Field,
    value: int | Decimal,
    texts: Mapping[str, str],
    fields: Mapping[str, Field],
) -> Iterator[str]:
    names = field.checks.sum_of
    if not names:
        return
    found = [_value(fields[name], texts[name]) for name in names]
    unsure = [name for name, one in zip(names, found, strict=True) if one is None]
    if unsure:
        are = "is no number" if len(unsure) == 1 else "are no numbers"
        yield f"the sum cannot be checked: {', '.join(unsure)} {are}"
        return
    values = [one for one in found if one is not None]
    if sum(values) != value:
        terms = " + ".join(map(str, values))
        yield f"{value} is not the sum {terms} = {sum(values)}"


def _value(field: Field, text: str) -> int | Decimal | None:
    """A field's value in a sum; an empty one counts as 0, a tick as 1."""
    if field.kind is Kind.TICK:
        return int(bool(text))
    return number_in(text or "0", field.decimals)


def has_check_digit(digits: str, rule: CheckDigit) -> bool:
    """Whether the last of some digits follows from the others.

    >>> has_check_digit("4006381333931", CheckDigit.GS1)
    True
    >>> has_check_digit("79927398713", CheckDigit.LUHN)
    True
    """
    values = list(map(int, digits))
    match rule:
        case CheckDigit.LUHN:
            doubled = [
                sum(divmod(2 * value, 10)) if place % 2 else value
                for place, value in enumerate(reversed(values))
            ]
            return sum(doubled) % 10 == 0
        case CheckDigit.GS1:
            weighted = [
                3 * value if place % 2 else value
                for place, value in enumerate(reversed(values))
            ]
            return sum(weighted) % 10 == 0
    carry = 0
    for value in values[:-1]:
        carry = RECURSIVE_CARRY[(carry + value) % 10]
    return (10 - carry) % 10 == values[-1]


def _digits(count: int) -> str:
    return f"{count} digit{'' if count == 1 else 's'}"
