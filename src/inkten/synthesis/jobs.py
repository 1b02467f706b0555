"""Numbers on plain paper: arithmetic, lists, corrections."""

import numpy as np

from inkten.synthesis import distractors, numbers, paper
from inkten.synthesis.canvas import Canvas
from inkten.synthesis.forms import column_rules
from inkten.synthesis.sampling import happens, log_uniform, pick
from inkten.synthesis.script import Spacing, write
from inkten.synthesis.writer import Writer


def sums(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Lines of arithmetic with operators, brackets and fractions."""
    writer = writer.of_height(log_uniform(rng, 14.5, 40))
    height, spacing = writer.pose.height, Spacing.random(rng)
    base = rng.uniform(1.0, 2.5) * height
    for _ in range(int(rng.integers(1, 4))):
        if base > canvas.side:
            break
        x = rng.uniform(-0.1, 0.3) * canvas.side
        if happens(rng, 0.2):
            x = _fraction(rng, canvas, writer, x, base, spacing)
        text = numbers.arithmetic(rng)
        if happens(rng, 0.15):
            text = pick(rng, ("x=", "y=", "a+", "f(x)=", "n=")) + text
        write(rng, canvas, writer, text, x, base, spacing)
        base += height * rng.uniform(1.5, 2.6)


def numbers_with_signs(
    rng: np.random.Generator, canvas: Canvas, writer: Writer
) -> None:
    """Lines of numbers with their signs: amounts, dates, times, sums."""
    writer = writer.of_height(log_uniform(rng, 14.5, 40))
    height, spacing = writer.pose.height, Spacing.random(rng)
    pitch = height * rng.uniform(1.5, 2.4)
    if happens(rng, 0.25):
        paper.rule(rng, canvas, pitch if happens(rng, 0.6) else pitch / 2)
    left = rng.uniform(-0.05, 0.3) * canvas.side
    base = rng.uniform(1.1, 2.0) * height
    while base < canvas.side - 0.2 * height:
        x = left + rng.normal(0, 0.1) * height
        while x < canvas.side - height:
            if happens(rng, 0.15):  # for comparison: bare digits
                text = numbers.digits(rng, int(rng.integers(1, 5)))
            else:
                text = numbers.with_signs(rng)
            x = write(rng, canvas, writer, text, x, base, spacing)
            x += height * rng.uniform(1.4, 2.5)
            if happens(rng, 0.4):
                break
        base += pitch
    if happens(rng, 0.2):
        edges = [left - 0.4 * height, left + height * rng.uniform(2.5, 5)]
        column_rules(rng, canvas, edges, edges[-1])


def number_with_signs(
    rng: np.random.Generator, canvas: Canvas, writer: Writer, *, enlarged: int = 1
) -> None:
    """One number, with or without signs.

    Args:
        rng: The only source of randomness.
        canvas: The page, in as many times the pixels as it is enlarged.
        writer: Who writes it.
        enlarged: How many times larger it is written than the detector finds digits,
            as on photos.
    """
    canvas.scale = 1 / enlarged
    writer = writer.of_height(log_uniform(rng, 14.5, 40) * enlarged)
    height = writer.pose.height
    if happens(rng, 0.2):
        paper.rule(rng, canvas, height * rng.uniform(1.2, 2))
    text = numbers.with_signs(rng)
    if happens(rng, 0.25):
        text = numbers.digits(rng, int(rng.integers(2, 6)))
    x = rng.uniform(0.1, 0.4) * canvas.side
    base = rng.uniform(0.3, 0.8) * canvas.side
    write(rng, canvas, writer, text, x, base, Spacing.random(rng))


def _fraction(
    rng: np.random.Generator,
    canvas: Canvas,
    writer: Writer,
    x: float,
    base: float,
    spacing: Spacing,
) -> float:
    height = writer.pose.height
    middle = base - 0.45 * height
    upper, lower = numbers.digits(rng, 1), numbers.digits(rng, int(rng.integers(1, 3)))
    end = write(rng, canvas, writer, upper, x, middle - 0.15 * height, spacing)
    low = middle + 1.15 * height
    end = max(end, write(rng, canvas, writer, lower, x, low, spacing))
    bar = [canvas.at(x - 0.1 * height, middle), canvas.at(end, middle)]
    width = writer.pen.width * height
    canvas.lines([np.array(bar)], width, writer.tone, 1.0, rule=True)
    return end + 0.3 * height


def list_of_numbers(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Telephone numbers and other long numbers below one another, some ticked."""
    writer = writer.of_height(log_uniform(rng, 14.5, 40))
    height, spacing = writer.pose.height, Spacing.random(rng)
    if happens(rng, 0.3):
        paper.rule(rng, canvas, height * rng.uniform(0.6, 1.8))
    x, base = rng.uniform(-0.2, 0.25) * canvas.side, rng.uniform(1, 2) * height
    narrow = happens(rng, 0.35)
    while base < canvas.side + 0.2 * height:
        text = numbers.short_number(rng) if narrow else numbers.telephone(rng)
        end = write(rng, canvas, writer, text, x, base, spacing)
        if happens(rng, 0.12):
            tick = writer.sign(rng, "✓", rng.uniform(0.8, 1.5))
            canvas.put(tick, end + 0.3 * height, base - height, tone=writer.tone)
        base += height * rng.uniform(1.15, 1.9)
    if narrow and happens(rng, 0.6):
        edges = [x - 0.3 * height, x + height * rng.uniform(1.5, 2.5)]
        column_rules(rng, canvas, edges, edges[-1])


def corrected(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Numbers with digits crossed out and written again above or beside."""
    writer = writer.of_height(log_uniform(rng, 14.5, 42))
    height, spacing = writer.pose.height, Spacing.random(rng)
    base = rng.uniform(2.2, 3.2) * height
    while base < canvas.side:
        x = rng.uniform(0, 0.3) * canvas.side
        x = write(rng, canvas, writer, numbers.digits(rng, 2), x, base, spacing)
        shape, _ = writer.digit(rng)
        x += 0.15 * height
        box = canvas.put(shape, x, base - shape.box[3], tone=writer.tone)
        if box:
            distractors.strike(rng, canvas, writer, box)
            canvas.note_distractor(box)
            above = base - 1.25 * height if happens(rng, 0.5) else base
            beside = x if above < base else x + box[2] + 0.25 * height
            again = numbers.digits(rng, int(rng.integers(1, 3)))
            write(rng, canvas, writer, again, beside, above, spacing)
        base += height * rng.uniform(2.4, 3.2)
