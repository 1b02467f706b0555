"""Text on a line: digits get labels, everything else is a distractor."""

import math
from dataclasses import dataclass, replace

import numpy as np

from inkten.classification.classes import CLASSES, OTHER, class_of
from inkten.synthesis.canvas import Canvas, Written
from inkten.synthesis.distractors import OPERATORS, WORDS
from inkten.synthesis.fonts import FONT_DIGIT
from inkten.synthesis.handwriting import font_trace
from inkten.synthesis.sampling import happens, pick
from inkten.synthesis.strokes import Ink, Pose, Trace, ink
from inkten.synthesis.words import handwritten_word
from inkten.synthesis.writer import Writer

# Height of each sign and its distance from the line, as shares of a digit's height.
SIGN_FORMS: dict[str, tuple[float, float]] = {
    "+": (0.55, 0.2), "-": (0.24, 0.45), "=": (0.4, 0.3), "÷": (0.55, 0.2),
    "x": (0.55, 0.1), "*": (0.5, 0.4), ".": (0.12, 0.0), ",": (0.26, -0.14),
    ":": (0.5, 0.1), "(": (1.25, -0.12), ")": (1.25, -0.12), "[": (1.2, -0.1),
    "]": (1.2, -0.1), "/": (1.2, -0.1), "|": (1.55, -0.2), "%": (0.85, 0.05),
    "$": (1.2, -0.1), "#": (0.9, 0.0), "~": (0.3, 0.4), "'": (0.25, 0.8),
    "½": (1.05, -0.02),
}  # fmt: skip
# How much the height of a sign varies (standard deviation of its logarithm); dots,
# dashes and operators vary most.
SPREAD, WIDE_SPREAD, VARIED = 0.12, 0.3, frozenset(".,'-=+÷x*")
LEAST_GAP = 0.05  # of a digit's height: a point within a digit cannot be read
APART = 0.5  # share of a writer's bare 1s that get as much room as other digits
RAISED = 0.15  # share of the points that stand at half height
# Signs that every writer can write; anything else becomes a plus.
SAFE_SIGNS = frozenset("+-=÷x*.,:()[]/#~%½'") | frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)
DRAWN_BY_LETTERS = frozenset("%$#:,")  # drawn with the font of letters
BY_HAND = 0.6  # share of the words that are written letter by letter


@dataclass(frozen=True)
class Spacing:
    """Spacing of a text.

    Attributes:
        gap: Between two digits, as a share of their height; below 0 they overlap.
        jitter: Variation of baseline and size, about 0 to 1.
        operators: More gap on both sides of an operator, as a share of the height.
    """

    gap: float = 0.12
    jitter: float = 0.5
    operators: float = 0.0

    @classmethod
    def random(cls, rng: np.random.Generator) -> "Spacing":
        """Random spacing: some people join digits, some keep them apart."""
        gap = pick(
            rng, (-0.1, -0.02, 0.06, 0.2, 0.5, 0.9), (0.12, 0.2, 0.31, 0.2, 0.1, 0.07)
        )
        jitter = rng.uniform(0.1, 1.4)
        return cls(gap, jitter, pick(rng, (0.0, 0.15, 0.4), (0.5, 0.3, 0.2)))


def write(
    rng: np.random.Generator,
    canvas: Canvas,
    writer: Writer,
    text: str,
    x: float,
    base: float,
    spacing: Spacing,
) -> float:
    """Write a text from x on a line of the page before rotation; return its end."""
    height = writer.pose.height
    first_digit, first_sign = len(canvas.boxes), len(canvas.distractor_boxes)
    for sign, following in zip(text, f"{text[1:]} ", strict=True):
        if sign == " ":
            x += height * rng.uniform(0.35, 0.8)
            continue
        if sign.isdigit():
            x += put_digit(rng, canvas, writer, int(sign), x, base, spacing)
        else:
            room = height * spacing.operators if sign in OPERATORS else 0.0
            x += room + put_sign(rng, canvas, writer, sign, x + room, base) + room
        gap = spacing.gap * rng.uniform(0.6, 1.6)
        if not (sign.isdigit() and following.isdigit()):
            gap = max(gap, LEAST_GAP)
        x += height * gap
    _note_text(canvas, text, first_digit, first_sign)
    return x


def _note_text(canvas: Canvas, text: str, first_digit: int, first_sign: int) -> None:
    """Add a text to the page's truth, if all of it is on the page and can be read."""
    boxes = canvas.boxes[first_digit:] + canvas.distractor_boxes[first_sign:]
    labels = canvas.distractor_labels[first_sign:]
    readable = all(canvas.in_range[first_digit:]) and OTHER not in labels
    if not boxes or not readable or len(boxes) != len(text.replace(" ", "")):
        return
    # A writer without a digit has written another one.
    values, signs = iter(canvas.values[first_digit:]), iter(labels)
    shown = [
        str(next(values)) if sign.isdecimal() else _as_read(sign, CLASSES[next(signs)])
        for sign in text.replace(" ", "")
    ]
    left, top = (min(box[axis] for box in boxes) for axis in (0, 1))
    right = max(x + wide for x, _, wide, _ in boxes)
    foot = max(y + high for _, y, _, high in boxes)
    canvas.written.append(
        Written("".join(shown), (left, top, right - left, foot - top))
    )


def _as_read(sign: str, name: str) -> str:
    """A sign as a reading has it; an apostrophe is told from a comma by its place."""
    return sign if sign == "'" else name


