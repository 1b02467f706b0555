"""Numbers on the sheet, cut where a column ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import numpy as np

from inkten.tables.rules import Floats
from inkten.tables.separators import BESIDE, Separator
from inkten.tables.sheet import Sheet

# Lengths in digit heights, set on synthetic pages (benchmarks/table_pages.py).
IN_DIGIT = 0.25  # of its width, from its centre: a rule there does not separate numbers
NUMBER_GAP = 0.5, 0.9  # a wider gap may separate numbers: of narrow and of wide writing
TIMES_USUAL = 2.5  # ... times the usual gap between digits, between those two
OVERFLOW = 0.25  # a gap so narrow is one inside a number that runs over a rule ...
USUAL_GAP = 1.3  # ... if the number's other gaps are about as wide
UNDRAWN_CUT = 0.45  # a gap so wide separates numbers where a rule is broken


@dataclass(frozen=True)
class NumberPiece:
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


def pieces_of(sheet: Sheet) -> list[NumberPiece]:
    """Each number as one piece, or more if there are wide gaps in it."""
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
        NumberPiece(number, own)
        for number, digits in ordered.items()
        for own in _split(digits, [gap > widest for gap in _gaps(sheet, digits)])
    ]


def _gaps(sheet: Sheet, digits: Sequence[int]) -> list[float]:
    """The gap after each of these digits but the last."""
    left = sheet.centres[digits, 0] - sheet.sizes[digits, 0] / 2
    right = sheet.centres[digits, 0] + sheet.sizes[digits, 0] / 2
    gaps: list[float] = (left[1:] - right[:-1]).tolist()
    return gaps


def _split(digits: Sequence[int], cuts: Sequence[bool]) -> list[tuple[int, ...]]:
    """Cut digits after those that a cut follows."""
    places = [0, *(place + 1 for place, cut in enumerate(cuts) if cut), len(digits)]
    return [tuple(digits[first:last]) for first, last in pairwise(places)]


def ends(sheet: Sheet, pieces: Sequence[NumberPiece]) -> Floats:
    """Left, top, right and bottom of each piece on the sheet, (P, 4)."""
    if not pieces:
        return np.zeros((0, 4))
    digits, starts = _digits_of(pieces)
    low = (sheet.centres - sheet.sizes / 2)[digits]
    high = (sheet.centres + sheet.sizes / 2)[digits]
    return np.hstack(
        [np.minimum.reduceat(low, starts), np.maximum.reduceat(high, starts)]
    )


def middles(sheet: Sheet, pieces: Sequence[NumberPiece]) -> Floats:
    """The mean of the centres of each piece's digits, (P, 2)."""
    if not pieces:
        return np.zeros((0, 2))
    digits, starts = _digits_of(pieces)
    counts = np.diff([*starts, len(digits)])
    return np.asarray(np.add.reduceat(sheet.centres[digits], starts) / counts[:, None])


def _digits_of(pieces: Sequence[NumberPiece]) -> tuple[list[int], list[int]]:
    """The digits of all pieces, and where those of each start."""
    digits = [digit for piece in pieces for digit in piece.digits]
    counts = [len(piece.digits) for piece in pieces]
    return digits, [0, *accumulate(counts[:-1])]


def cut_at(
    sheet: Sheet, pieces: Sequence[NumberPiece], columns: Sequence[Separator]
) -> list[NumberPiece]:
    """Cut each piece where a separator runs between two of its digits."""
    pairs = [pair for piece in pieces for pair in pairwise(piece.digits)]
    before, after = np.array(pairs, np.intp).reshape(-1, 2).T
    (x, y), (width, _) = sheet.centres.T, sheet.sizes.T
    low = x[before] + IN_DIGIT * width[before]
    high = x[after] - IN_DIGIT * width[after]
    height = (y[before] + y[after]) / 2
    gaps = (x - width / 2)[after] - (x + width / 2)[before]
    is_wide = gaps > UNDRAWN_CUT * sheet.unit
    is_separated = np.zeros(len(pairs), np.bool_)
    for separator in columns:
        place = separator.at(height)
        separates_here = is_wide
        if separator.is_rule:
            drawn = separator.is_drawn_at(height, BESIDE * sheet.unit)
            separates_here = is_wide | drawn
        is_separated |= (low <= place) & (place <= high) & separates_here
    found: list[NumberPiece] = []
    start = 0
    for piece in pieces:
        end = start + len(piece.digits) - 1
        own = gaps[start:end].tolist()
        cuts = [
            separated and not _runs_over(own, place, sheet.unit)
            for place, separated in enumerate(is_separated[start:end].tolist())
        ]
        found += [
            NumberPiece(piece.number, left) for left in _split(piece.digits, cuts)
        ]
        start = end
    return found


def _runs_over(gaps: Sequence[float], place: int, unit: float) -> bool:
    """Whether one of the gaps in a number is as narrow and wide as its others are."""
    others = [*gaps[:place], *gaps[place + 1 :]]
    usual = USUAL_GAP * float(np.median(others)) if others else -np.inf
    return gaps[place] < OVERFLOW * unit and gaps[place] <= usual
