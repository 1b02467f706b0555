"""Ledgers, mark sheets and score cards: columns of words, counts and amounts."""

from collections.abc import Callable

import numpy as np

from inkten.synthesis import numbers
from inkten.synthesis.canvas import Canvas
from inkten.synthesis.forms import column_rules
from inkten.synthesis.sampling import happens, log_uniform, pick
from inkten.synthesis.script import Spacing, any_word, put_word, write
from inkten.synthesis.writer import Writer

WRITTEN_WIDTH = 0.55  # of a digit's height: about the width of one digit
EMPTY = 0.15  # share of the cells

Text = Callable[[np.random.Generator], str]


def ledger(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """A table as wide as the page: its lines are long, with wide gaps and rules."""
    writer = writer.of_height(log_uniform(rng, 14.5, 26))
    height, spacing = writer.pose.height, Spacing.random(rng)
    columns = _columns(rng, canvas, height)
    if happens(rng, 0.75):
        edges = [left for left, _, _ in columns[1:]]
        column_rules(rng, canvas, edges, columns[-1][1])
    pitch = height * rng.uniform(1.25, 2.4)
    base = rng.uniform(0.8, 2.2) * height
    has_rules, depth = happens(rng, 0.4), rng.uniform(0.1, 0.4) * height
    tone, strength = rng.uniform(0, 0.6) * canvas.shade, rng.uniform(0.3, 1)
    aligned = pick(rng, (0.1, 0.5, 0.9))  # left, in the middle, right
    if happens(rng, 0.3):
        _headings(rng, canvas, writer, columns, base)
        base += pitch
    while base < canvas.side + 0.2 * height:
        for left, right, text_of in columns:
            if not happens(rng, EMPTY):
                place = left, right, base, aligned
                _cell(rng, canvas, writer, text_of, place, spacing)
        if has_rules:
            ends = [canvas.at(x, base + depth) for x in (-10, canvas.side + 10)]
            canvas.lines([np.array(ends)], 1.2, tone, strength, rule=True)
        base += pitch


def _columns(
    rng: np.random.Generator, canvas: Canvas, height: float
) -> list[tuple[float, float, Text | None]]:
    """The columns from left to right: two edges, and what is in it; None for words."""
    kinds: tuple[Text | None, ...] = (
        None, _count, numbers.amount, numbers.round_number, numbers.short_number
    )  # fmt: skip
    columns: list[tuple[float, float, Text | None]] = []
    left = rng.uniform(-2, 0.5) * height
    while left < canvas.side:
        text_of = pick(rng, kinds, (0.25, 0.3, 0.2, 0.15, 0.1))
        narrowest = 1.2 if text_of is _count else 2.4
        right = left + height * rng.uniform(narrowest, narrowest + 4)
        columns.append((left, right, text_of))
        left = right
    return columns


def _count(rng: np.random.Generator) -> str:
    """A serial number, a quantity or a mark; often a lone 1."""
    return "1" if happens(rng, 0.3) else numbers.digits(rng, int(rng.integers(1, 3)))


def _cell(
    rng: np.random.Generator,
    canvas: Canvas,
    writer: Writer,
    text_of: Text | None,
    place: tuple[float, float, float, float],
    spacing: Spacing,
) -> None:
    """Write into a column: its edges, the line's base, and how far right."""
    left, right, base, aligned = place
    height = writer.pose.height
    if text_of is None:
        word = any_word(rng, writer, max(int((right - left) / (0.6 * height)), 2))
        put_word(rng, canvas, writer, word, left + 0.2 * height, base, height)
        return
    text = text_of(rng)
    room = right - left - WRITTEN_WIDTH * height * len(text)
    x = left + room * aligned + rng.normal(0, 0.12) * height
    write(rng, canvas, writer, text, x, base, spacing)


def _headings(
    rng: np.random.Generator,
    canvas: Canvas,
    writer: Writer,
    columns: list[tuple[float, float, Text | None]],
    base: float,
) -> None:
    """Print a word above each column."""
    printer = writer.as_printer(rng)
    for left, right, _ in columns:
        longest = max(int((right - left) / (0.5 * writer.pose.height)), 2)
        label = printer.word(rng, any_word(rng, printer, longest), 0.7)
        canvas.put(label, left + 2, base - label.box[3], tone=0.4 * writer.tone)
