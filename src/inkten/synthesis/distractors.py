"""Distractors: words, signs, scribbles and drawings that the detector must ignore.

Characters that look exactly like a digit on their own (o, l, S, Z, a bracket) are only
shown beside others, where the context tells them apart.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.synthesis.canvas import Box, Canvas
from inkten.synthesis.glyphs import curve_weights
from inkten.synthesis.noise import hills, noise
from inkten.synthesis.paper import horizontal, vertical
from inkten.synthesis.sampling import happens, log_uniform, pick
from inkten.synthesis.shapes import SIGN_SHAPES
from inkten.synthesis.writer import GREEK, Writer

OPERATORS = ("+", "-", "x", "/", "=", "÷")
LOOK_ALIKES = frozenset("/()[]|IiJjLloODQsSzZbGgq")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
DRILLED = "ABαβγηΩλμπψωΔΣ"  # noqa: RUF001 - the letters that users try first
SMALL_SIGNS = frozenset(".,:'%½")  # seen with digits only
LONE_SIGNS = tuple(sorted({*SIGN_SHAPES, *GREEK, *LETTERS} - LOOK_ALIKES - SMALL_SIGNS))
WORDS = (
    "name", "date", "total", "sum", "page", "and", "the", "of", "with", "from",
    "street", "phone", "room", "price", "left", "right", "score", "answer", "find",
    "hours", "days", "Monday", "June", "April", "kg", "cm", "mm", "km", "min", "sec",
    "EUR", "USD", "Nr", "No", "Test", "Form", "Exam", "Bank", "Total", "Signature",
    "Address", "House", "milk", "eggs", "bread", "sugar", "apple", "hello", "world",
    "note", "list", "table", "figure", "model", "NAME", "DATE", "TOTAL", "SUDOKU",
    "ORDER", "ROAD", "STREET", "BENEFIT", "CLASS", "TEST", "solve", "equation",
    "length", "width", "height", "speed", "paper", "letter", "digit",
)  # fmt: skip


def clutter(
    rng: np.random.Generator, canvas: Canvas, writer: Writer, count: int
) -> None:
    """Draw ``count`` distractors where the page is still free."""
    kinds = (written_word, printed_word, lone_sign, scribble, speck, long_stroke)
    for _ in range(count):
        kind = pick(rng, kinds, (0.22, 0.15, 0.4, 0.08, 0.08, 0.07))
        kind(rng, canvas, writer)


def free_place(
    rng: np.random.Generator, canvas: Canvas, wide: float, high: float
) -> tuple[float, float] | None:
    """Find the left and top of a free place in a few tries; it may cross the edge."""
    for _ in range(6):
        x = rng.uniform(-0.15 * wide, max(canvas.side - 0.8 * wide, 0))
        y = rng.uniform(-0.15 * high, max(canvas.side - 0.8 * high, 0))
        if canvas.is_free(x, y, wide, high):
            return x, y
    return None


def written_word(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Write a word letter by letter, in capitals or lower case."""
    word = pick(rng, WORDS)[:7]
    if happens(rng, 0.5):
        word = word.upper()
    height = writer.pose.height * rng.uniform(0.5, 1.1)
    letters = [writer.sign(rng, letter, _rise(letter) * height / writer.pose.height)
               for letter in word]  # fmt: skip
    gap = height * rng.uniform(0.02, 0.25)
    wide = sum(letter.box[2] + gap for letter in letters)
    place = free_place(rng, canvas, wide, 1.3 * height)
    if place is None:
        return
    x, base = place[0], place[1] + height
    for shape, letter in zip(letters, word, strict=True):
        drop = 0.3 * height if letter in "gjpqy" else 0.0
        top = base - shape.box[3] + drop
        canvas.put(shape, x, top, writer.tone, ignore=letter in LOOK_ALIKES)
        x += shape.box[2] + gap


def _rise(letter: str) -> float:
    return 0.68 if letter in "acemnorsuvwxz" else 1.0


