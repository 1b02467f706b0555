"""Scenes: digits in rows, in columns, scattered, in boxes, alone, or none at all."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from inkten.synthesis import distractors, paper
from inkten.synthesis.canvas import Canvas
from inkten.synthesis.sampling import happens, pick
from inkten.synthesis.writer import Writer

MOST_DIGITS = 12  # on one page, so that it takes a few milliseconds to make

Scene = Callable[[np.random.Generator, Canvas, Writer], None]


def rows(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Numbers in lines: phone numbers, dates, lists, arithmetic."""
    height = writer.pose.height
    pitch = height * rng.uniform(1.25, 2.4)
    if happens(rng, 0.3):
        paper.rule(rng, canvas, pitch if happens(rng, 0.7) else pitch / 2)
    lines = pick(rng, (1, 2, 3, 5), (0.3, 0.3, 0.25, 0.15))
    lowest = max(canvas.side - (lines - 1) * pitch, height)
    first = rng.uniform(0.7 * height, lowest)
    gap = height * pick(rng, (-0.06, 0.03, 0.15, 0.4, 1.0), (0.1, 0.25, 0.3, 0.25, 0.1))
    signs = happens(rng, 0.3)
    for number in range(lines):
        most = MOST_DIGITS // lines
        _row(rng, canvas, writer, first + number * pitch, gap, signs=signs, most=most)
    if happens(rng, 0.35):
        distractors.clutter(rng, canvas, writer, int(rng.integers(1, 4)))


def _row(
    rng: np.random.Generator,
    canvas: Canvas,
    writer: Writer,
    base: float,
    gap: float,
    *,
    signs: bool,
    most: int,
) -> None:
    """One line of numbers, with spaces or signs between them."""
    height = writer.pose.height
    x = rng.uniform(-0.08, 0.35) * canvas.side
    while x < canvas.side and most > 0:
        digits = min(int(rng.integers(1, 7)), most)
        most -= digits
        for _ in range(digits):
            x += _on_line(rng, canvas, writer, x, base) + gap * rng.uniform(0.6, 1.6)
        if signs and happens(rng, 0.7):
            x += 0.2 * height
            x += _sign_on_line(rng, canvas, writer, x, base) + 0.2 * height
        else:
            x += height * rng.uniform(0.4, 2.5)
        if happens(rng, 0.25):
            return


def _on_line(
    rng: np.random.Generator, canvas: Canvas, writer: Writer, x: float, base: float
) -> float:
    """Write a digit on a line of the page before rotation; return its width."""
    ink, value = writer.digit(rng)
    _, _, wide, high = ink.box
    middle, foot = canvas.at(x + wide / 2, base)
    foot += rng.normal(0, 0.03) * writer.uneven * high
    box = canvas.put(ink, middle - wide / 2, foot - high, writer.tone, value=value)
    return float(wide) if box else 0.0


def _sign_on_line(
    rng: np.random.Generator, canvas: Canvas, writer: Writer, x: float, base: float
) -> float:
    """Write an operator, bracket or letter between the digits; return its width."""
    height = writer.pose.height
    sign = pick(rng, (*distractors.OPERATORS, *"+-x=()[].,:xyzanabc"))
    share = 1.1 if sign in "()[]/" else 0.12 if sign in ".,:" else 0.5
    ink = writer.sign(rng, sign, share)
    _, _, wide, high = ink.box
    lift = 0.45 * height - high / 2 if share == 0.5 else 0.0
    middle, foot = canvas.at(x + wide / 2, base)
    ignore = sign in distractors.LOOK_ALIKES
    place = middle - wide / 2, foot - high - lift
    canvas.put(ink, *place, tone=writer.tone, ignore=ignore, sign=sign)
    return float(wide)


