"""Which rows and columns hold words: most of their ink is not that of digits read.

A headline or a column of names may hold shapes that are read as digits: the 8 of a B,
the 0 of an O. A row or column is of words if most of its written cells are: their ink
was not read, or the number in it stands in the middle of other ink.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.digits import Number
from inkten.tables.grid import Grid
from inkten.tables.pieces import ends
from inkten.tables.rules import Floats, Rule
from inkten.tables.separators import strips
from inkten.tables.sheet import Sheet

# Lengths in digit heights, set on synthetic pages (benchmarks/table_pages.py).
THICKEST = 0.7  # a stroke; thicker shapes are shadows and printed bars
DARKEST_SHARE = 0.35  # of the digits' contrast: fainter ink is not writing
LEAST_CONTRAST = 12.0  # gray levels
RULE = 0.3  # the width that is cut out along a rule
AROUND_DIGIT = 1.15  # times its box: all of its ink
HEIGHTS = 0.3, 2.5  # of a letter or a word
WRITTEN = 0.05  # square heights of ink: less is a speck
WIDEST = 0.1  # ... and at least so wide
BESIDE = 0.5  # from a number: ink further away does not continue it
OTHER_INK = 0.8  # of a number's own ink: with more ink beside it, it is in a word
DIGIT = 0.2  # square heights of ink in a usual digit
IN_WORD = 0.3  # times its confidence: a number in a word
IN_LINE = 0.6  # from the middles of the numbers: ink further away is not in their row
MOST = 0.6  # of the written cells: a row or column is of words


# Connected ink: its centre, width and height, pixels, and its area, square heights.
Component: TypeAlias = tuple[float, float, float, float, float]


@dataclass(frozen=True, eq=False)
class Writing:
    """What is written in the cells of a grid, (rows, columns) each.

    Attributes:
        unread: square digit heights of ink that no digit covers.
        numbers: how sure it is that the cell holds a number, 0..1.
    """

    unread: Floats
    numbers: Floats

    @property
    def is_unread(self) -> NDArray[np.bool_]:
        """The cells with ink that was not read, and no number."""
        return np.asarray((self.unread > WRITTEN) & (self.numbers == 0))


def writing_of(
    sheet: Sheet,
    grid: Grid,
    rules: Sequence[NDArray[np.int32]],
    numbers: Sequence[Number],
) -> Writing:
    """Measure the ink in each cell."""
    shape = len(grid.rows) + 1, len(grid.columns) + 1
    unread, sure = np.zeros(shape), np.zeros(shape)
    components = _components(sheet, rules)
    in_row = _reach(sheet, grid, axis=1)
    in_column = _reach(sheet, grid, axis=0)
    x_of, y_of = np.array([component[:2] for component in components]).reshape(-1, 2).T
    rows = strips(grid.rows, x_of, y_of).tolist()
    columns = strips(grid.columns, y_of, x_of).tolist()
    for (x, y, _, _, area), row, column in zip(components, rows, columns, strict=True):
        (top, bottom), (left, right) = in_row[row], in_column[column]
        if top < y < bottom and left < x < right:
            unread[row, column] += area
    digits = [digit.confidence for number in numbers for digit in number.digits]
    boxes = ends(sheet, grid.pieces).tolist()
    for piece, box in zip(grid.pieces, boxes, strict=True):
        confidence = float(np.mean([digits[place] for place in piece.digits]))
        beside = _ink_beside(box, components, BESIDE * sheet.unit)
        if beside > OTHER_INK * DIGIT * len(piece.digits):
            confidence *= IN_WORD
        place = piece.row, piece.column
        sure[place] = max(sure[place], confidence)
    return Writing(unread, sure)


def _reach(sheet: Sheet, grid: Grid, axis: int) -> list[tuple[float, float]]:
    """From where to where ink belongs to each row (axis 1) or column (axis 0).

    Where no rules separate them, only ink in line with the numbers does.
    """
    separators = grid.rows if axis else grid.columns
    reach = []
    for place in range(len(separators) + 1):
        beside = separators[max(place - 1, 0) : place + 1]
        if len(beside) == 2 and all(each.is_rule for each in beside):
            reach.append((-np.inf, np.inf))
            continue
        own = [
            float(sheet.centres[digit, axis])
            for piece in grid.pieces
            if (piece.row if axis else piece.column) == place
            for digit in piece.digits
        ]
        around = IN_LINE * sheet.unit
        reach.append((min(own) - around, max(own) + around) if own else (0.0, 0.0))
    return reach


def _ink_beside(
    box: Sequence[float], components: Sequence[Component], reach: float
) -> float:
    """The area of the components to the left and right of a box."""
    left, top, right, bottom = box
    return sum(
        area
        for x, y, width, height, area in components
        if left - reach < x + width / 2
        and x - width / 2 < right + reach
        and abs(2 * y - top - bottom) < max(height, bottom - top)
    )


def words(writing: Writing) -> tuple[set[int], set[int]]:
    """The rows and the columns that hold words, the clearest first."""
    rows: set[int] = set()
    columns: set[int] = set()
    texts = (writing.unread > WRITTEN) & (writing.numbers < 0.5)
    sure = writing.numbers
    while True:
        best, most = None, MOST
        for axis, dropped, others in ((0, rows, columns), (1, columns, rows)):
            keep = [i for i in range(texts.shape[1 - axis]) if i not in others]
            for place in range(texts.shape[axis]):
                if place in dropped or not keep:
                    continue
                line = (place, keep) if axis == 0 else (keep, place)
                text, number = float(texts[line].sum()), float(sure[line].sum())
                share = text / (text + number) if text else 0.0
                # Of equally clear ones, the longest
                share += 1e-4 * text
                if share > most:
                    best, most = (dropped, place), share
        if best is None:
            return rows, columns
        best[0].add(best[1])


def _ink(sheet: Sheet, rules: Sequence[NDArray[np.int32]]) -> NDArray[np.uint8] | None:
    """A mask of the ink outside digits and rules; None without a picture."""
    if not sheet.gray.size:
        return None
    side = max(3, round(THICKEST * sheet.unit) | 1)
    dark = cv2.morphologyEx(
        sheet.gray, cv2.MORPH_BLACKHAT, np.ones((side, side), np.uint8)
    )
    boxes = []
    contrasts = []
    for centre, size in zip(sheet.centres, sheet.sizes, strict=True):
        low = np.maximum(centre - AROUND_DIGIT * size / 2, 0).astype(int)
        high = np.maximum(centre + AROUND_DIGIT * size / 2, 0).astype(int) + 1
        inside = dark[low[1] : high[1], low[0] : high[0]]
        boxes.append((low, high))
        if inside.size:
            contrasts.append(int(inside.max()))
    contrast = float(np.median(contrasts)) if contrasts else 0.0
    least = max(DARKEST_SHARE * contrast, LEAST_CONTRAST)
    ink = np.asarray(dark > least, np.uint8)
    cv2.polylines(ink, rules, False, 0, max(3, round(RULE * sheet.unit)))
    for low, high in boxes:
        ink[low[1] : high[1], low[0] : high[0]] = 0
    return ink


def _components(sheet: Sheet, rules: Sequence[NDArray[np.int32]]) -> list[Component]:
    """The pieces of writing outside digits and rules."""
    ink = _ink(sheet, rules)
    if ink is None:
        return []
    _, _, stats, centres = cv2.connectedComponentsWithStats(ink)
    unit = sheet.unit
    components = []
    for (_, _, width, height, area), (x, y) in zip(
        stats[1:].tolist(), centres[1:].tolist(), strict=True
    ):
        is_high = HEIGHTS[0] * unit <= height <= HEIGHTS[1] * unit
        if is_high and width >= WIDEST * unit:
            components.append((x, y, width, height, area / unit**2))
    return components


def drawn(rules: Sequence[Rule], *, upright: bool) -> list[NDArray[np.int32]]:
    """Rules as paths of whole pixels, to be drawn."""
    return [
        np.stack(
            [rule.across, rule.along] if upright else [rule.along, rule.across], axis=1
        ).astype(np.int32)
        for rule in rules
    ]
