"""The chosen digits of a picture and its signs, arranged: Candidates -> Reading."""

import math
from collections.abc import Sequence

import numpy as np

from inkten.candidates import Candidates
from inkten.decimals import Mark, decimal_mark_of
from inkten.digits import Box, Digit, Number, Sign
from inkten.layout.line import Line
from inkten.options import ReadOptions
from inkten.reading import Reading
from inkten.signs.arrange import Part, numbers_parted, numbers_with_signs
from inkten.signs.find import FoundSign


def arrange(candidates: Candidates, options: ReadOptions) -> Reading:
    """Arrange the chosen digits in reading order."""
    chosen, least = candidates.chosen, options.min_confidence
    digits = [_digit(candidates, index, least) for index in chosen]
    numbers = _numbers(candidates, keep_signs=options.signs)
    mark = _decimal_mark(candidates, numbers, digits, options)
    lines = tuple(
        tuple(
            _number(candidates, number, _completeness(line, len(own)), digits, mark)
            for number in own
        )
        for line, own in zip(candidates.lines, numbers, strict=True)
    )
    guess = None
    if not digits and len(candidates.detections):
        likeliest = int(candidates.probabilities.max(axis=1).argmax())
        guess = _digit(candidates, likeliest, least)
    return Reading(
        lines,
        candidates.image.pixels,
        candidates.image.scale,
        best_guess=guess,
        original_size=candidates.image.original_size,
        rotation=options.first_turn or candidates.rotation,
        has_signs=any(
            isinstance(part, FoundSign)
            for line in _numbers(candidates, keep_signs=True)
            for number in line
            for part in number
        ),
    )


def _digit(candidates: Candidates, index: int, min_confidence: float) -> Digit:
    sides = candidates.detections.boxes[index] * candidates.image.scale
    return Digit.of(
        candidates.probabilities[index],
        Box(*sides.tolist()),
        candidates.tiles[index],
        min_confidence,
    )


def _numbers(candidates: Candidates, *, keep_signs: bool) -> list[list[Sequence[Part]]]:
    """The digits of each number, as indices into ``chosen``, and its signs."""
    if not candidates.signs:
        return [list(line.numbers) for line in candidates.lines]
    arranged = numbers_with_signs if keep_signs else numbers_parted
    return [
        list(arranged(line, found))
        for line, found in zip(candidates.lines, candidates.signs, strict=True)
    ]


def _completeness(line: Line, numbers: int) -> float:
    """The order's share of each of a line's numbers: their product counts it once."""
    return math.pow(line.order_confidence, 1 / numbers)


def _number(
    candidates: Candidates,
    parts: Sequence[Part],
    complete: float,
    digits: Sequence[Digit],
    mark: Mark | None,
) -> Number:
    own = [part for part in parts if isinstance(part, int)]
    if candidates.missed is not None:
        complete *= float(np.prod(1 - candidates.missed[own]))
    return Number(
        tuple(digits[index] for index in own),
        completeness=complete,
        signs=_signs(parts, candidates.image.scale),
        decimal_mark=mark,
    )


def _signs(parts: Sequence[Part], scale: float) -> tuple[Sign, ...]:
    signs: list[Sign] = []
    for place, part in enumerate(parts):
        if isinstance(part, FoundSign):
            box = Box(*(side * scale for side in part.box))
            before = place - len(signs)
            signs.append(Sign(part.value, part.confidence, box, before))
    return tuple(signs)


def _decimal_mark(
    candidates: Candidates,
    numbers: Sequence[Sequence[Sequence[Part]]],
    digits: Sequence[Digit],
    options: ReadOptions,
) -> Mark | None:
    """The mark of the page, as it is set, or as its numbers show it."""
    if options.decimal_mark != "auto":
        return options.decimal_mark
    if not candidates.signs:
        return None
    return decimal_mark_of(
        "".join(digits[p].text if isinstance(p, int) else p.value for p in number)
        for line in numbers
        for number in line
    )
