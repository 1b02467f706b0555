"""Digits and signs of a line -> numbers as they are written."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

from inkten.layout.line import Line
from inkten.layout.lines import NUMBER_GAP
from inkten.signs.find import FoundSign, LineSigns

Part: TypeAlias = int | FoundSign  # a digit, by its index, or a sign

OPERATOR_GAP = 1.5  # digit heights: operators stand further from digits than digits do
LOPSIDED = 2.0  # times as far from one neighbour: the sign belongs to the other


def numbers_with_signs(line: Line, found: LineSigns) -> list[list[Part]]:
    """Join digits and signs of a line into numbers, from left to right.

    Returns:
        The digits and signs of each number. Signs far from any digit are left out.
    """
    number_of = {
        index: place for place, number in enumerate(line.numbers) for index in number
    }
    placed: list[tuple[float, float, Part]] = [
        (start, end, index)
        for index, (start, end) in zip(line.digits, found.spans.tolist(), strict=True)
    ]
    placed += [(sign.start, sign.end, sign) for sign in found.signs]
    placed.sort(key=lambda part: part[0] + part[1])
    gaps = [math.inf, *(b[0] - a[1] for a, b in pairwise(placed)), math.inf]
    numbers: list[list[Part]] = [[placed[0][2]]]
    for place, ((_, _, before), (_, _, part)) in enumerate(pairwise(placed), 1):
        if isinstance(before, int) and isinstance(part, int):
            is_new = number_of[before] != number_of[part]
        else:
            beyond = []
            if isinstance(before, FoundSign):
                beyond.append(gaps[place - 1])
            if isinstance(part, FoundSign):
                beyond.append(gaps[place + 1])
            is_new = _is_far(gaps[place], beyond)
        if is_new:
            numbers.append([])
        numbers[-1].append(part)
    return [
        number for number in numbers if any(isinstance(part, int) for part in number)
    ]


def numbers_parted(line: Line, found: LineSigns) -> list[tuple[int, ...]]:
    """Part numbers where a sign stands between digits, and leave the signs out."""
    middles = dict(zip(line.digits, found.spans.mean(axis=1).tolist(), strict=True))
    between = [(sign.start + sign.end) / 2 for sign in found.signs]
    numbers: list[tuple[int, ...]] = []
    for number in line.numbers:
        start = 0
        for place, (left, right) in enumerate(pairwise(number), 1):
            if any(middles[left] < sign < middles[right] for sign in between):
                numbers.append(number[start:place])
                start = place
        numbers.append(number[start:])
    return numbers


def _is_far(gap: float, beyond: Sequence[float]) -> bool:
    """Whether a gap beside a sign parts numbers, as in "12 -4", but not in "12 - 4".

    Args:
        gap: its width, in digit heights.
        beyond: the gap on the other side of the sign, or of both signs.
    """
    if gap <= NUMBER_GAP:
        return False
    return gap > OPERATOR_GAP or any(gap > LOPSIDED * other for other in beyond)
