"""Scenes of people's jobs: bills, forms, mark sheets, sums, lists, letters."""

from dataclasses import replace

import cv2
import numpy as np

from inkten.synthesis import cuttings, distractors, numbers, paper
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
    """A bill or ledger: words, counts and amounts between upright rules."""
    writer = writer.of_height(log_uniform(rng, 14.5, 32))
    height, side = writer.pose.height, canvas.side
    pitch = height * rng.uniform(1.25, 2.2)
    right = rng.uniform(0.65, 1.0) * side
    spacing = Spacing.random(rng)
    wide = height * rng.uniform(1.6, 3.4)
    edges = [right - number * wide for number in range(int(rng.integers(1, 4)))]
    _rules(rng, canvas, edges, right)
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
    if happens(rng, 0.5):  # the total, between two rules
        y = base - 0.75 * pitch
        rule = [canvas.at(right - 1.3 * wide, y), canvas.at(right, y)]
        canvas.lines([np.array(rule)], 1.4, writer.tone, 0.8)


def _rules(
    rng: np.random.Generator, canvas: Canvas, edges: list[float], right: float
) -> None:
    """Upright rules, single or double, that digits may touch."""
    tone, strength = rng.uniform(0, 0.55) * canvas.shade, rng.uniform(0.4, 1)
    places = list(edges)
    if happens(rng, 0.3):
        places.append(right + rng.uniform(2, 4))
    canvas.lines(
        [paper.upright(canvas, place) for place in places],
        rng.uniform(0.7, 2.6),
        tone,
        strength,
    )


