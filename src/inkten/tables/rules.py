"""Drawn rules: long thin strokes of the sheet, however faint, broken or bent.

The sheet is smoothed along the rules, thin dark structures are kept (a black hat across
them), short strokes are removed, and the pieces that are left are chained. Digits that
cross a rule do not break it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Lengths in digit heights, set on synthetic pages (benchmarks/table_pages.py).
THICKEST = 0.5  # a thicker stroke is a bar or a shadow
SMOOTH = 0.5  # along the rules, against noise
GAP = 0.25  # along a rule, closed whatever is there
STROKE = 1.6  # the shortest straight stroke that is kept: digits have none so long
CHAIN_GAP = 1.0  # between two pieces of one rule
OFFSET = 0.3  # across: two pieces of one rule are no further apart
SHORTEST = 1.6  # a rule
DIGIT_REACH = 0.6  # of a digit's size, from its centre: inside its box, or just beside
IN_DIGITS = 0.6  # share of a short piece inside digits: it is their strokes
LONG = 3.5  # a longer piece is a rule even if all of it runs through digits
INKED = 0.8  # of a piece: a row of letters has more gaps
THIN = 0.25  # of a short piece: bold words are thicker
FAINTEST = 0.1  # of the digits' contrast
LEAST_CONTRAST = 4.0  # gray levels: below it is noise
ABOVE_NOISE = 5.0  # times the median deviation of the paper
STEP = 4  # px between two points of a rule


@dataclass(frozen=True, eq=False)
class Rule:
    """A rule as a curve: ``across`` at each place ``along``, pixels of the sheet.

    Attributes:
        along: (K,) ascending; x of a level rule, y of an upright one.
        across: (K,) the other coordinate.
    """

    along: Floats
    across: Floats

    @property
    def start(self) -> float:
        """Where it starts."""
        return float(self.along[0])

    @property
    def end(self) -> float:
        """Where it ends."""
        return float(self.along[-1])

    @property
    def length(self) -> float:
        """Its length."""
        return self.end - self.start

    def at(self, along: Floats | float) -> Floats:
        """Where it is at these places; beyond its ends it runs straight on."""
        places = np.asarray(along, np.float64)
        inside = np.interp(places, self.along, self.across)
        slope = self._slope
        before = np.minimum(places - self.along[0], 0)
        after = np.maximum(places - self.along[-1], 0)
        return np.asarray(inside + slope * (before + after), np.float64)

    @cached_property
    def _slope(self) -> float:
        along = self.along - self.along.mean()
        spread = float(along @ along)
        return float(along @ self.across) / spread if spread else 0.0

    def joined(self, other: "Rule") -> "Rule":
        """Both as one rule."""
        along = np.concatenate([self.along, other.along])
        across = np.concatenate([self.across, other.across])
        order = np.argsort(along, kind="stable")
        return Rule(along[order], across[order])


def level_rules(
    gray: NDArray[np.uint8], unit: float, centres: Floats, sizes: Floats
) -> list[Rule]:
    """Find the rules that run from left to right, from top to bottom.

    For upright ones, transpose the sheet and swap x and y.

    Args:
        gray: (H, W) uint8, dark ink.
        unit: the height of a digit, pixels.
        centres: (N, 2) of the digits.
        sizes: (N, 2) of the digits.
    """
    thin = _thin_and_dark(gray, unit)
    least = _least_contrast(thin, centres, sizes)
    inked = np.asarray(thin > least, np.uint8)
    is_inked = np.asarray(cv2.dilate(inked, np.ones((3, 1), np.uint8)), np.uint8)
    smooth = np.asarray(cv2.blur(gray, (_odd(SMOOTH * unit), 1)), np.uint8)
    strokes = _strokes(_thin_and_dark(smooth, unit), unit, least)
    pieces = [
        piece
        for piece in _pieces(strokes, unit)
        if _share_on(piece, is_inked) > INKED
        and (piece.length > LONG * unit or not _is_of_digits(piece, centres, sizes))
    ]
    rules = [rule for rule in _chained(pieces, unit) if rule.length >= SHORTEST * unit]
    return sorted(rules, key=lambda rule: float(rule.across.mean()))


def _thin_and_dark(gray: NDArray[np.uint8], unit: float) -> NDArray[np.uint8]:
    """How much darker the thin structures are than the paper above and below."""
    across = np.ones((_odd(THICKEST * unit), 1), np.uint8)
    return np.asarray(cv2.morphologyEx(gray, cv2.MORPH_BLACKHAT, across), np.uint8)


def _least_contrast(thin: NDArray[np.uint8], centres: Floats, sizes: Floats) -> float:
    """The contrast of the faintest rule, gray levels."""
    contrasts = []
    for (x, y), (width, height) in zip(centres, sizes, strict=True):
        rows = slice(max(int(y - height / 2), 0), int(y + height / 2) + 1)
        inside = thin[rows, max(int(x - width / 2), 0) : int(x + width / 2) + 1]
        if inside.size:
            contrasts.append(int(inside.max()))
    of_digits = float(np.median(contrasts)) if contrasts else 0.0
    return max(FAINTEST * of_digits, LEAST_CONTRAST)


def _strokes(thin: NDArray[np.uint8], unit: float, least: float) -> NDArray[np.uint8]:
    """A mask of what runs level for a while."""
    paper = float(np.median(thin))
    noise = float(np.median(np.abs(thin - paper)))
    least = max(least, paper + ABOVE_NOISE * noise)
    # A rule may climb by a few pixels over the length of a stroke.
    dark = cv2.dilate(thin, np.ones((3, 1), np.uint8))
    gap, stroke = _odd(GAP * unit), _odd(STROKE * unit)
    dark = cv2.morphologyEx(dark, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8))
    dark = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, stroke), np.uint8))
    return np.asarray(dark > least, np.uint8)


def _share_on(piece: Rule, mask: NDArray[np.uint8]) -> float:
    """The share of a piece that lies on the mask."""
    along = np.arange(int(piece.start), int(piece.end))
    places = along.astype(np.float64) + 0.5
    across = np.clip(piece.at(places).astype(int), 0, len(mask) - 1)
    return float(mask[across, along].mean()) if len(along) else 0.0


def _pieces(strokes: NDArray[np.uint8], unit: float) -> Iterable[Rule]:
    """Each connected stroke as a curve."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(strokes)
    for label in range(1, count):
        x, y, width, height, area = stats[label].tolist()
        thickness = area / width - 2  # without what the dilation added
        thickest = THIN if width < LONG * unit else THICKEST
        if width < unit or thickness > max(thickest * unit, 1.5):
            continue
        own = labels[y : y + height, x : x + width] == label
        columns = own.sum(axis=0)
        rows = np.arange(height) @ own
        along = np.arange(0, width, STEP)
        along[-1] = width - 1
        along = along[columns[along] > 0]
        if len(along) > 1:
            across = y + rows[along] / columns[along] + 0.5
            yield Rule((x + along + 0.5).astype(np.float64), across.astype(np.float64))


