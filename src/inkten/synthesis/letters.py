"""Handwriting with few digits or none: letters, other scripts, registers."""

import numpy as np

from inkten.synthesis import cuttings, distractors, numbers, paper
from inkten.synthesis.canvas import Canvas
from inkten.synthesis.sampling import happens, log_uniform
from inkten.synthesis.script import Spacing, any_word, put_word, write
from inkten.synthesis.writer import Writer


def letter(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Handwritten text, sometimes with a date or number in it."""
    if happens(rng, 0.35):
        paper.rule(rng, canvas, rng.uniform(12, 60))
    if happens(rng, 0.15):
        cuttings.show_through(rng, canvas, writer)
    if happens(rng, 0.5):
        cuttings.put_lines(rng, canvas, writer, int(rng.integers(1, 7)))
        if happens(rng, 0.15):
            numbers_beside(rng, canvas, writer)
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


def numbers_beside(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Write a number or two where the page is still free."""
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
    """Real numbers from registers, with the printed rules around them."""
    if happens(rng, 0.3):
        paper.rule(rng, canvas, rng.uniform(15, 60))
    if happens(rng, 0.3):
        cuttings.put_lines(rng, canvas, writer, 1)
    for _ in range(int(rng.integers(2, 8))):
        cuttings.put_number(rng, canvas, writer)


def characters(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Characters of many scripts, signs and drawings, sometimes with a number."""
    if happens(rng, 0.25):
        paper.rule(rng, canvas, rng.uniform(8, 60))
    for _ in range(int(rng.integers(1, 9))):
        distractors.pack_character(rng, canvas, writer)
    if happens(rng, 0.35):
        numbers_beside(rng, canvas, writer)


def one_character(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """A single character of any size up to the page's."""
    distractors.pack_character(rng, canvas, writer, lowest=20, highest=150)


def text_and_numbers(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Real lines of text with numbers between them."""
    cuttings.put_lines(rng, canvas, writer, int(rng.integers(1, 4)))
    for _ in range(int(rng.integers(1, 4))):
        if happens(rng, 0.3):
            cuttings.put_number(rng, canvas, writer)
        else:
            numbers_beside(rng, canvas, writer)
