"""Two readings of a cell -> one number: what each of them missed, and the surer digits.

A 1 between wide digits is easily missed, and the others may still be read for sure. So
a digit that one reading misses is taken from the other, if its ink is there. Where both
read the same ink, they are two opinions on each digit, and are added up as log odds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inkten.digits import Box, Digit, Number, Sign

# Set on synthetic pages (benchmarks/table_pages.py), not those of the benchmark
STROKE = 0.03  # square digit heights: the ink of a thin 1
UNREAD = 0.35  # of the ink in a digit's box: with less, its neighbours have read it
SAME = 0.25  # digit heights from middle to middle: one digit in both readings
FLOOR = 1e-3  # no reading counts as surer about which digit it is


def merge_readings(
    first: Number, again: Number, ink: NDArray[np.bool_], height: float
) -> Number | None:
    """What two readings of one cell say together.

    Args:
        first: as it was read first, its boxes in pixels of ``ink``.
        again: as it was read again, its boxes there, too.
        ink: (h, w) of the cell, without rules and neighbours.
        height: of a digit, pixels.

    Returns:
        None if they disagree on how many digits the ink is, or on the signs.
    """
    only_first = _unread(first.digits, again, ink, height)
    only_again = _unread(again.digits, first, ink, height)
    if len(first.digits) - len(only_first) != len(again.digits) - len(only_again):
        return None
    surer, missed = (
        (again, only_first)
        if again.confidence > first.confidence
        else (first, only_again)
    )
    if only_first or only_again:
        return completed(surer, missed, max(first.completeness, again.completeness))
    if _signs(first) != _signs(again):
        return None
    digits = map(_likelier, first.digits, again.digits)
    return replace(surer, digits=tuple(digits))


def _unread(
    digits: Iterable[Digit], other: Number, ink: NDArray[np.bool_], height: float
) -> list[Digit]:
    """Those digits whose ink the other reading leaves unread."""
    rest = ink.copy()
    for part in other.parts:
        rest[inside(part.box)] = False
    return [
        digit
        for digit in digits
        if digit.value is not None
        and rest[inside(digit.box)].sum()
        > max(STROKE * height**2, UNREAD * ink[inside(digit.box)].sum())
        and all(
            abs(_middle(digit) - _middle(part)) > SAME * height for part in other.parts
        )
    ]


def inside(box: Box) -> tuple[slice, slice]:
    """The rows and columns of a picture that a box covers."""

    def span(start: float, end: float) -> slice:
        return slice(max(round(start), 0), max(round(end), 0))

    return span(box.y, box.bottom), span(box.x, box.right)


def completed(number: Number, missed: Sequence[Digit], completeness: float) -> Number:
    """A number with digits that it missed, each where it stands."""
    digits = sorted([*number.digits, *missed], key=_middle)
    signs = tuple(
        replace(
            sign,
            digits_before=sum(_middle(digit) < _middle(sign) for digit in digits),
        )
        for sign in number.signs
    )
    return replace(number, digits=tuple(digits), signs=signs, completeness=completeness)


def _middle(part: Digit | Sign) -> float:
    return part.box.x + part.box.width / 2


def _signs(number: Number) -> list[tuple[str, int]]:
    return [(sign.value, sign.digits_before) for sign in number.signs]


def _likelier(first: Digit, again: Digit) -> Digit:
    """The one of two readings of a digit that says what both together say."""
    both = _log_probabilities(first) + _log_probabilities(again)
    guess = int(both.argmax())
    agreeing = [digit for digit in (first, again) if digit.guess == guess]
    return max(agreeing or (first, again), key=lambda digit: digit.confidence)


def _log_probabilities(digit: Digit) -> NDArray[np.float64]:
    return np.log(np.maximum(digit.probabilities, FLOOR))