def printed_word(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Print a word, from fine print to headline."""
    height = log_uniform(rng, 6, 40)
    word = pick(rng, WORDS)
    if happens(rng, 0.3):
        word = word.upper()
    shape = writer.of_height(height).word(rng, word)
    place = free_place(rng, canvas, shape.box[2], shape.box[3])
    if place is not None:
        ignore = not LOOK_ALIKES.isdisjoint(word)
        canvas.put(shape, *place, tone=writer.tone, ignore=ignore)


def lone_sign(
    rng: np.random.Generator, canvas: Canvas, writer: Writer, highest: float = 200
) -> None:
    """Draw a single operator, letter or symbol, up to ``highest`` pixels high."""
    pool = pick(rng, ("+-x=÷", LONE_SIGNS, DRILLED), (0.25, 0.4, 0.35))
    height = log_uniform(rng, 10, highest)
    sign = pick(rng, pool)
    shape = writer.of_height(height).sign(rng, sign)
    place = free_place(rng, canvas, shape.box[2], shape.box[3])
    if place is not None:
        canvas.put(shape, *place, tone=writer.tone, sign=sign)


def pack_character(
    rng: np.random.Generator,
    canvas: Canvas,
    writer: Writer,
    lowest: float = 11,
    highest: float = 60,
) -> None:
    """Draw a pack's character, sign or drawing that does not look like a digit."""
    handwriting = writer.handwriting
    if handwriting is None:
        lone_sign(rng, canvas, writer, highest=highest)
        return
    glyphs, kinds = handwriting.drawings, handwriting.characters
    if kinds and happens(rng, 0.9):  # every character equally often
        glyphs = kinds[int(rng.integers(len(kinds)))]
    if not glyphs:
        return
    glyph = glyphs[int(rng.integers(len(glyphs)))]
    shape = writer.of_height(log_uniform(rng, lowest, highest)).glyph(rng, *glyph)
    place = free_place(rng, canvas, shape.box[2], shape.box[3])
    if place is not None:
        pictures, index = glyph
        sign = str(pictures.texts[index])
        canvas.put(shape, *place, tone=writer.tone, sign=sign)


def scribble(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Draw a back-and-forth scribble, or the loops of a signature."""
    high = writer.pose.height * rng.uniform(0.6, 1.4)
    wide = high * rng.uniform(0.8, 3.5)
    place = free_place(rng, canvas, wide, high)
    if place is None:
        return
    if happens(rng, 0.6):
        strike(rng, canvas, writer, (*place, wide, high))
        return
    turns = np.linspace(0, 2 * np.pi * rng.uniform(4, 9), 96)
    loops = np.stack([np.cos(turns), np.sin(turns)], axis=1) * (0.4 * high, 0.5 * high)
    loops *= 1 + 0.4 * np.sin(turns * rng.uniform(0.1, 0.5))[:, None]
    loops[:, 0] += np.linspace(0, 1.5 * wide, 96)
    _stroke(canvas, writer, loops + np.array(place))
    canvas.taken.append((*place, 1.5 * wide, high))


def strike(rng: np.random.Generator, canvas: Canvas, writer: Writer, box: Box) -> None:
    """Scribble over a box until its content is illegible."""
    x, y, wide, high = box
    turns = int(rng.integers(9, 16))
    points = np.empty((turns, 2))
    points[:, 0] = np.linspace(0, wide, turns) + rng.normal(0, 0.12 * high, turns)
    points[:, 1] = high * (np.arange(turns) % 2) + rng.normal(0, 0.12 * high, turns)
    if wide < 1.5 * high and happens(rng, 0.5):
        points = points[:, ::-1] * (wide / high, high / wide)
    _stroke(canvas, writer, curve_weights(turns) @ points + np.array((x, y)))
    canvas.taken.append(box)


def ring(rng: np.random.Generator, canvas: Canvas, writer: Writer, box: Box) -> None:
    """Circle a digit, as teachers do; the circle is not a 0."""
    x, y, wide, high = box
    turns = np.linspace(0.2, 2 * np.pi + rng.uniform(0, 0.5), 24)
    around = np.stack([np.cos(turns), np.sin(turns)], axis=1)
    around *= max(wide, high) * rng.uniform(0.85, 1.2, 2)
    _stroke(canvas, writer, around + np.array((x + wide / 2, y + high / 2)))


def _stroke(
    canvas: Canvas,
    writer: Writer,
    path: NDArray[np.float64],
    broad: float = 1.0,
    *,
    rule: bool = False,
) -> None:
    """Draw a path of (N, 2) points with the writer's pen, or a broader one."""
    width = max(broad * writer.pen.width * writer.pose.height, 1.0)
    canvas.lines([path], width, writer.tone, 1.0, rule=rule)


def table_edge(rng: np.random.Generator, canvas: Canvas) -> None:
    """Show the table under the paper, or a tool bar, along one free edge."""
    side = canvas.side
    turns = int(rng.integers(4))  # quarter turns until that edge is on the left
    mask = np.zeros((side, side), np.uint8)
    for x, y, wide, high in canvas.taken:
        mask[int(y) : int(y + high) + 1, int(x) : int(x + wide) + 1] = 255
    used = np.flatnonzero(np.rot90(mask, turns).any(axis=0))
    room = int(used[0]) - 3 if used.size else side // 2
    if room < 6:
        return
    depth = rng.uniform(3, room)
    slope = rng.uniform(-0.2, 0.2) * min(depth, room - depth)
    corners = np.array(((0, 0), (depth + slope, 0), (depth - slope, side), (0, side)))
    edge = np.zeros((side, side), np.uint8)
    cv2.fillPoly(edge, [corners.astype(np.int32)], 255)
    edge = np.ascontiguousarray(np.rot90(edge, -turns))
    outline = cv2.morphologyEx(edge, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    np.maximum(canvas.rules, outline, out=canvas.rules)
    canvas.cover(edge, rng.uniform(0, 255), 1.0)


def speck(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Draw dots, commas, crumbs or blots."""
    mask = np.zeros((canvas.side, canvas.side), np.uint8)
    for _ in range(int(rng.integers(1, 6))):
        x, y = (int(place) for place in rng.uniform(0, canvas.side * 16, 2))
        radius = int(log_uniform(rng, 0.5, 9) * 16)
        cv2.circle(mask, (x, y), radius, 255, -1, cv2.LINE_AA, 4)
    canvas.cover(mask, writer.tone, rng.uniform(0.5, 1))


def long_stroke(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Draw a stroke too long for a 1: an underline, a border, a curve."""
    x, y = rng.uniform(0, canvas.side, 2).tolist()
    straight = True
    if happens(rng, 0.3):
        path = horizontal(canvas, y)
    elif happens(rng, 0.5):
        path = vertical(canvas, x)
    else:
        straight = False
        steps = rng.normal(0, canvas.side / 3, (5, 2)) + rng.normal(
            0, canvas.side / 4, 2
        )
        path = curve_weights(5) @ np.cumsum(steps, axis=0) + np.array((x, y))
    _stroke(canvas, writer, path, broad=log_uniform(rng, 1, 4), rule=straight)


def objects(rng: np.random.Generator, canvas: Canvas) -> None:
    """Turn the page into a photo of something else: shapes, tones, textures."""
    side = canvas.side
    canvas.tone += np.float32(rng.uniform(5, 40)) * noise(rng, side, side, 8.0)
    canvas.tone += np.float32(rng.uniform(10, 70)) * hills(
        rng, side, int(rng.integers(3, 9))
    )
    for _ in range(int(rng.integers(1, 9))):
        mask = np.zeros((side, side), np.uint8)
        if happens(rng, 0.4):
            centre = tuple(int(place) for place in rng.uniform(0, side, 2))
            axes = tuple(int(axis) for axis in rng.uniform(0.06, 0.5, 2) * side)
            cv2.ellipse(mask, centre, axes, rng.uniform(0, 180), 0, 360, 255, -1)
        else:
            corners = rng.uniform(-0.2, 1.2, (int(rng.integers(3, 7)), 2)) * side
            cv2.fillPoly(mask, [corners.astype(np.int32)], 255, cv2.LINE_AA)
        canvas.cover(mask, rng.uniform(0, 255), rng.uniform(0.3, 1))
    if happens(rng, 0.5):
        canvas.tone += np.float32(rng.uniform(3, 20)) * noise(rng, side, side, 1.0)
    np.clip(canvas.tone, 0, 255, out=canvas.tone)
