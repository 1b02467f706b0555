"""Where digits stand: in rows and columns, scattered, in boxes, alone, or nowhere."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from inkten.training import neighbours, paper
from inkten.training.chance import happens, pick
from inkten.training.hand import Hand
from inkten.training.sheet import Sheet

MOST_DIGITS = 12  # on one page, which keeps a page within a few milliseconds

Scene = Callable[[np.random.Generator, Sheet, Hand], None]


def rows(rng: np.random.Generator, sheet: Sheet, hand: Hand) -> None:
    """Numbers in lines: phone numbers, dates, lists, sums of arithmetic."""
    height = hand.pose.height
    pitch = height * rng.uniform(1.25, 2.4)
    if happens(rng, 0.3):
        paper.rule(rng, sheet, pitch if happens(rng, 0.7) else pitch / 2)
    lines = pick(rng, (1, 2, 3, 5), (0.3, 0.3, 0.25, 0.15))
    lowest = max(sheet.side - (lines - 1) * pitch, height)
    first = rng.uniform(0.7 * height, lowest)
    gap = height * pick(rng, (-0.06, 0.03, 0.15, 0.4, 1.0), (0.1, 0.25, 0.3, 0.25, 0.1))
    signs = happens(rng, 0.3)
    for number in range(lines):
        most = MOST_DIGITS // lines
        _row(rng, sheet, hand, first + number * pitch, gap, signs=signs, most=most)
    if happens(rng, 0.35):
        neighbours.clutter(rng, sheet, hand, int(rng.integers(1, 4)))


def _row(
    rng: np.random.Generator,
    sheet: Sheet,
    hand: Hand,
    base: float,
    gap: float,
    *,
    signs: bool,
    most: int,
) -> None:
    """One line of numbers, with spaces or signs between them."""
    height = hand.pose.height
    x = rng.uniform(-0.08, 0.35) * sheet.side
    while x < sheet.side and most > 0:
        digits = min(int(rng.integers(1, 7)), most)
        most -= digits
        for _ in range(digits):
            x += _on_line(rng, sheet, hand, x, base) + gap * rng.uniform(0.6, 1.6)
        if signs and happens(rng, 0.7):
            x += 0.2 * height
            x += _sign_on_line(rng, sheet, hand, x, base) + 0.2 * height
        else:
            x += height * rng.uniform(0.4, 2.5)
        if happens(rng, 0.25):
            return


def _on_line(
    rng: np.random.Generator, sheet: Sheet, hand: Hand, x: float, base: float
) -> float:
    """Write a digit on a line of the straight sheet; return its width."""
    ink, value = hand.digit(rng)
    _, _, wide, high = ink.box
    middle, foot = sheet.at(x + wide / 2, base)
    foot += rng.normal(0, 0.03) * hand.uneven * high
    box = sheet.put(ink, middle - wide / 2, foot - high, hand.tone, value=value)
    return float(wide) if box else 0.0


def _sign_on_line(
    rng: np.random.Generator, sheet: Sheet, hand: Hand, x: float, base: float
) -> float:
    """Write an operator, bracket or letter between the digits; return its width."""
    height = hand.pose.height
    sign = pick(rng, (*neighbours.OPERATORS, *"+-x=()[].,:xyzanabc"))
    share = 1.1 if sign in "()[]/" else 0.12 if sign in ".,:" else 0.5
    ink = hand.sign(rng, sign, share)
    _, _, wide, high = ink.box
    lift = 0.45 * height - high / 2 if share == 0.5 else 0.0
    middle, foot = sheet.at(x + wide / 2, base)
    unclear = sign in neighbours.LOOK_ALIKES
    place = middle - wide / 2, foot - high - lift
    sheet.put(ink, *place, tone=hand.tone, unclear=unclear)
    return float(wide)


def columns(rng: np.random.Generator, sheet: Sheet, hand: Hand) -> None:
    """Numbers one under the other, with a rule under them: a sum, a score."""
    height = hand.pose.height
    right = rng.uniform(0.4, 0.95) * sheet.side
    pitch = height * rng.uniform(1.15, 1.8)
    step = height * rng.uniform(0.75, 1.1)
    base = rng.uniform(1, 2) * height
    lines = min(int((sheet.side - base) / pitch) + 1, 6)
    for number in range(lines):
        for place in range(int(rng.integers(1, MOST_DIGITS // lines + 1))):
            x = right - (place + 1) * step
            _on_line(rng, sheet, hand, x, base + number * pitch)
    if happens(rng, 0.6):
        y = base + (lines - 1) * pitch + 0.2 * height
        rule = [sheet.at(right - 4 * step, y), sheet.at(right + 0.3 * step, y)]
        sheet.lines([np.array(rule)], hand.pen.width * height, hand.tone, 1.0)
    if happens(rng, 0.3):
        neighbours.clutter(rng, sheet, hand, 2)


def scattered(rng: np.random.Generator, sheet: Sheet, hand: Hand) -> None:
    """Digits anywhere, of uneven size, some struck out, among other things."""
    if happens(rng, 0.25):
        paper.rule(rng, sheet, rng.uniform(8, 45))
    if happens(rng, 0.5):
        neighbours.clutter(rng, sheet, hand, int(rng.integers(1, 4)))
    for _ in range(int(rng.integers(1, 9))):
        size = hand.pose.height * math.exp(rng.normal(0, 0.2))
        one = hand.of_height(min(max(size, 14), 45))
        ink, value = one.digit(rng)
        _, _, wide, high = ink.box
        place = neighbours.free_place(rng, sheet, wide, high)
        if place is None:
            continue
        if happens(rng, 0.07):  # struck out: no longer a digit
            if box := sheet.put(ink, *place, tone=one.tone):
                neighbours.strike(rng, sheet, one, box)
            continue
        sheet.put(ink, *place, tone=one.tone, value=value)


def single(rng: np.random.Generator, sheet: Sheet, hand: Hand) -> None:
    """One digit and much paper; the digit may touch the border."""
    if happens(rng, 0.2):
        paper.rule(rng, sheet, rng.uniform(8, 60))
    ink, value = hand.of_height(rng.uniform(15, 45)).digit(rng)
    _, _, wide, high = ink.box
    x, y = rng.uniform(0, sheet.side - wide), rng.uniform(0, sheet.side - high)
    sheet.put(ink, x, y, hand.tone, value=value)
    if happens(rng, 0.1):
        neighbours.ring(rng, sheet, hand, (x, y, wide, high))


def boxed(rng: np.random.Generator, sheet: Sheet, hand: Hand) -> None:
    """Digits in the cells of sudokus, tables, forms and combs, some cells empty."""
    side = sheet.side
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
        paper.comb(rng, sheet, xs, top + high, high * rng.uniform(0.15, 0.6))
    else:
        line = rng.uniform(0.7, 2.2)
        paper.grid(rng, sheet, xs, ys, line)
        if happens(rng, 0.3):  # a sudoku: every third line is heavy
            paper.grid(rng, sheet, xs[::3], ys[::3], 2.2 * line)

    size = min(wide, high) * rng.uniform(0.42, 0.85)
    hand = hand.of_height(min(max(size, 14.5), 44))
    printer = replace(hand, tone=0.2 * hand.tone).as_printer(rng)
    clues = 0.5 if happens(rng, 0.4) else 0.0  # a sudoku's printed digits
    cells = [(x, y) for y in ys[:-1] for x in xs[:-1]]
    rng.shuffle(cells)
    for x, y in cells[: int(rng.integers(1, MOST_DIGITS + 1))]:
        writer = printer if happens(rng, clues) else hand
        ink, value = writer.digit(rng)
        stray_x, stray_y = rng.normal(0, 0.05 * writer.uneven * wide, 2).tolist()
        middle_x, middle_y = sheet.at(x + wide / 2 + stray_x, y + high / 2 + stray_y)
        corner = middle_x - ink.box[2] / 2, middle_y - ink.box[3] / 2
        sheet.put(ink, *corner, tone=writer.tone, value=value)


def huge(rng: np.random.Generator, sheet: Sheet, hand: Hand) -> None:
    """A digit too big for this level of the pyramid: background, loops and all."""
    ink, value = hand.of_height(rng.uniform(62, 190)).digit(rng)
    x = rng.uniform(0.25, 0.75) * sheet.side - ink.box[2] / 2
    y = rng.uniform(0.25, 0.75) * sheet.side - ink.box[3] / 2
    sheet.put(ink, x, y, hand.tone, value=value)
    if happens(rng, 0.3):
        scattered(rng, sheet, hand)


def fine_print(rng: np.random.Generator, sheet: Sheet, hand: Hand) -> None:
    """Lines too small to read on this level, with a few digits that are not."""
    small = hand.of_height(rng.uniform(4, 8))
    if happens(rng, 0.5):
        small = small.as_printer(rng)
    first = rng.uniform(8, 0.7 * sheet.side)
    for number in range(int(rng.integers(1, 4))):
        _row(rng, sheet, small, first + 14 * number, 1.5, signs=False, most=7)
    if happens(rng, 0.6):
        scattered(rng, sheet, hand)


def empty(rng: np.random.Generator, sheet: Sheet, hand: Hand) -> None:
    """No digit at all: blank or ruled paper, words, signs, scribbles, objects."""
    if happens(rng, 0.2):
        neighbours.objects(rng, sheet)
    if happens(rng, 0.45):
        paper.rule(rng, sheet, rng.uniform(8, 60))
    elif happens(rng, 0.2):
        first, step = rng.uniform(-10, 30), rng.uniform(15, 60)
        places = [first + step * number for number in range(5)]
        paper.grid(rng, sheet, places, places, rng.uniform(0.7, 2.2))
    if happens(rng, 0.35):  # as people try out what else can be read
        neighbours.lone_sign(rng, sheet, hand)
    else:
        neighbours.clutter(rng, sheet, hand, int(rng.integers(0, 7)))


def signs(rng: np.random.Generator, sheet: Sheet, hand: Hand) -> None:
    """Letters, symbols and words all over, and no digit: what is to be refused."""
    for _ in range(10):
        neighbours.lone_sign(rng, sheet, hand, highest=70)
    neighbours.written_word(rng, sheet, hand)
