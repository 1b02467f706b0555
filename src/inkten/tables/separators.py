"""Rules -> the separators of a table's rows or columns; a page may have other rules.

The rules of a table cross one another. If one such group holds most of the digits, it
is the table, and what lies outside is not part of it. Otherwise the rules may be of one
direction only, or those of boxes that stand apart: all rules long enough are used.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inkten.tables.rules import Floats, Rule

# Lengths in digit heights, set on synthetic pages (benchmarks/table_pages.py).
MOST_CROSSED = 0.5  # of the rules that another one crosses: those of one table
TOUCH = 0.6  # rules that end this near to one another still cross
MOST_DIGITS = 0.5  # of the page: a group of rules around so many is the table
MOST_DIGITS_OF_ROWS = 0.8  # ... and the rules of rows or columns alone, around so many
SAME_PLACE = 0.6  # across: two rules that near are one separator
DRIFT = 0.1  # ... and a little further, per height of gap between them
FULL = 0.5  # of the table: a shorter separator separates only what it passes
THROUGH = 0.2  # across: so near to its middle, a rule runs through a digit
NEXT_TO = 1.2  # across: digits on either side of a rule
CROSSED = 0.3  # of the digits beside a rule: if it crosses more, it separates nothing
BESIDE = 0.5  # beyond the ends of a rule, it still separates what it passes
MARGIN = 0.6  # around the rules: digits may stick out of the table


@dataclass(frozen=True, eq=False)
class Separator:
    """Separates two rows or two columns.

    Attributes:
        curve: where it runs, also where nothing is drawn.
        spans: from where to where it is drawn.
        full: whether it separates the whole table, or only what it passes.
    """

    curve: Rule
    spans: tuple[tuple[float, float], ...]
    full: bool = True

    @classmethod
    def straight(cls, start: float, end: float, across: float) -> "Separator":
        """One that is not drawn: it follows from the numbers."""
        curve = Rule(np.array([start, end]), np.array([across, across]))
        return cls(curve, ((start, end),))

    def at(self, along: Floats | float) -> Floats:
        """Where it is at these places."""
        return self.curve.at(along)

    def is_drawn_at(self, along: Floats | float, beside: float) -> NDArray[np.bool_]:
        """Whether it is drawn at these places, or ends no further than ``beside``."""
        places = np.asarray(along, np.float64)[..., None]
        start, end = np.array(self.spans).T
        drawn = (start - beside <= places) & (places <= end + beside)
        return np.asarray(drawn.any(axis=-1), np.bool_)

    @property
    def is_rule(self) -> bool:
        """Whether any of it is drawn."""
        return len(self.curve.along) > 2

    def joined(self, rule: Rule) -> "Separator":
        """With another rule that continues it."""
        spans = (*self.spans, (rule.start, rule.end))
        return replace(self, curve=self.curve.joined(rule), spans=spans)


@dataclass(frozen=True, eq=False)
class Frame:
    """The rules of the table, and how far it reaches.

    Attributes:
        rows: between rows, from top to bottom.
        columns: between columns, from left to right.
        low: (2,) the least x and y of the table.
        high: (2,) the greatest.
    """

    rows: list[Separator]
    columns: list[Separator]
    low: Floats
    high: Floats

    def holds(self, centres: Floats) -> NDArray[np.bool_]:
        """Whether these (N, 2) points lie in the table, (N,)."""
        inside = (centres >= self.low) & (centres <= self.high)
        return np.asarray(inside.all(axis=1), np.bool_)


def frame_of(
    level: Sequence[Rule],
    upright: Sequence[Rule],
    centres: Floats,
    numbers: NDArray[np.intp],
    unit: float,
) -> Frame:
    """The separators that are drawn.

    Args:
        level: rules from left to right.
        upright: rules from top to bottom.
        centres: (N, 2) of the digits.
        numbers: (N,) the number that each digit belongs to.
        unit: the height of a digit.
    """
    best, most = None, 0
    for group in _groups(level, upright, unit):
        low, high = _hull(*group, unit)
        inside = int(np.all((centres >= low) & (centres <= high), axis=1).sum())
        if inside > most:
            best, most = (low, high), inside
    if best is not None and most >= MOST_DIGITS * len(centres):
        low, high = best
        rows = _separators(level, low[0], high[0], unit)
        columns = _separators(upright, low[1], high[1], unit)
    else:
        low, high = centres.min(axis=0), centres.max(axis=0)
        rows = _long(_separators(level, low[0], high[0], unit))
        columns = _long(_separators(upright, low[1], high[1], unit))
        best = None  # of one direction only, or of boxes that stand apart
    rows = _useful(rows, centres, numbers, unit)
    columns = _useful(columns, centres[:, ::-1], numbers, unit)
    if best is None or not _long(rows) or not _long(columns):
        low, high = _reach(_long(rows), _long(columns), unit)
        inside = np.all((centres >= low) & (centres <= high), axis=1)
        if inside.mean() < MOST_DIGITS_OF_ROWS:
            low, high = np.full(2, -np.inf), np.full(2, np.inf)
    return Frame(rows, columns, low, high)


def _groups(
    level: Sequence[Rule], upright: Sequence[Rule], unit: float
) -> Iterable[tuple[list[Rule], list[Rule]]]:
    """Rules each of which crosses most of the others, as those of a table do.

    A rule of the page may cross some of them, and lead to the rules of other tables.
    """
    crosses = np.zeros((len(level), len(upright)), np.bool_)
    reach = TOUCH * unit
    for i, row in enumerate(level):
        for j, column in enumerate(upright):
            x = float(column.at(float(row.across.mean())))
            y = float(row.at(x))
            crosses[i, j] = (
                row.start - reach <= x <= row.end + reach
                and column.start - reach <= y <= column.end + reach
            )
    left = crosses.copy()
    while left.any():
        seed = int(left.sum(axis=1).argmax())  # the rule that crosses most others
        upright_of = left[seed]
        counts = left[:, upright_of].sum(axis=1)
        level_of = counts >= MOST_CROSSED * counts.max()
        counts = left[level_of].sum(axis=0)
        upright_of = counts >= MOST_CROSSED * counts.max()
        yield (
            [rule for rule, own in zip(level, level_of, strict=True) if own],
            [rule for rule, own in zip(upright, upright_of, strict=True) if own],
        )
        left[level_of] = False
        left[:, upright_of] = False


def _hull(
    level: Sequence[Rule], upright: Sequence[Rule], unit: float
) -> tuple[Floats, Floats]:
    """How far a table reaches: to its outer rules, or beyond if most rules do."""
    ranges = []
    for rules, others in ((level, upright), (upright, level)):
        places = [float(rule.across.mean()) for rule in others]
        start = float(np.median([rule.start for rule in rules]))
        end = float(np.median([rule.end for rule in rules]))
        ranges.append((min(start, *places), max(end, *places)))
    (left, right), (top, bottom) = ranges
    margin = MARGIN * unit
    return np.array([left, top]) - margin, np.array([right, bottom]) + margin


def _reach(
    rows: Sequence[Separator], columns: Sequence[Separator], unit: float
) -> tuple[Floats, Floats]:
    """How far a table reaches whose rules run in one direction only.

    Columns reach as far as the rules between them, rows beside the page's as far as
    numbers do. A row may lie beyond the last rule, as far as rows are apart.
    """
    low, high = np.full(2, -np.inf), np.full(2, np.inf)
    if columns:
        ends = [end for rule in columns for span in rule.spans for end in span]
        low[1], high[1] = min(ends) - unit, max(ends) + unit
    elif len(rows) > 1:
        places = [float(rule.curve.across.mean()) for rule in rows]
        pitch = 1.2 * float(np.median(np.diff(places)))
        low[1], high[1] = places[0] - pitch, places[-1] + pitch
    return low, high


def _separators(
    rules: Iterable[Rule], low: float, high: float, unit: float
) -> list[Separator]:
    """Join rules at one place; say which separate the whole table, from low to high."""
    separators: list[Separator] = []
    passing = [rule for rule in rules if rule.start < high and rule.end > low]
    for rule in sorted(passing, key=lambda rule: -rule.length):
        middle = (rule.start + rule.end) / 2
        for place, separator in enumerate(separators):
            gap = max(
                rule.start - separator.curve.end, separator.curve.start - rule.end, 0
            )
            offset = abs(float(separator.at(middle)) - float(rule.at(middle)))
            if offset < SAME_PLACE * unit + DRIFT * gap:
                separators[place] = separator.joined(rule)
                break
        else:
            separators.append(Separator(rule, ((rule.start, rule.end),)))
    extent = max(high - low, unit)
    marked = [
        replace(each, full=_drawn_between(each, low, high) >= FULL * extent)
        for each in separators
    ]
    middle = (low + high) / 2
    return sorted(marked, key=lambda each: float(each.at(middle)))


def _drawn_between(separator: Separator, low: float, high: float) -> float:
    return sum(
        max(min(end, high) - max(start, low), 0.0) for start, end in separator.spans
    )


def _long(separators: Iterable[Separator]) -> list[Separator]:
    return [separator for separator in separators if separator.full]


def _useful(
    separators: Sequence[Separator],
    centres: Floats,
    numbers: NDArray[np.intp],
    unit: float,
) -> list[Separator]:
    """Without what separates no numbers: underlines, words, a line through digits."""
    separating = [each for each in separators if not _crosses(each, centres, unit)]
    full = _long(separating)
    return [
        separator
        for separator in separating
        if separator.full or _separates_numbers(separator, full, centres, numbers)
    ]


def _crosses(separator: Separator, centres: Floats, unit: float) -> bool:
    """Whether a separator runs through the middle of many digits on its way."""
    along, across = centres.T
    offset = np.abs(across - separator.at(along)) / unit
    drawn = separator.is_drawn_at(along, 0.0)
    through = int((drawn & (offset < THROUGH)).sum())
    beside = int((drawn & (offset < NEXT_TO)).sum())
    return through > 1 and through > CROSSED * beside


def _separates_numbers(
    separator: Separator,
    full: Sequence[Separator],
    centres: Floats,
    numbers: NDArray[np.intp],
) -> bool:
    """Whether a short separator separates numbers of one strip, and cuts none."""
    along, across = centres.T
    beside = separator.is_drawn_at(along, 0.0)
    beside &= strips(full, along, across) == strips(full, *_middle(separator))
    is_after = across > separator.at(along)
    before = set(numbers[beside & ~is_after].tolist())
    after = set(numbers[beside & is_after].tolist())
    return bool(before and after) and not before & after


def _middle(separator: Separator) -> tuple[float, float]:
    start, end = max(separator.spans, key=lambda span: span[1] - span[0])
    return (start + end) / 2, float(separator.at((start + end) / 2))


def strips(
    separators: Sequence[Separator], along: Floats | float, across: Floats | float
) -> NDArray[np.intp]:
    """How many separators are before each place: the row or column that it is in."""
    count = np.zeros(np.shape(along), np.intp)
    for separator in separators:
        count += separator.at(along) < across
    return count
