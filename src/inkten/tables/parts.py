"""Numbers on the sheet, cut where a column ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from inkten.tables.rules import Floats
from inkten.tables.separators import BESIDE, Separator
from inkten.tables.sheet import Sheet

# Lengths in digit heights, set on synthetic pages (benchmarks/table_pages.py).
IN_DIGIT = 0.25  # of its width, from its centre: a rule there does not part numbers
NUMBER_GAP = 0.5, 0.9  # a wider gap may part numbers: of narrow and of wide writing
TIMES_USUAL = 2.5  # ... times the usual gap between digits, between those two
OVERFLOW = 0.25  # a gap so narrow is one inside a number that runs over a rule ...
USUAL_GAP = 1.3  # ... if the number's other gaps are about as wide
UNDRAWN_CUT = 0.45  # a gap so wide parts numbers where a rule is broken


@dataclass(frozen=True)
class Part:
    """Digits of one number that are in one cell.

    Attributes:
        number: the number, by its place in the reading.
        digits: from left to right, by their places among the sheet's digits.
        row: the first row.
        column: the first column.
        row_span: how many rows it is in.
        column_span: how many columns it is in.
    """

    number: int
    digits: tuple[int, ...]
    row: int = 0
    column: int = 0
    row_span: int = 1
    column_span: int = 1


def parts_of(sheet: Sheet) -> list[Part]:
    """Each number as one part, or more if there are wide gaps in it."""
    digits_of: dict[int, list[int]] = {}
    for digit, number in enumerate(sheet.numbers.tolist()):
        digits_of.setdefault(number, []).append(digit)
    x = sheet.centres[:, 0]
    ordered = {
        number: sorted(digits, key=lambda digit: float(x[digit]))
        for number, digits in digits_of.items()
    }
    gaps = [gap for digits in ordered.values() for gap in _gaps(sheet, digits)]
    least, most = (share * sheet.unit for share in NUMBER_GAP)
    usual = TIMES_USUAL * float(np.median(gaps)) if gaps else least
    widest = min(max(usual, least), most)
    return [
        Part(number, piece)
        for number, digits in ordered.items()
        for piece in _pieces(digits, [gap > widest for gap in _gaps(sheet, digits)])
    ]


def _gaps(sheet: Sheet, digits: Sequence[int]) -> list[float]:
    """The gap after each of these digits but the last."""
    left = sheet.centres[digits, 0] - sheet.sizes[digits, 0] / 2
    right = sheet.centres[digits, 0] + sheet.sizes[digits, 0] / 2
    gaps: list[float] = (left[1:] - right[:-1]).tolist()
    return gaps


def _pieces(digits: Sequence[int], cuts: Sequence[bool]) -> list[tuple[int, ...]]:
    """Cut digits after those that a cut follows."""
    places = [0, *(place + 1 for place, cut in enumerate(cuts) if cut), len(digits)]
    return [tuple(digits[first:last]) for first, last in pairwise(places)]


def ends(sheet: Sheet, part: Part) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a part on the sheet."""
    digits = list(part.digits)
    low = (sheet.centres[digits] - sheet.sizes[digits] / 2).min(axis=0)
    high = (sheet.centres[digits] + sheet.sizes[digits] / 2).max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def middle(sheet: Sheet, part: Part) -> Floats:
    """The mean of the centres of a part's digits."""
    return np.asarray(sheet.centres[list(part.digits)].mean(axis=0))


def cut_at(sheet: Sheet, part: Part, columns: Sequence[Separator]) -> list[Part]:
    """Cut a part where a separator runs between two of its digits."""
    cuts = []
    gaps = _gaps(sheet, part.digits)
    for (before, after), gap in zip(pairwise(part.digits), gaps, strict=True):
        y = float(sheet.centres[[before, after], 1].mean())
        low = sheet.centres[before, 0] + IN_DIGIT * sheet.sizes[before, 0]
        high = sheet.centres[after, 0] - IN_DIGIT * sheet.sizes[after, 0]
        others = [other for other in gaps if other is not gap]
        usual = USUAL_GAP * float(np.median(others)) if others else -np.inf
        runs_over = gap < OVERFLOW * sheet.unit and gap <= usual
        cuts.append(
            not runs_over
            and any(
                low <= float(separator.at(y)) <= high
                and (
                    (
                        separator.is_rule
                        and separator.is_drawn_at(y, BESIDE * sheet.unit)
                    )
                    or gap > UNDRAWN_CUT * sheet.unit
                )
                for separator in columns
            )
        )
    return [Part(part.number, piece) for piece in _pieces(part.digits, cuts)]
