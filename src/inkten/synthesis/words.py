"""Words letter by letter, as a hand writes them: no two letters alike, often joined."""

import math
from dataclasses import replace

import cv2
import numpy as np

from inkten.synthesis.cuttings import ink_of
from inkten.synthesis.fonts import FONT_DIGIT
from inkten.synthesis.handwriting import font_trace, glyph_trace
from inkten.synthesis.sampling import happens, log_uniform
from inkten.synthesis.strokes import Ink, Pen, Pose, Trace, ink
from inkten.synthesis.writer import Writer

BELOW = frozenset("gjpqy")  # letters that reach below the line
DEPTH = 0.3  # of a digit's height: how far they reach
OTHER_HAND = 0.15  # share of the words in another font than the writer's
FROM_GLYPHS = 0.3  # share of the letters from the packs' glyphs, if they have it
JOINED = 0.5  # share of the words whose letters are joined by strokes
WIDEST = 0.15  # of a digit's height: with a broader pen, letters run together
LINES = 0.7  # share of the words drawn along centre lines, with the writer's pen


def handwritten_word(
    rng: np.random.Generator, writer: Writer, text: str, size: float
) -> Ink | None:
    """Write a word, to go with digits ``size`` px high; None if no letter is known."""
    pen, slant = _pen(rng, writer, size), 0.4 * writer.pose.slant
    path = writer.letters
    if writer.handwriting is not None and happens(rng, OTHER_HAND):
        path = str(writer.handwriting.fonts.draw(rng).path)
    as_line = happens(rng, LINES)
    spread, wobble = rng.uniform(0.3, 1.6), rng.uniform(0.015, 0.05)
    gap = rng.uniform(-0.1, 0.14) * size
    joined = happens(rng, JOINED)
    letters: list[tuple[Ink, float, float]] = []  # with left and top
    x = 0.0
    for sign in text:
        trace, high = _letter(rng, writer, sign, path, as_line)
        if trace is None:
            continue
        height = max(high * size * math.exp(rng.normal(0, 0.07 * spread)), 3.0)
        turn = float(rng.normal(0, 0.05 * spread))
        pose = Pose(height, turn, slant + float(rng.normal(0, 0.05 * spread)))
        own = replace(pen, width=pen.width * size / height)
        shape = ink(rng, trace, replace(pose, wobble=wobble), own)
        foot = DEPTH * size if sign in BELOW else 0.0
        foot += float(rng.normal(0, 0.05 * spread)) * size
        letters.append((shape, x, foot - shape.box[3]))
        x += shape.box[2] + gap + float(rng.normal(0, 0.04 * spread)) * size
    return _put_together(letters, pen.width * size if joined else 0.0)


def _pen(rng: np.random.Generator, writer: Writer, size: float) -> Pen:
    """The writer's pen, its width as a share of ``size``."""
    width = writer.pen.width * writer.pose.height / size
    return replace(writer.pen, width=min(width, WIDEST) * log_uniform(rng, 0.6, 1.1))


def _letter(
    rng: np.random.Generator, writer: Writer, sign: str, path: str | None, as_line: bool
) -> tuple[Trace | None, float]:
    """The trace of a letter, and its height as a share of a digit's."""
    if path is None:
        return None, 0.0
    whole = font_trace(sign, path, False)
    high = (whole.box[3] - whole.box[1]) / FONT_DIGIT
    if high <= 0:  # the font lacks it
        return None, 0.0
    glyphs = writer.handwriting.signs.get(sign) if writer.handwriting else None
    if glyphs and happens(rng, FROM_GLYPHS):
        trace = glyph_trace(*glyphs[int(rng.integers(len(glyphs)))], as_line)
    else:
        trace = font_trace(sign, path, True) if as_line else whole
    return (trace, high) if trace.box[2] > trace.box[0] else (whole, high)


def _put_together(letters: list[tuple[Ink, float, float]], join: float) -> Ink | None:
    """All letters as one ink; ``join`` is the width of the strokes between them, px."""
    if not letters:
        return None
    margin = 4
    left = min(x - shape.box[0] for shape, x, _ in letters)
    top = min(y - shape.box[1] for shape, _, y in letters)
    right = max(x - shape.box[0] + shape.alpha.shape[1] for shape, x, _ in letters)
    bottom = max(y - shape.box[1] + shape.alpha.shape[0] for shape, _, y in letters)
    size = int(bottom - top) + 2 * margin, int(right - left) + 2 * margin
    alpha, joins = np.zeros(size, np.float32), np.zeros(size, np.uint8)
    last: tuple[float, float] | None = None
    for shape, x, y in letters:
        wide, high = shape.box[2:]
        across, down = x - left + margin, y - top + margin
        column, row = round(across) - shape.box[0], round(down) - shape.box[1]
        rows, columns = shape.alpha.shape
        column, row = max(column, 0), max(row, 0)
        part = alpha[row : row + rows, column : column + columns]
        np.maximum(part, shape.alpha[: part.shape[0], : part.shape[1]], out=part)
        start = across, down + 0.75 * high
        if join and last is not None and start[0] > last[0] - 0.5 * wide:
            end, begin = ((round(8 * a), round(8 * b)) for a, b in (last, start))
            cv2.line(joins, end, begin, 255, max(round(join), 1), cv2.LINE_AA, 3)
        last = across + wide, down + 0.85 * high
    return ink_of(np.maximum(alpha, joins * np.float32(1 / 255)))
