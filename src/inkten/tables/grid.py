"""Numbers and drawn separators -> the grid: which row and column each is in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from inkten.tables.alignment import (
    clear_column_gaps,
    column_gaps,
    row_gaps,
    shared_column_gaps,
)
from inkten.tables.pieces import (
    NUMBER_GAP,
    NumberPiece,
    cut_at,
    ends,
    middles,
    pieces_of,
)
from inkten.tables.rules import Floats
from inkten.tables.separators import BESIDE, Frame, Separator, strips
from inkten.tables.sheet import Sheet

# Lengths in digit heights, set on synthetic pages (benchmarks/table_pages.py).
STRADDLES = 0.2  # of its width: a number so far on both sides crosses a separator
MANY_ROWS = 3  # that leave a gap at one place: it separates columns
ENOUGH_RULES = 3  # upright rules: with so many, columns are what they separate
CLEAR_GAP = 0.8  # ... and of gaps so wide that every row has
STACKED = 0.7  # across: numbers so far apart are one below the other
TALL_STRIP = 1.9  # of the usual strip: it may hold several rows


@dataclass(frozen=True, eq=False)
class Grid:
    """A table's separators and the numbers between them.

    Attributes:
        rows: between rows, from top to bottom; one fewer than there are rows.
        columns: between columns.
        pieces: the numbers in the table.
        outside: the numbers that are not in it.
    """

    rows: list[Separator]
    columns: list[Separator]
    pieces: list[NumberPiece]
    outside: list[NumberPiece]


def grid_of(sheet: Sheet, frame: Frame) -> Grid:
    """Complete the drawn separators with those that numbers leave, and place them."""
    inside: list[NumberPiece] = []
    outside: list[NumberPiece] = []
    for piece in pieces_of(sheet):
        held = frame.holds(sheet.centres[list(piece.digits)]).mean() >= 0.5
        (inside if held else outside).append(piece)
    rows = _with_row_gaps(sheet, frame.rows, inside)
    inside = cut_at(sheet, inside, frame.columns)
    columns = _with_column_gaps(sheet, rows, frame.columns, inside)
    inside = cut_at(sheet, inside, columns)
    return Grid(rows, columns, _placed(sheet, inside, rows, columns), outside)


def _with_row_gaps(
    sheet: Sheet, drawn: Sequence[Separator], pieces: Sequence[NumberPiece]
) -> list[Separator]:
    """Add separators between rows that no rule separates."""
    full = [separator for separator in drawn if separator.full]
    by_strip = _by_strip(pieces, strips(full, *middles(sheet, pieces).T))
    heights = [float(below.at(0.0) - above.at(0.0)) for above, below in pairwise(full)]
    usual = float(np.median(heights)) if heights else np.inf
    added = list(drawn)
    for strip, members in by_strip.items():
        digits = [digit for piece in members for digit in piece.digits]
        bounded = 0 < strip < len(full)
        if bounded and len(full) >= ENOUGH_RULES:
            tall = heights[strip - 1] > TALL_STRIP * usual
            if not tall and not _are_stacked(sheet, members):
                continue
        start, end = _extent(sheet, pieces, 0)
        bend = _bend(full, strip, sheet.centres[digits, 0])
        gaps = row_gaps(
            sheet.centres[digits, 1] - bend, sheet.sizes[digits, 1], sheet.unit
        )
        added += [Separator.straight(start, end, gap) for gap in gaps]
    return _sorted(added, *_extent(sheet, pieces, 0))


def _with_column_gaps(
    sheet: Sheet,
    rows: Sequence[Separator],
    drawn: Sequence[Separator],
    pieces: Sequence[NumberPiece],
) -> list[Separator]:
    """Add separators between columns that no rule separates."""
    full = [separator for separator in drawn if separator.full]
    added = list(drawn)
    by_strip = _by_strip(pieces, strips(full, *middles(sheet, pieces).T[::-1]))
    start, end = _extent(sheet, pieces, 1)
    for members in by_strip.values():
        boxes = ends(sheet, members)
        left, right = boxes[:, 0], boxes[:, 2]
        in_rows = strips(rows, *middles(sheet, members).T).tolist()
        if len(full) < ENOUGH_RULES:
            gaps = column_gaps(left, right, in_rows, sheet.unit)
            least = NUMBER_GAP[1] * sheet.unit
            gaps += shared_column_gaps(left, right, in_rows, gaps, least)
            by_row: dict[int, list[int]] = {}
            for place, row in enumerate(in_rows):
                by_row.setdefault(row, []).append(place)
            gaps = [
                gap
                for gap in gaps
                if _is_supported(gap, members, boxes, by_row.values(), least)
            ]
        else:  # a rule may be too faint to be found
            gaps = clear_column_gaps(left, right, in_rows, CLEAR_GAP * sheet.unit)
        added += [Separator.straight(start, end, gap) for gap in gaps]
    return _sorted(added, *_extent(sheet, pieces, 1))


def _is_supported(
    gap: float,
    pieces: Sequence[NumberPiece],
    boxes: Floats,
    rows: Iterable[Sequence[int]],
    wide: float,
) -> bool:
    """Whether a gap separates numbers, not only the digits of a few.

    Wide writing leaves gaps inside numbers, too, but not at one place in many rows.
    """
    joined = wide_joined = 0
    for own in rows:
        left = [place for place in own if boxes[place, [0, 2]].mean() < gap]
        right = [place for place in own if boxes[place, [0, 2]].mean() > gap]
        if left and right:
            before = max(left, key=lambda place: float(boxes[place, 2]))
            after = min(right, key=lambda place: float(boxes[place, 0]))
            if pieces[before].number != pieces[after].number:
                return True
            joined += 1
            wide_joined += bool(boxes[after, 0] - boxes[before, 2] > wide)
    return not joined or joined >= MANY_ROWS or wide_joined > 1


def _sorted(
    separators: Sequence[Separator], low: float, high: float
) -> list[Separator]:
    return sorted(separators, key=lambda each: float(each.at((low + high) / 2)))


def _by_strip(
    pieces: Sequence[NumberPiece], strips: NDArray[np.intp]
) -> dict[int, list[NumberPiece]]:
    """The pieces in each strip."""
    members: dict[int, list[NumberPiece]] = {}
    for piece, strip in zip(pieces, strips.tolist(), strict=True):
        members.setdefault(strip, []).append(piece)
    return members


def _bend(full: Sequence[Separator], strip: int, along: Floats) -> Floats:
    """How far the rule beside a strip is bent at these places."""
    if not full or len(along) < 2:
        return np.zeros(len(along))
    places = full[min(strip, len(full) - 1)].at(along)
    return np.asarray(places - places.mean())


def _are_stacked(sheet: Sheet, pieces: Sequence[NumberPiece]) -> bool:
    """Whether numbers stand one below the other in two places at least."""
    boxes = ends(sheet, pieces).tolist()
    pairs = 0
    for place, (left, top, right, bottom) in enumerate(boxes):
        for other_left, other_top, other_right, other_bottom in boxes[:place]:
            beside = min(right, other_right) - max(left, other_left)
            apart = abs(top + bottom - other_top - other_bottom) / 2
            pairs += beside > 0 and apart > STACKED * sheet.unit
    return pairs > 1


def _extent(
    sheet: Sheet, pieces: Sequence[NumberPiece], axis: int
) -> tuple[float, float]:
    """From where to where the numbers reach."""
    if not pieces:
        return 0.0, 1.0
    digits = [digit for piece in pieces for digit in piece.digits]
    places, sizes = sheet.centres[digits, axis], sheet.sizes[digits, axis]
    return float((places - sizes).min()), float((places + sizes).max())


def _placed(
    sheet: Sheet,
    pieces: Sequence[NumberPiece],
    rows: Sequence[Separator],
    columns: Sequence[Separator],
) -> list[NumberPiece]:
    """The pieces, with the rows and columns that they are in."""
    x, y = middles(sheet, pieces).T
    left, _, right, _ = ends(sheet, pieces).T
    beside = BESIDE * sheet.unit
    core = STRADDLES * (right - left)
    in_rows = _between(rows, x, y, beside, (y, y))
    in_columns = _between(
        columns, y, (left + right) / 2, beside, (left + core, right - core)
    )
    return [
        replace(
            piece,
            row=first_row,
            column=first,
            row_span=last_row - first_row + 1,
            column_span=last - first + 1,
        )
        for piece, (first_row, last_row), (first, last) in zip(
            pieces, in_rows.tolist(), in_columns.tolist(), strict=True
        )
    ]


def _between(
    separators: Sequence[Separator],
    along: Floats,
    across: Floats,
    beside: float,
    core: tuple[Floats, Floats],
) -> NDArray[np.intp]:
    """The first and last row (or column) at each place, (N, 2).

    A short separator counts only where it is drawn. A full one counts everywhere,
    unless it is broken just where a number crosses it.
    """
    first = np.zeros(len(along), np.intp)
    last = np.full(len(along), len(separators))
    for place, separator in enumerate(separators):
        here = separator.at(along)
        counts = separator.is_drawn_at(along, beside)
        if separator.full:
            counts |= (here <= core[0]) | (core[1] <= here)
        is_before = here < across
        first[counts & is_before] = place + 1
        after = counts & ~is_before
        last[after] = np.minimum(last[after], place)
    return np.stack([first, np.maximum(last, first)], axis=1)
