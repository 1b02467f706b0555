"""The order in which what was read on a page is joined into a text, for any reader.

Readers return digits, words or whole lines, each with a place, and order them by rules
of their own. To compare what they read rather than how they order it, readers.py joins
the pieces of every reader by this one rule. Nothing but digits is kept.
"""

import re
import unicodedata
from collections.abc import Sequence
from statistics import fmean
from typing import NamedTuple

SAME_LINE = 0.5  # of the height: how far the next piece may be above or below

Point = tuple[float, float]


class Piece(NamedTuple):
    """Text in one place: a digit, a word or a line, as the reader returns it."""

    text: str
    left: Point  # in the middle of its height
    right: Point
    height: float

    @classmethod
    def in_box(
        cls, text: str, x: float, y: float, width: float, height: float
    ) -> "Piece":
        """Text in an upright box."""
        middle = y + height / 2
        return cls(text, (x, middle), (x + width, middle), height)


def text_of(pieces: Sequence[Piece]) -> str:
    """The digits of all pieces, a line of text for each line of the page."""
    with_digits = [
        piece._replace(text=digits)
        for piece in pieces
        if (digits := _digits(piece.text))
    ]
    lines = _lines(_levelled(with_digits))
    return "\n".join("".join(piece.text for piece in line) for line in lines)


def _digits(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text)  # full-width digits, too
    return re.sub("[^0-9]", "", plain)


def _levelled(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with the page's slope removed: that of all pieces, by their length."""
    steps = [(p.right[0] - p.left[0], p.right[1] - p.left[1]) for p in pieces]
    length = sum(x * x for x, _ in steps)
    slope = sum(x * y for x, y in steps) / length if length else 0.0

    def level(point: Point) -> Point:
        return point[0], point[1] - slope * point[0]

    return [p._replace(left=level(p.left), right=level(p.right)) for p in pieces]


def _lines(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """From left to right, each piece joins the line that ends nearest to its height."""
    lines: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda each: each.left[0]):
        line = min(lines, key=lambda line: _climb(line[-1], piece), default=None)
        if line and _climb(line[-1], piece) <= SAME_LINE:
            line.append(piece)
        else:
            lines.append([piece])
    return sorted(lines, key=lambda line: fmean(piece.left[1] for piece in line))


def _climb(last: Piece, following: Piece) -> float:
    """How far a piece is above or below the end of another, as a share of a height."""
    height = (last.height + following.height) / 2 or 1.0
    return abs(following.left[1] - last.right[1]) / height
