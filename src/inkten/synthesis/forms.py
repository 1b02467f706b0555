"""Forms, tables and bills: digits in cells, on combs and between rules."""

import cv2
import numpy as np

from inkten.synthesis import numbers, paper
from inkten.synthesis.canvas import Canvas
from inkten.synthesis.sampling import happens, log_uniform, pick
from inkten.synthesis.script import (
    Spacing,
    any_word,
    put_digit,
    put_sign,
    put_word,
    write,
)
from inkten.synthesis.writer import Writer


def bill(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """A bill or ledger: words, counts and amounts between vertical rules."""
    writer = writer.of_height(log_uniform(rng, 14.5, 42))
    height, side = writer.pose.height, canvas.side
    pitch = height * rng.uniform(1.25, 2.2)
    right = rng.uniform(0.65, 1.0) * side
    spacing = Spacing.random(rng)
    wide = height * rng.uniform(1.6, 3.4)
    edges = [right - number * wide for number in range(int(rng.integers(1, 4)))]
    column_rules(rng, canvas, edges, right)
    if happens(rng, 0.5):
        paper.rule(rng, canvas, pitch)
    base, rows = rng.uniform(0.8, 2.0) * height, int(rng.integers(2, 6))
    for _ in range(rows):
        if base > side:
            break
        if happens(rng, 0.75):
            text = numbers.amount(rng) if happens(rng, 0.7) else "-"
            long = len(text) * height * 0.55
            start = right - long - height * rng.uniform(-0.15, 0.5)
            write(rng, canvas, writer, text, start, base, spacing)
        if len(edges) > 1 and happens(rng, 0.5):
            count = numbers.digits(rng, int(rng.integers(1, 3)))
            start = edges[1] - wide * rng.uniform(0.55, 0.95)
            write(rng, canvas, writer, count, start, base, spacing)
        if happens(rng, 0.6):
            start = rng.uniform(-0.1, 0.15) * side
            word = any_word(rng, writer)
            place = (start, base, 0.9 * height)
            put_word(rng, canvas, writer, word, *place, only_where_free=True)
        base += pitch
    if happens(rng, 0.5):  # the total, below a rule or crossed by one
        y = base - 0.75 * pitch
        if happens(rng, 0.3):
            y = base - pitch - height * rng.uniform(0.1, 0.9)
        rule = [canvas.at(right - 1.3 * wide, y), canvas.at(right, y)]
        canvas.lines([np.array(rule)], 1.4, writer.tone, 0.8, rule=True)


def column_rules(
    rng: np.random.Generator, canvas: Canvas, edges: list[float], right: float
) -> None:
    """Draw vertical rules, single or double, that digits may touch."""
    tone, strength = rng.uniform(0, 0.55) * canvas.shade, rng.uniform(0.4, 1)
    places = list(edges)
    if happens(rng, 0.3):
        places.append(right + rng.uniform(2, 4))
    canvas.lines(
        [paper.vertical(canvas, place) for place in places],
        rng.uniform(0.7, 2.6),
        tone,
        strength,
        rule=True,
    )


def cells(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Cells of a form or table, whose digits may touch or cross the rules."""
    writer = writer.of_height(log_uniform(rng, 14.5, 42))
    height, side = writer.pose.height, canvas.side
    digits = pick(rng, (1, 2, 3), (0.5, 0.35, 0.15))
    wide = height * (rng.uniform(0.75, 1.5) + 0.62 * (digits - 1))
    high = height * rng.uniform(1.05, 2.2)
    left, top = rng.uniform(-0.6, 0.4) * wide, rng.uniform(-0.6, 0.4) * high
    across = min(int(rng.integers(2, 7)), int((side - left) / wide) + 1)
    down = min(int(rng.integers(1, 6)), int((side - top) / high) + 1)
    xs = [left + wide * number for number in range(across + 1)]
    between = high * (rng.uniform(0.3, 0.9) if happens(rng, 0.25) else 0.0)
    ys = [top + (high + between) * number for number in range(down)]
    if happens(rng, 0.3):
        _watermark(rng, canvas)
    line = pick(rng, (0.7, 1.2, 2.0, 3.2), (0.3, 0.35, 0.25, 0.1))
    after = happens(rng, 0.25)  # dark rules over pale ink
    if not after:
        _cell_rules(rng, canvas, xs, ys, high, line)
    spacing = Spacing.random(rng)
    ones, crosses = happens(rng, 0.3), happens(rng, 0.35)
    filled = rng.uniform(0.4, 1)
    astray = rng.uniform(0.02, 0.2)  # share of the cell
    budget = 14 if height > 18 else 24
    for y in ys:
        for x in xs[:-1]:
            if budget <= 0 or not happens(rng, filled):
                continue
            stray_x, stray_y = (astray * rng.normal(0, 1, 2)).tolist()
            base = y + high / 2 + height / 2 + stray_y * high
            middle = x + wide / 2 + stray_x * wide
            if crosses and happens(rng, 0.3):
                sign = pick(rng, ("x", "x", "-", "/"))
                big = writer.of_height(height * rng.uniform(0.8, 1.8))
                put_sign(rng, canvas, big, sign, middle - 0.4 * height, base)
                continue
            text = "1" if ones and happens(rng, 0.4) else ""
            text = text or numbers.digits(rng, int(rng.integers(1, digits + 1)))
            start = middle - 0.3 * height * len(text)
            write(rng, canvas, writer, text, start, base, spacing)
            budget -= len(text)
        if between and happens(rng, 0.6):
            caption = writer.as_printer(rng).of_height(0.5 * between)
            word = any_word(rng, caption)
            shape = caption.word(rng, word)
            canvas.put(shape, left + 0.3 * wide, y + high + 2, tone=writer.tone)
    if after:
        _cell_rules(rng, canvas, xs, ys, high, line)


def _cell_rules(
    rng: np.random.Generator,
    canvas: Canvas,
    xs: list[float],
    ys: list[float],
    high: float,
    line: float,
) -> None:
    tone = float(rng.uniform(0, 0.5) * canvas.shade)
    strength = rng.uniform(0.35, 1)
    paths = []
    for y in ys:
        for edge in (y, y + high):
            ends = [canvas.at(xs[0], edge), canvas.at(xs[-1], edge)]
            paths.append(np.array(ends))
        for number, x in enumerate(xs):
            if number in (0, len(xs) - 1) or not happens(rng, 0.03):
                paths.append(np.array([canvas.at(x, y), canvas.at(x, y + high)]))
    canvas.lines(paths, line, tone, strength, rule=True)
    if happens(rng, 0.15):  # a black alignment mark
        mask = np.zeros((canvas.side, canvas.side), np.uint8)
        x, y = (round(edge) for edge in canvas.at(xs[0], ys[0]))
        cv2.rectangle(mask, (x - int(high / 3), y), (x, y + int(high)), 255, -1)
        canvas.cover(mask, tone, 1.0)


def _watermark(rng: np.random.Generator, canvas: Canvas) -> None:
    """Print large pale letters across a form."""
    mask = np.zeros((canvas.side, canvas.side), np.uint8)
    for _ in range(int(rng.integers(1, 4))):
        x, y = (int(edge) for edge in rng.uniform(-0.2, 0.9, 2) * canvas.side)
        font = pick(rng, (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX))
        letter = pick(rng, "AEFHKMNPRTUVWXY")
        cv2.putText(mask, letter, (x, y + 60), font, rng.uniform(2, 5), 255, 12)
    canvas.cover(mask, 0.7 * canvas.shade, rng.uniform(0.15, 0.6))


def comb(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """A comb for a number, one digit for each box, many of them zeros."""
    writer = writer.of_height(log_uniform(rng, 14.5, 36))
    height = writer.pose.height
    wide = height * rng.uniform(0.7, 1.3)
    left = rng.uniform(-0.3, 0.2) * canvas.side
    count = min(int((canvas.side - left) / wide), 11)
    bottom = rng.uniform(1.3 * height, canvas.side - 0.2 * height)
    xs = [left + wide * number for number in range(count + 1)]
    high = height * rng.uniform(0.15, 1.3)
    paper.comb(rng, canvas, xs, bottom, high)
    digits = numbers.digits(rng, count)
    if happens(rng, 0.4):
        digits = digits[: count // 2] + "0" * (count - count // 2)
    spacing = Spacing(0, rng.uniform(0.2, 1))
    for x, sign in zip(xs, digits, strict=False):
        if happens(rng, 0.9):
            start = x + wide * (0.5 + rng.normal(0, 0.08)) - 0.28 * height
            base = bottom - height * rng.uniform(-0.08, 0.2)
            put_digit(rng, canvas, writer, int(sign), start, base, spacing)


def field_of_form(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """A printed label, a line, and a handwritten number on it."""
    writer = writer.of_height(log_uniform(rng, 14.5, 42))
    height = writer.pose.height
    printer = writer.as_printer(rng)
    base = rng.uniform(1.2, 2.5) * height
    for _ in range(int(rng.integers(1, 4))):
        if base > canvas.side:
            break
        x = rng.uniform(-0.15, 0.1) * canvas.side
        label = printer.word(rng, any_word(rng, printer), 0.7)
        canvas.put(label, x, base - label.box[3], tone=0.4 * writer.tone)
        x += label.box[2] + height * rng.uniform(0.2, 0.8)
        dots = np.array([canvas.at(x, base), canvas.at(canvas.side, base)])
        canvas.lines([dots], rng.uniform(0.7, 2), 0.4 * canvas.shade, 0.8, rule=True)
        text = numbers.any_number(rng)
        lifted = base - height * rng.uniform(-0.15, 0.25)
        write(rng, canvas, writer, text, x, lifted, Spacing.random(rng))
        base += height * rng.uniform(1.5, 2.8)