def cells(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """A form's or table's cells, whose digits touch or cross the rules."""
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
    after = happens(rng, 0.25)  # a form printed dark, over a pale pen
    if not after:
        _cell_rules(rng, canvas, xs, ys, high, line)
    spacing = Spacing.random(rng)
    ones, crosses = happens(rng, 0.3), happens(rng, 0.35)
    filled = rng.uniform(0.4, 1)
    astray = rng.uniform(0.02, 0.2)  # share of the cell
    budget = 14
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
            paths.append(np.array([canvas.at(xs[0], edge), canvas.at(xs[-1], edge)]))
        for number, x in enumerate(xs):
            if number in (0, len(xs) - 1) or not happens(rng, 0.03):
                paths.append(np.array([canvas.at(x, y), canvas.at(x, y + high)]))
    canvas.lines(paths, line, tone, strength)
    if happens(rng, 0.15):  # a register mark of the form
        mask = np.zeros((canvas.side, canvas.side), np.uint8)
        x, y = (round(edge) for edge in canvas.at(xs[0], ys[0]))
        cv2.rectangle(mask, (x - int(high / 3), y), (x, y + int(high)), 255, -1)
        canvas.cover(mask, tone, 1.0)


def _watermark(rng: np.random.Generator, canvas: Canvas) -> None:
    """Large pale print across a form."""
    mask = np.zeros((canvas.side, canvas.side), np.uint8)
    for _ in range(int(rng.integers(1, 4))):
        x, y = (int(edge) for edge in rng.uniform(-0.2, 0.9, 2) * canvas.side)
        font = pick(rng, (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX))
        letter = pick(rng, "AEFHKMNPRTUVWXY")
        cv2.putText(mask, letter, (x, y + 60), font, rng.uniform(2, 5), 255, 12)
    canvas.cover(mask, 0.7 * canvas.shade, rng.uniform(0.15, 0.6))


def comb(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """A comb or a row of boxes for a number, one digit each, zeros among them."""
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


def sums(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Lines of maths: operators, brackets, fractions, roots of an exercise."""
    writer = writer.of_height(log_uniform(rng, 14.5, 40))
    height, spacing = writer.pose.height, Spacing.random(rng)
    base = rng.uniform(1.0, 2.5) * height
    for _ in range(int(rng.integers(1, 4))):
        if base > canvas.side:
            break
        x = rng.uniform(-0.1, 0.3) * canvas.side
        if happens(rng, 0.2):
            x = _fraction(rng, canvas, writer, x, base, spacing)
        text = numbers.sum_of_arithmetic(rng)
        if happens(rng, 0.15):
            text = pick(rng, ("x=", "y=", "a+", "f(x)=", "n=")) + text
        write(rng, canvas, writer, text, x, base, spacing)
        base += height * rng.uniform(1.5, 2.6)


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
    canvas.lines([np.array(bar)], writer.pen.width * height, writer.tone, 1.0)
    return end + 0.3 * height


def field_of_form(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """A printed label, a rule or dots, and what somebody wrote there."""
    height = writer.of_height(log_uniform(rng, 14.5, 34)).pose.height
    writer = writer.of_height(height)
    printer = writer.as_printer(rng)
    base = rng.uniform(1.2, 2.5) * height
    for _ in range(int(rng.integers(1, 4))):
        if base > canvas.side:
            break
        x = rng.uniform(-0.15, 0.1) * canvas.side
        label = replace(printer, letters=None).word(rng, any_word(rng, printer), 0.7)
        canvas.put(label, x, base - label.box[3], tone=0.4 * writer.tone)
        x += label.box[2] + height * rng.uniform(0.2, 0.8)
        dots = np.array([canvas.at(x, base), canvas.at(canvas.side, base)])
        canvas.lines([dots], rng.uniform(0.7, 2), 0.4 * canvas.shade, 0.8)
        text = numbers.any_number(rng)
        lifted = base - height * rng.uniform(-0.15, 0.25)
        write(rng, canvas, writer, text, x, lifted, Spacing.random(rng))
        base += height * rng.uniform(1.5, 2.8)


def list_of_numbers(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Telephone numbers and other long ones below one another, some ticked off."""
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
        _rules(rng, canvas, edges, edges[-1])


def corrected(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Numbers of which some are struck out and written again above or beside."""
    writer = writer.of_height(log_uniform(rng, 14.5, 34))
    height, spacing = writer.pose.height, Spacing.random(rng)
    base = rng.uniform(2.2, 3.2) * height
    while base < canvas.side:
        x = rng.uniform(0, 0.3) * canvas.side
        x = write(rng, canvas, writer, numbers.digits(rng, 2), x, base, spacing)
        shape, _ = writer.digit(rng)
        box = canvas.put(shape, x, base - shape.box[3], tone=writer.tone)
        if box:
            distractors.strike(rng, canvas, writer, box)
            canvas.distractor_boxes.append(box)
            above = base - 1.25 * height if happens(rng, 0.5) else base
            beside = x if above < base else x + box[2] + 0.15 * height
            again = numbers.digits(rng, int(rng.integers(1, 3)))
            write(rng, canvas, writer, again, beside, above, spacing)
        base += height * rng.uniform(2.4, 3.2)


def letter(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Handwritten text: nothing to find, but at times a date or number in it."""
    if happens(rng, 0.35):
        paper.rule(rng, canvas, rng.uniform(12, 60))
    if happens(rng, 0.15):
        cuttings.show_through(rng, canvas, writer)
    if happens(rng, 0.5):
        cuttings.put_lines(rng, canvas, writer, int(rng.integers(1, 7)))
        if happens(rng, 0.15):
            _numbers_beside(rng, canvas, writer)
        return
    size = log_uniform(rng, 11, 48)
    with_number = happens(rng, 0.3)
    base, spacing = rng.uniform(0.6, 1.5) * size, Spacing.random(rng)
    pitch = size * rng.uniform(1.2, 2.2)
    own = writer.of_height(min(max(size, 14.5), 44))
    while base < canvas.side + 0.3 * size:
        x = rng.uniform(-0.3, 0.15) * canvas.side
        while x < canvas.side:
            if with_number and happens(rng, 0.15):
                text = numbers.any_number(rng)
                x = write(rng, canvas, own, text, x, base, spacing)
            else:
                word = any_word(rng, writer, 12)
                x += put_word(rng, canvas, writer, word, x, base, size)
            x += size * rng.uniform(0.35, 0.8)
        base += pitch


def _numbers_beside(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """A number or two where the sheet is still free."""
    for _ in range(2):
        text = numbers.short_number(rng)
        height = writer.pose.height
        place = distractors.free_place(
            rng, canvas, 0.6 * height * len(text), 1.2 * height
        )
        if place:
            base = place[1] + height
            write(rng, canvas, writer, text, place[0], base, Spacing.random(rng))


def register(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Real numbers of registers, with what was printed around them."""
    if happens(rng, 0.3):
        paper.rule(rng, canvas, rng.uniform(15, 60))
    if happens(rng, 0.3):
        cuttings.put_lines(rng, canvas, writer, 1)
    for _ in range(int(rng.integers(2, 8))):
        cuttings.put_number(rng, canvas, writer)


def characters(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Characters of other scripts, letters, signs and drawings; at times a digit."""
    if happens(rng, 0.25):
        paper.rule(rng, canvas, rng.uniform(8, 60))
    for _ in range(int(rng.integers(1, 9))):
        distractors.pack_character(rng, canvas, writer)
    if happens(rng, 0.35):
        _numbers_beside(rng, canvas, writer)


def one_character(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """A character of any size up to the page's, alone."""
    distractors.pack_character(rng, canvas, writer, lowest=20, highest=150)


def text_and_numbers(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Real lines of text, with numbers between them."""
    cuttings.put_lines(rng, canvas, writer, int(rng.integers(1, 4)))
    for _ in range(int(rng.integers(1, 4))):
        if happens(rng, 0.3):
            cuttings.put_number(rng, canvas, writer)
        else:
            _numbers_beside(rng, canvas, writer)