def put_digit(
    rng: np.random.Generator,
    canvas: Canvas,
    writer: Writer,
    value: int | None,
    x: float,
    base: float,
    spacing: Spacing,
) -> float:
    """Write a digit near a line; return its width."""
    if spacing.jitter > 0.7:
        size = writer.pose.height * math.exp(rng.normal(0, 0.09 * spacing.jitter))
        writer = writer.of_height(size)
    shape, value = writer.digit(rng, value)
    _, _, wide, high = shape.box
    room = 0.0
    if value == 1 and writer.bare_one and happens(rng, APART):
        room = rng.uniform(0, 0.3) * high
    middle, foot = canvas.at(x + room + wide / 2, base)
    foot += rng.normal(0, 0.06) * spacing.jitter * high
    canvas.put(shape, middle - wide / 2, foot - high, writer.tone, value=value)
    return float(wide) + 2 * room


def put_sign(
    rng: np.random.Generator,
    canvas: Canvas,
    writer: Writer,
    sign: str,
    x: float,
    base: float,
) -> float:
    """Write a sign beside digits, where the context shows that it is not a digit."""
    height = writer.pose.height
    share, lift = SIGN_FORMS.get(sign, (0.7 if sign.islower() else 1.0, 0.0))
    share *= math.exp(rng.normal(0, WIDE_SPREAD if sign in VARIED else SPREAD))
    if sign == "." and happens(rng, RAISED):
        lift = rng.uniform(0.25, 0.55)
    if sign == "|" or (sign == "/" and happens(rng, 0.3)):
        return _bar(rng, canvas, writer, sign, x, base, share)
    drawn = None
    if sign in DRAWN_BY_LETTERS and writer.letters and writer.font is None:
        drawn = font_trace(sign, writer.letters, False)
    if drawn is not None and drawn.box[2] > drawn.box[0]:  # some fonts lack it
        shape = font_ink(rng, writer, drawn, share * height)
    else:
        sign = sign if sign in SAFE_SIGNS else "+"
        shape = writer.sign(rng, sign, share)
    _, _, wide, high = shape.box
    middle, foot = canvas.at(x + wide / 2, base - lift * height)
    place = middle - wide / 2, foot - high
    canvas.put(shape, *place, tone=writer.tone, sign=sign)
    return float(wide)


def _bar(
    rng: np.random.Generator,
    canvas: Canvas,
    writer: Writer,
    sign: str,
    x: float,
    base: float,
    share: float,
) -> float:
    """Draw a separator between numbers, longer or more slanted than a 1."""
    high = share * writer.pose.height
    wide = 1.0 if sign == "|" else rng.uniform(0.3, 0.6) * high
    foot = base + 0.12 * high
    path = np.array([canvas.at(x + wide, foot - high), canvas.at(x, foot)])
    canvas.lines([path], writer.pen.width * writer.pose.height, writer.tone, 1.0)
    left, top = path.min(axis=0).tolist()
    if 0 <= left < canvas.side and 0 <= top < canvas.side - 0.8 * high:
        canvas.note_distractor((left, top, max(wide, 2.0), high), class_of(sign))
    return wide


def font_ink(
    rng: np.random.Generator, writer: Writer, drawn: Trace, height: float
) -> Ink:
    """A glyph or word, ``height`` px high whatever its width."""
    left, top, right, bottom = drawn.box
    scale = height / max(bottom - top, 8)
    turn = writer.pose.turn + float(rng.normal(0, 0.02))
    slant = 0.4 * writer.pose.slant
    high = abs(math.sin(turn)) * (right - left) + abs(
        math.cos(turn) - slant * math.sin(turn)
    ) * (bottom - top)
    wide = abs(math.cos(turn)) * (right - left) + abs(slant) * (bottom - top)
    pose = Pose(scale * max(high, 0.4 * wide), turn, slant, wobble=0.0)
    pen = writer.pen
    if drawn.is_line:
        pen = replace(pen, width=pen.width * writer.pose.height / pose.height)
    return ink(rng, drawn, pose, pen)


def word_ink(rng: np.random.Generator, writer: Writer, text: str, size: float) -> Ink:
    """A word in the writer's letters, to go with digits ``size`` px high."""
    path = writer.letters
    if path is None:
        return writer.word(rng, text, size / writer.pose.height)
    if happens(rng, BY_HAND):
        by_hand = handwritten_word(rng, writer, text, size)
        if by_hand is not None:
            return by_hand
    drawn = font_trace(text, path, False)
    high = drawn.box[3] - drawn.box[1]
    return font_ink(rng, writer, drawn, size * high / FONT_DIGIT)


def put_word(
    rng: np.random.Generator,
    canvas: Canvas,
    writer: Writer,
    text: str,
    x: float,
    base: float,
    size: float,
    *,
    only_where_free: bool = False,
) -> float:
    """Write a word, a distractor, on a line; return its width."""
    shape = word_ink(rng, writer, text, size)
    _, _, wide, high = shape.box
    middle, foot = canvas.at(x + wide / 2, base)
    foot += 0.25 * size if set(text) & set("gjpqy") else 0.0
    left, top = middle - wide / 2, foot - high
    if not only_where_free or canvas.is_free(left, top, wide, high):
        canvas.put(shape, left, top, tone=writer.tone)
    return float(wide)


def any_word(rng: np.random.Generator, writer: Writer, longest: int = 9) -> str:
    """A random word as in forms, lists and letters."""
    pool = writer.handwriting.words if writer.handwriting else ()
    word = pool[int(rng.integers(len(pool)))] if pool and happens(rng, 0.5) else ""
    word = word or pick(rng, WORDS)
    if happens(rng, 0.2):
        word = word.upper()
    return word[:longest]