def columns(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Numbers below one another, with a rule under them: an addition, a score."""
    height = writer.pose.height
    right = rng.uniform(0.4, 0.95) * canvas.side
    pitch = height * rng.uniform(1.15, 1.8)
    step = height * rng.uniform(0.75, 1.1)
    base = rng.uniform(1, 2) * height
    lines = min(int((canvas.side - base) / pitch) + 1, 6)
    for number in range(lines):
        for place in range(int(rng.integers(1, MOST_DIGITS // lines + 1))):
            x = right - (place + 1) * step
            _on_line(rng, canvas, writer, x, base + number * pitch)
    if happens(rng, 0.6):
        y = base + (lines - 1) * pitch + 0.2 * height
        rule = [canvas.at(right - 4 * step, y), canvas.at(right + 0.3 * step, y)]
        width = writer.pen.width * height
        canvas.lines([np.array(rule)], width, writer.tone, 1.0, rule=True)
    if happens(rng, 0.3):
        distractors.clutter(rng, canvas, writer, 2)


def scattered(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Digits of uneven size anywhere, some crossed out, among other objects."""
    if happens(rng, 0.25):
        paper.rule(rng, canvas, rng.uniform(8, 45))
    if happens(rng, 0.5):
        distractors.clutter(rng, canvas, writer, int(rng.integers(1, 4)))
    for _ in range(int(rng.integers(1, 9))):
        size = writer.pose.height * math.exp(rng.normal(0, 0.2))
        one = writer.of_height(min(max(size, 14), 45))
        ink, value = one.digit(rng)
        _, _, wide, high = ink.box
        place = distractors.free_place(rng, canvas, wide, high)
        if place is None:
            continue
        if happens(rng, 0.07):  # crossed out: no longer a digit
            if box := canvas.put(ink, *place, tone=one.tone):
                distractors.strike(rng, canvas, one, box)
            continue
        canvas.put(ink, *place, tone=one.tone, value=value)


def single(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """One digit on a mostly empty page; it may touch the border."""
    if happens(rng, 0.2):
        paper.rule(rng, canvas, rng.uniform(8, 60))
    ink, value = writer.of_height(rng.uniform(15, 45)).digit(rng)
    _, _, wide, high = ink.box
    x, y = rng.uniform(0, canvas.side - wide), rng.uniform(0, canvas.side - high)
    canvas.put(ink, x, y, writer.tone, value=value)
    if happens(rng, 0.1):
        distractors.ring(rng, canvas, writer, (x, y, wide, high))


def boxed(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Digits in the cells of sudokus, tables, forms and combs, some cells empty."""
    side = canvas.side
    wide = rng.uniform(20, 62)
    high = wide * pick(rng, (1.0, rng.uniform(0.7, 1.5)))
    left, top = rng.uniform(-0.5, 0.6) * wide, rng.uniform(-0.5, 0.6) * high
    across = min(int(rng.integers(2, 10)), int((side - left) / wide) + 1)
    down = min(pick(rng, (1, 2, 9), (0.3, 0.2, 0.5)), int((side - top) / high) + 1)
    if down <= 2:
        top = rng.uniform(0, side - min(down * high, side))
    xs = [left + wide * number for number in range(across + 1)]
    ys = [top + high * number for number in range(down + 1)]
    if down == 1 and happens(rng, 0.4):
        paper.comb(rng, canvas, xs, top + high, high * rng.uniform(0.15, 0.6))
    else:
        line = rng.uniform(0.7, 2.2)
        paper.grid(rng, canvas, xs, ys, line)
        if happens(rng, 0.3):  # a sudoku: every third line is heavy
            paper.grid(rng, canvas, xs[::3], ys[::3], 2.2 * line)

    size = min(wide, high) * rng.uniform(0.42, 0.85)
    writer = writer.of_height(min(max(size, 14.5), 44))
    printer = replace(writer, tone=0.2 * writer.tone).as_printer(rng)
    clues = 0.5 if happens(rng, 0.4) else 0.0  # a sudoku's printed digits
    cells = [(x, y) for y in ys[:-1] for x in xs[:-1]]
    rng.shuffle(cells)
    for x, y in cells[: int(rng.integers(1, MOST_DIGITS + 1))]:
        writer = printer if happens(rng, clues) else writer
        ink, value = writer.digit(rng)
        stray_x, stray_y = rng.normal(0, 0.05 * writer.uneven * wide, 2).tolist()
        middle_x, middle_y = canvas.at(x + wide / 2 + stray_x, y + high / 2 + stray_y)
        corner = middle_x - ink.box[2] / 2, middle_y - ink.box[3] / 2
        canvas.put(ink, *corner, tone=writer.tone, value=value)


def huge(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """A digit too large for this pyramid level: background, including its loops."""
    ink, value = writer.of_height(rng.uniform(62, 190)).digit(rng)
    x = rng.uniform(0.25, 0.75) * canvas.side - ink.box[2] / 2
    y = rng.uniform(0.25, 0.75) * canvas.side - ink.box[3] / 2
    canvas.put(ink, x, y, writer.tone, value=value)
    if happens(rng, 0.3):
        scattered(rng, canvas, writer)


def fine_print(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Lines too small to read on this level, and a few digits that are not."""
    small = writer.of_height(rng.uniform(4, 8))
    if happens(rng, 0.5):
        small = small.as_printer(rng)
    first = rng.uniform(8, 0.7 * canvas.side)
    for number in range(int(rng.integers(1, 4))):
        _row(rng, canvas, small, first + 14 * number, 1.5, signs=False, most=7)
    if happens(rng, 0.6):
        scattered(rng, canvas, writer)


def empty(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """No digits: blank or ruled paper, words, signs, scribbles, objects."""
    if happens(rng, 0.2):
        distractors.objects(rng, canvas)
    if happens(rng, 0.45):
        paper.rule(rng, canvas, rng.uniform(8, 60))
    elif happens(rng, 0.2):
        first, step = rng.uniform(-10, 30), rng.uniform(15, 60)
        places = [first + step * number for number in range(5)]
        paper.grid(rng, canvas, places, places, rng.uniform(0.7, 2.2))
    if happens(rng, 0.35):  # people try what else can be read
        distractors.lone_sign(rng, canvas, writer)
    else:
        distractors.clutter(rng, canvas, writer, int(rng.integers(0, 7)))


def signs(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Letters, symbols and words everywhere, and no digits."""
    for _ in range(10):
        distractors.lone_sign(rng, canvas, writer, highest=70)
    distractors.written_word(rng, canvas, writer)
