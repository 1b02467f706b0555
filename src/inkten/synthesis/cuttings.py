"""Real ink cut out of its paper: lines of handwriting, numbers from registers.

A cutting keeps the real ink (pressure, joined letters, printed rules) and loses its
paper, so that it fits on any page.
"""

import math
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.datasets.pack_pages import Line
from inkten.datasets.pictures import Pictures
from inkten.detection.pyramid import MAX_HEIGHT, MIN_HEIGHT
from inkten.synthesis.canvas import HUGE_HEIGHT, TINY_HEIGHT, Canvas
from inkten.synthesis.handwriting import Handwriting
from inkten.synthesis.sampling import happens, log_uniform
from inkten.synthesis.strokes import INK_LEVEL, Ink
from inkten.synthesis.writer import Writer

Alpha = NDArray[np.float32]

PAPER_LEVEL = 0.1  # of the darkest ink: anything fainter is paper
PAPER_WINDOW = 25  # px: wider than any stroke


def lift(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Remove the paper of a picture: (h, w) ink, 255 where it is darkest."""
    grown = cv2.dilate(gray, np.ones((PAPER_WINDOW, PAPER_WINDOW), np.uint8))
    paper = cv2.blur(grown, (PAPER_WINDOW, PAPER_WINDOW))
    depth = cv2.subtract(np.asarray(cv2.blur(paper, (9, 9))), gray).astype(np.float32)
    darkest = max(float(np.quantile(depth[::2, ::2], 0.99)), 24.0)
    # Dilation gives the lightest tone of the paper; typical paper is a bit darker.
    usual = float(np.median(depth[::2, ::2]))
    alpha = (depth - usual) / max(darkest - usual, 20.0)
    alpha = (alpha - PAPER_LEVEL) / (1 - PAPER_LEVEL)
    return np.asarray(np.clip(alpha, 0, 1) * 255, np.uint8)


@lru_cache(maxsize=4096)
def _line_ink(line: Line) -> NDArray[np.uint8]:
    mask = np.zeros_like(line.gray)
    cv2.fillPoly(mask, [np.round(line.outline).astype(np.int32)], 255)
    return np.asarray(cv2.min(lift(line.gray), cv2.blur(mask, (3, 3))), np.uint8)


@lru_cache(maxsize=8192)
def _number_ink(pictures: Pictures, index: int) -> NDArray[np.uint8]:
    return lift(pictures[index])


def cursive_line(
    rng: np.random.Generator, handwriting: Handwriting, zoom: float, width: int
) -> Ink:
    """A piece of a real line of text without digits, at most ``width`` px wide."""
    lines = handwriting.lines
    line = _line_ink(lines[int(rng.integers(len(lines)))])
    reach = min(int(width / zoom), line.shape[1])
    start = int(rng.integers(line.shape[1] - reach + 1))
    return ink_of(_zoomed(line[:, start : start + reach], zoom))


def ink_of(alpha: Alpha) -> Ink:
    """Ink with the box of its visible part."""
    visible = alpha > INK_LEVEL * max(float(alpha.max()), 0.1)
    x, y, wide, high = cv2.boundingRect(visible.view(np.uint8))
    return Ink(alpha, (x, y, wide, high))


def put_number(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> bool:
    """Paste a real number with boxes where the page is free; return whether it fit."""
    numbers = writer.handwriting.numbers if writer.handwriting else ()
    if not numbers:
        return False
    pictures, index = numbers[int(rng.integers(len(numbers)))]
    boxes = pictures.boxes[index]
    height = float(np.median(boxes[:, 3]))
    zoom = log_uniform(rng, 15, 44) / max(height, 4.0)
    placed = boxes * np.float32(zoom)
    heights = placed[:, 3]
    readable = (heights >= MIN_HEIGHT) & (heights <= MAX_HEIGHT)
    clear = readable | (heights > HUGE_HEIGHT) | (heights < TINY_HEIGHT)
    alpha = _zoomed(_number_ink(pictures, index), zoom)
    rows, columns = alpha.shape
    if not clear.all() or columns > canvas.side or rows > canvas.side:
        return False
    for _ in range(6):
        x = int(rng.integers(canvas.side - columns + 1))
        y = int(rng.integers(canvas.side - rows + 1))
        if canvas.is_free(x, y, columns, rows):
            break
    else:
        return False
    canvas.blend(alpha, x, y, writer.tone)
    canvas.taken.append((x, y, columns, rows))
    values = [int(sign) for sign in str(pictures.texts[index])]
    for (left, top, wide, high), value, in_range in zip(
        placed.tolist(), values, readable.tolist(), strict=True
    ):
        box = (x + left, y + top, wide, high)
        if high < TINY_HEIGHT:
            canvas.ignore.append(box)
        else:
            canvas.note(box, value, in_range=in_range)
    paper = float(canvas.tone[y, x])
    canvas.faintest = min(canvas.faintest, 0.7 * abs(paper - writer.tone))
    return True


def put_lines(
    rng: np.random.Generator, canvas: Canvas, writer: Writer, count: int
) -> None:
    """Paste real lines of text, which are distractors, below one another."""
    handwriting = writer.handwriting
    if handwriting is None or not handwriting.lines:
        return
    zoom = log_uniform(rng, 0.35, 1.6)  # the lines are about 55 px high
    pitch = 55 * zoom * rng.uniform(0.55, 1.1)
    x = rng.uniform(-0.1, 0.3) * canvas.side
    y = rng.uniform(-0.2, 0.6) * canvas.side
    turn = math.tan(canvas.turn)
    for _ in range(count):
        if y > canvas.side:
            return
        line = cursive_line(rng, handwriting, zoom, int(canvas.side * 1.1))
        middle = y + turn * (line.alpha.shape[1] / 2)
        if canvas.is_free(x, middle, line.box[2], line.box[3]):
            canvas.put(line, x, middle, writer.tone)
        y += pitch
        x += rng.normal(0, 3)


def show_through(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Draw writing from the back of the page, faint and mirrored."""
    handwriting = writer.handwriting
    if handwriting is None:
        return
    strength = np.float32(rng.uniform(0.06, 0.25))
    for _ in range(int(rng.integers(1, 4))):
        if handwriting.lines and happens(rng, 0.6):
            zoom = log_uniform(rng, 0.5, 1.5)
            alpha = cursive_line(rng, handwriting, zoom, canvas.side).alpha
        elif handwriting.numbers:
            pictures, index = handwriting.numbers[
                int(rng.integers(len(handwriting.numbers)))
            ]
            alpha = _zoomed(_number_ink(pictures, index), rng.uniform(0.5, 1.2))
        else:
            return
        x, y = rng.uniform(-0.2, 0.8, 2) * canvas.side
        soft = np.asarray(cv2.blur(alpha[:, ::-1], (3, 3)), np.float32)
        canvas.blend(strength * soft, x, y, writer.tone)


def _zoomed(light: NDArray[np.uint8], zoom: float) -> Alpha:
    """Resize ink: (h, w) float32, 0 to 1."""
    rows, columns = (max(1, round(side * zoom)) for side in light.shape)
    interpolation = cv2.INTER_AREA if zoom < 0.7 else cv2.INTER_LINEAR
    return np.asarray(
        cv2.resize(light, (columns, rows), interpolation=interpolation), np.float32
    ) * np.float32(1 / 255)
