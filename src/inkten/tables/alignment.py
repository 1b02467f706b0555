"""Rows and columns that nothing is drawn between: the gaps that numbers leave.

The profile of a page across its rows counts how many digits lie at each height; rows
are its peaks. Columns are those of the numbers' profile.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from inkten.tables.rules import Floats

BIN = 0.125  # digit heights: a bin of the profile
CORE = 0.3  # of a digit's height: its middle, which few neighbours reach
TALLEST = 1.3  # digit heights: a taller digit counts as so tall
TALL = 1.4  # digit heights: rows so tall are two, if their profile has a valley
VALLEY = 0.35  # of the lower peak beside it: the profile of a valley is below
ROW_EDGE = 0.3  # digit heights: a valley this near to the edge of a row is ignored
NARROWEST = 0.2  # digit heights: a gap between columns
ALTERNATING = 1.0  # digit heights: nearer columns that share no row are one
LEANING = 0.3  # of its width: a number no further across a gap is on one side of it
CROSSING = 0.25  # of the lower peak: so many numbers may cross a gap between columns
CROSSED = 4  # numbers: a lower peak is crossed by none


def row_gaps(centres: Floats, heights: Floats, unit: float) -> list[float]:
    """Where rows are separated.

    Args:
        centres: (N,) y of each digit.
        heights: (N,) of each digit.
        unit: the usual height of a digit.
    """
    if len(centres) < 2:
        return []
    half = CORE * np.minimum(heights, TALLEST * unit)
    profile, start = _profile(centres - half, centres + half, unit)
    gaps: list[float] = []
    _split_rows(profile, 0, gaps)
    return sorted(start + gap * BIN * unit for gap in gaps)


def _split_rows(profile: Floats, offset: int, gaps: list[float]) -> None:
    """Find the gaps of a profile: the empty bins, then the deep valleys."""
    empty = np.flatnonzero(profile == 0)
    if len(empty):
        runs = np.split(empty, np.flatnonzero(np.diff(empty) > 1) + 1)
        edges = [0]
        for run in runs:
            if run[0] > 0 and run[-1] < len(profile) - 1:
                gaps.append(offset + (run[0] + run[-1] + 1) / 2)
            edges += [int(run[0]), int(run[-1]) + 1]
        edges.append(len(profile))
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            if last > first:
                _split_rows(profile[first:last], offset + first, gaps)
        return
    if len(profile) * BIN < TALL:
        return
    edge = max(1, round(ROW_EDGE / BIN))
    inner = profile[edge:-edge]
    if not len(inner):
        return
    low = edge + int(inner.argmin())
    peaks = profile[:low].max(), profile[low + 1 :].max()
    if profile[low] <= VALLEY * min(peaks):
        gaps.append(offset + low + 0.5)
        _split_rows(profile[:low], offset, gaps)
        _split_rows(profile[low + 1 :], offset + low + 1, gaps)


def column_gaps(
    left: Floats, right: Floats, rows: Sequence[int], unit: float
) -> list[float]:
    """Where columns are separated.

    Args:
        left: (M,) of each number.
        right: (M,) of each number.
        rows: the row of each number.
        unit: the height of a digit.
    """
    if len(left) < 2:
        return []
    profile, start = _profile(left, right, unit)
    gaps: list[tuple[float, float]] = []  # start and end
    below = np.flatnonzero(profile <= _crossing_allowed(profile))
    for run in np.split(below, np.flatnonzero(np.diff(below) > 1) + 1):
        if len(run) and run[0] > 0 and run[-1] < len(profile) - 1:
            low, high = run[0] * BIN * unit, (run[-1] + 1) * BIN * unit
            if high - low >= NARROWEST * unit:
                gaps.append((start + low, start + high))
    return _without_alternating(gaps, left, right, rows, unit)


def _crossing_allowed(profile: Floats) -> Floats:
    """How many numbers may cross each bin and still leave a gap between columns."""
    before = np.maximum.accumulate(profile)
    after = np.maximum.accumulate(profile[::-1])[::-1]
    near = np.minimum(before, after)
    return np.asarray(np.floor(CROSSING * near * (near >= CROSSED)), np.float64)


def clear_column_gaps(
    left: Floats, right: Floats, rows: Sequence[int], least: float
) -> list[float]:
    """Gaps that run through all rows, each with numbers on both sides.

    Args:
        left: (M,) of each number.
        right: (M,) of each number.
        rows: the row of each number; two at least.
        least: the narrowest gap, pixels.
    """
    order = np.argsort(left)
    reached = np.maximum.accumulate(right[order])[:-1]
    following = left[order][1:]
    gaps = []
    for low, high in zip(reached.tolist(), following.tolist(), strict=True):
        if high - low < least:
            continue
        before = {row for row, end in zip(rows, right, strict=True) if end <= low}
        after = {row for row, start in zip(rows, left, strict=True) if start >= high}
        if before == after and len(before) > 1:
            gaps.append((low + high) / 2)
    return gaps


def shared_column_gaps(
    left: Floats,
    right: Floats,
    rows: Sequence[int],
    gaps: Sequence[float],
    least: float,
) -> list[float]:
    """Gaps between two numbers that share a row and, so far, a column.

    Args:
        left: (M,) of each number.
        right: (M,) of each number.
        rows: the row of each number.
        gaps: where columns are separated already.
        least: the narrowest gap between two numbers, pixels.
    """
    middles = (left + right) / 2
    columns = np.searchsorted(np.sort(gaps), middles)
    found: list[float] = []
    in_order = np.lexsort((left, columns, np.array(rows)))
    for place, other in pairwise(in_order.tolist()):
        gap = float(left[other] - right[place])
        shared = rows[other] == rows[place] and columns[other] == columns[place]
        if shared and gap >= least:
            middle = float(right[place] + gap / 2)
            inside = np.minimum(right - middle, middle - left) / (right - left)
            if (inside < LEANING).all() and not any(
                abs(middle - each) < least for each in found
            ):
                found.append(middle)
    return found


def _without_alternating(
    gaps: Sequence[tuple[float, float]],
    left: Floats,
    right: Floats,
    rows: Sequence[int],
    unit: float,
) -> list[float]:
    """Drop the narrow gaps between columns that never have a number in one row.

    Such columns are one, with numbers at its left and at its right.
    """
    middles = (left + right) / 2
    kept = list(gaps)
    place = 0
    while place < len(kept):
        low = kept[place - 1][1] if place else -np.inf
        high = kept[place + 1][0] if place + 1 < len(kept) else np.inf
        first, last = kept[place]
        before = {
            row
            for row, middle in zip(rows, middles, strict=True)
            if low - unit < middle < (first + last) / 2 and middle > low
        }
        after = {
            row
            for row, middle in zip(rows, middles, strict=True)
            if (first + last) / 2 < middle < high
        }
        if last - first < ALTERNATING * unit and not before & after:
            del kept[place]
        else:
            place += 1
    return [(first + last) / 2 for first, last in kept]


def _profile(low: Floats, high: Floats, unit: float) -> tuple[Floats, float]:
    """How many intervals cover each bin, and where the first bin starts."""
    start = float(low.min())
    first = ((low - start) / (BIN * unit)).astype(int)
    last = np.ceil((high - start) / (BIN * unit)).astype(int)
    changes = np.zeros(int(last.max()) + 2)
    np.add.at(changes, first, 1.0)
    np.add.at(changes, np.maximum(last, first + 1), -1.0)
    return np.cumsum(changes)[: int(last.max())], start