def _is_of_digits(piece: Rule, centres: Floats, sizes: Floats) -> bool:
    """Whether most of a piece lies inside digits: it is their strokes in a row."""
    x, y = piece.along[:, None], piece.across[:, None]
    inside = np.abs(x - centres[:, 0]) <= sizes[:, 0] * DIGIT_REACH
    inside &= np.abs(y - centres[:, 1]) <= sizes[:, 1] * DIGIT_REACH
    return bool(inside.any(axis=1).mean() > IN_DIGITS)


def _chained(pieces: Iterable[Rule], unit: float) -> list[Rule]:
    """Join the pieces of each rule, from left to right."""
    rules: list[Rule] = []
    for piece in sorted(pieces, key=lambda piece: piece.start):
        best, least = -1, OFFSET * unit
        for place, rule in enumerate(rules):
            gap = piece.start - rule.end
            if not -unit < gap < CHAIN_GAP * unit:
                continue
            # Short pieces do not show their slope: compare without it, too.
            ends = abs(float(rule.across[-1] - piece.across[0]))
            meeting = (piece.start + rule.end) / 2
            offset = abs(float(_tail(rule, unit).at(meeting) - piece.at(meeting)))
            if min(ends, offset) < least:
                best, least = place, min(ends, offset)
        if best < 0:
            rules.append(piece)
        else:
            rules[best] = rules[best].joined(piece)
    return rules


def _tail(rule: Rule, unit: float) -> Rule:
    """The end of a rule, which tells where it goes on."""
    last = max(2, int(4 * unit / STEP))
    return Rule(rule.along[-last:], rule.across[-last:])


def _odd(length: float) -> int:
    return max(3, round(length) | 1)
