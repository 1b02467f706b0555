"""Numbers whose digits touch: joined zeros, crossings, one stroke through all."""

import numpy as np

from inkten.synthesis import numbers, paper
from inkten.synthesis.canvas import Canvas
from inkten.synthesis.glyphs import curve_weights
from inkten.synthesis.sampling import happens, log_uniform, pick
from inkten.synthesis.script import Spacing, any_word, put_word, write
from inkten.synthesis.writer import Writer


def joined_numbers(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Lines of numbers written so fast or so tightly that their digits touch."""
    writer = writer.of_height(log_uniform(rng, 14.5, 40))
    height = writer.pose.height
    if happens(rng, 0.35):
        paper.rule(rng, canvas, height * rng.uniform(0.6, 2.0))
    gap = pick(rng, (-0.22, -0.12, -0.04, 0.04), (0.2, 0.35, 0.3, 0.15))
    spacing = Spacing(gap, rng.uniform(0.2, 1.2))
    base = rng.uniform(1.0, 2.0) * height
    while base < canvas.side + 0.2 * height:
        x = rng.uniform(-0.1, 0.35) * canvas.side
        if happens(rng, 0.2):
            word = any_word(rng, writer)
            x += put_word(rng, canvas, writer, word, x, base, height) + 0.3 * height
        while x < canvas.side:
            text = _number(rng)
            first = len(canvas.boxes)
            x = write(rng, canvas, writer, text, x, base, spacing)
            _join(rng, canvas, writer, first)
            x += height * rng.uniform(0.5, 2.0)
            if happens(rng, 0.5):
                break
        base += height * rng.uniform(1.2, 2.4)


def _number(rng: np.random.Generator) -> str:
    """A number, often with zeros at its end or with equal digits side by side."""
    kind = int(rng.integers(4))
    if kind == 0:
        return numbers.round_number(rng)
    if kind == 1:
        return "0" * int(rng.integers(2, 5))
    if kind == 2:
        return numbers.digits(rng, 1) * int(rng.integers(2, 4))
    return numbers.any_number(rng)


def _join(rng: np.random.Generator, canvas: Canvas, writer: Writer, first: int) -> None:
    """Draw strokes from one digit to the next, or one through the whole number."""
    pen, placed = writer.pen.width * writer.pose.height, canvas.boxes[first:]
    values = canvas.values[first:]
    if happens(rng, 0.4):
        for place in range(len(placed) - 1):
            both_zero = values[place] == values[place + 1] == 0
            if happens(rng, 0.8 if both_zero else 0.3):
                _connect(
                    rng, canvas, placed[place], placed[place + 1], pen, writer.tone
                )
    if placed and happens(rng, 0.12):  # a rule or a slip of the pen along the number
        height = placed[0][3]
        y = placed[0][1] + height * rng.uniform(-0.1, 1.1)
        rise = rng.normal(0, 0.1) * height
        ends = [(placed[0][0] - 0.3 * height, y)]
        ends.append((placed[-1][0] + placed[-1][2] + 0.3 * height, y + rise))
        tone = writer.tone if happens(rng, 0.6) else rng.uniform(0, 0.6) * canvas.shade
        canvas.lines([np.array(ends)], 0.7 * pen, tone, rng.uniform(0.5, 1))


def _connect(
    rng: np.random.Generator,
    canvas: Canvas,
    one: tuple[float, float, float, float],
    other: tuple[float, float, float, float],
    pen: float,
    tone: float,
) -> None:
    """A short, sagging stroke from the right of a digit to the left of the next."""
    level = rng.uniform(0.0, 0.9)
    start = one[0] + rng.uniform(0.5, 1.0) * one[2], one[1] + level * one[3]
    level = min(max(level + rng.normal(0, 0.2), 0.0), 1.0)
    end = other[0] + rng.uniform(0.0, 0.5) * other[2], other[1] + level * other[3]
    sag = (
        (start[0] + end[0]) / 2,
        (start[1] + end[1]) / 2 + rng.normal(0, 0.15) * one[3],
    )
    path = curve_weights(3) @ np.array([start, sag, end])
    canvas.lines([path], pen, tone, 1.0)
