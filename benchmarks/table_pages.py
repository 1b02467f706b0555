"""Synthetic pages with one table whose cells are known, to read and to time.

The digits are MNIST's test digits, redrawn with the pens of ``inkten.synthesis``, and
the pictures are taken with its camera. A page is determined by its seed.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.datasets import mnist
from inkten.synthesis.camera import photograph
from inkten.synthesis.canvas import Canvas
from inkten.synthesis.distractors import WORDS
from inkten.synthesis.paper import blank
from inkten.synthesis.sampling import happens, log_uniform, pick
from inkten.synthesis.script import Spacing, put_word, write
from inkten.synthesis.writer import Writer

RULES = ("all rules", "column rules", "row rules", "no rules")
VIEWS = ("upright", "tilted", "in perspective")
TILT = 15.0  # degrees: the most that a page is tilted
PERSPECTIVE = 0.05  # of the side: how far a corner is moved
MARGIN = 2.5  # digit heights around the table
WIDTH = 0.75  # of a digit's height: from digit to digit, about
LEAST_GAP = 0.3, 1.1  # digit heights between numbers, with a rule and without
LETTERS = "ABCDEFGHKMNPRTUVWXY"
FAILED = 300  # pages on which a digit found no room are made anew this often


@dataclass(frozen=True)
class TablePage:
    """A picture of a table, and the truth about it.

    Attributes:
        gray: (H, W) uint8.
        cells: the rows of the table; "" for an empty cell. Headlines and columns of
            words are left out.
        boxes: (N, 4) the box of each digit on the picture.
        places: the row and the column of each digit among ``cells``.
        values: the value of each digit.
        rules: one of ``RULES``.
        view: one of ``VIEWS``.
        has_words: whether there are headlines or columns of words.
    """

    gray: NDArray[np.uint8]
    cells: list[list[str]]
    boxes: NDArray[np.float32]
    places: list[tuple[int, int]]
    values: list[int]
    rules: str
    view: str
    has_words: bool


@dataclass(frozen=True)
class _Plan:
    """A table before it is drawn: lengths in pixels, from its top left corner."""

    cells: list[list[str]]
    widths: list[float]  # of every column, those of words too
    is_word: list[bool]  # of every column
    pitch: float
    header: bool
    align: list[str]


def make_table(seed: Sequence[int], rules: str, view: str) -> TablePage:
    """Make the page of this seed."""
    for attempt in range(FAILED):
        page = _try_to_make(np.random.default_rng((*seed, attempt)), rules, view)
        if page is not None:
            return page
    raise RuntimeError(f"no page of seed {seed} after {FAILED} attempts")


def _try_to_make(rng: np.random.Generator, rules: str, view: str) -> TablePage | None:
    height = log_uniform(rng, 16, 34)
    plan = _plan(rng, height, rules)
    across, down = sum(plan.widths), (len(plan.cells) + plan.header) * plan.pitch
    headline = happens(rng, 0.35)
    top = MARGIN * height + (2.5 * height if headline else 0)
    side = math.ceil(max(across, down + top - MARGIN * height) + 2 * MARGIN * height)
    canvas = blank(rng, side)
    # One person's pen: legible, so that what is measured is the table
    writer = Writer.random(rng, _examples(), paper=float(canvas.tone.mean()))
    writer = replace(writer.of_height(height), tone=min(writer.tone, 110.0))
    even = replace(writer.pose, aspect=1.0, turn=0.3 * writer.pose.turn + canvas.turn)
    writer = replace(writer, pose=even)
    left = (side - across) / 2
    if headline:
        word = " ".join(pick(rng, WORDS) for _ in range(int(rng.integers(1, 3))))
        put_word(rng, canvas, writer, word, left, MARGIN * height, height)
    places = _fill(rng, canvas, writer, plan, left, top)
    ruled = rules in RULES[:2]
    if places is None or not _is_clear(canvas, places, LEAST_GAP[not ruled]):
        return None
    _draw_rules(rng, canvas, plan, left, top, rules)
    low = min(side, math.ceil(top + down + MARGIN * height + 0.05 * side))
    gray = photograph(rng, canvas)[:low]
    gray, boxes = _seen(rng, gray, np.array(canvas.boxes, float), view)
    return TablePage(
        gray=gray,
        cells=plan.cells,
        boxes=boxes.astype(np.float32),
        places=places,
        values=list(canvas.values),
        rules=rules,
        view=view,
        has_words=headline or plan.header or any(plan.is_word),
    )


def _plan(rng: np.random.Generator, height: float, rules: str) -> _Plan:
    rows, columns = int(rng.integers(2, 13)), int(rng.integers(2, 9))
    longest = [int(rng.integers(1, 5)) for _ in range(columns)]
    filled = pick(rng, (1.0, 0.9, 0.7), (0.5, 0.3, 0.2))
    cells = [
        [_number(rng, most) if happens(rng, filled) else "" for most in longest]
        for _ in range(rows)
    ]
    for row in range(rows):  # a row or column without a number cannot be told
        if not any(cells[row]):
            cells[row][0] = _number(rng, longest[0])
    for column in range(columns):
        if not any(row[column] for row in cells):
            cells[0][column] = _number(rng, longest[column])
    # Without rules, columns are told by the gaps between them only.
    gap = rng.uniform(0.8, 2.5) if rules in RULES[:2] else rng.uniform(1.6, 3.0)
    widths = [(WIDTH * most + gap) * height for most in longest]
    is_word = [False] * columns
    for place, share in ((0, 0.35), (columns, 0.15)):  # names first, grades last
        if happens(rng, share):
            at = place if place == 0 else len(widths)
            widths.insert(at, height * (4.5 if place == 0 else 1.0 + gap))
            is_word.insert(at, True)
    low, high = (1.35, 2.3) if rules in (RULES[0], RULES[2]) else (1.5, 2.4)
    return _Plan(
        cells=cells,
        widths=widths,
        is_word=is_word,
        pitch=height * rng.uniform(low, high),
        header=happens(rng, 0.35),
        align=[pick(rng, ("left", "right", "centre")) for _ in widths],
    )


def _number(rng: np.random.Generator, most: int) -> str:
    count = most if happens(rng, 0.6) else int(rng.integers(1, most + 1))
    return "".join(str(digit) for digit in rng.integers(0, 10, count))


def _fill(
    rng: np.random.Generator,
    canvas: Canvas,
    writer: Writer,
    plan: _Plan,
    left: float,
    top: float,
) -> list[tuple[int, int]] | None:
    """Write the cells: the place of each digit; None if a digit was not written."""
    height = writer.pose.height
    spacing = Spacing(rng.uniform(0.03, 0.16), rng.uniform(0.1, 0.6))
    places: list[tuple[int, int]] = []
    lift = (plan.pitch - height) / 2
    x = left
    column = 0  # of numbers
    for width, is_word, align in zip(
        plan.widths, plan.is_word, plan.align, strict=True
    ):
        base = top + plan.pitch - lift
        if plan.header:
            word = pick(rng, WORDS)[: max(2, int(width / height / 0.6) - 1)]
            put_word(rng, canvas, writer, word, x + 0.2 * height, base, 0.8 * height)
            base += plan.pitch
        for row, cells in enumerate(plan.cells):
            foot = base + rng.normal(0, 0.04) * height
            if is_word:
                word = pick(rng, LETTERS) if width < 4 * height else pick(rng, WORDS)
                word = word[:6]
                put_word(rng, canvas, writer, word, x + 0.3 * height, foot, height)
            elif cells[column]:
                text = cells[column]
                room = width - WIDTH * height * len(text)
                share = {"left": 0.25, "centre": 0.5, "right": 0.75}[align]
                start = x + share * room + rng.normal(0, 0.06) * height
                end = write(rng, canvas, writer, text, start, foot, spacing)
                places += [(row, column)] * len(text)
                if len(canvas.boxes) != len(places) or end > x + width:
                    return None
            base += plan.pitch
        x += width
        column += not is_word
    return places


def _is_clear(canvas: Canvas, places: Sequence[tuple[int, int]], least: float) -> bool:
    """Whether numbers beside each other leave this gap, in digit heights."""
    ends: dict[tuple[int, int], tuple[float, float]] = {}
    for place, (x, _, width, _) in zip(places, canvas.boxes, strict=True):
        left, right = ends.get(place, (x, x + width))
        ends[place] = min(left, x), max(right, x + width)
    height = float(np.median([box[3] for box in canvas.boxes]))
    return all(
        left - ends[row, column - 1][1] >= least * height
        for (row, column), (left, _) in ends.items()
        if (row, column - 1) in ends
    )


def _draw_rules(
    rng: np.random.Generator,
    canvas: Canvas,
    plan: _Plan,
    left: float,
    top: float,
    rules: str,
) -> None:
    xs = (left + np.cumsum([0, *plan.widths])).tolist()
    rows = len(plan.cells) + plan.header
    ys = [top + plan.pitch * row for row in range(rows + 1)]
    reach = rng.uniform(0, 0.5) * plan.pitch  # rules drawn by hand run on
    right, low = xs[-1] + reach, ys[-1] + reach
    if happens(rng, 0.3):  # no frame
        xs, ys = xs[1:-1], ys[1:-1]
    paths = []
    if rules in ("all rules", "column rules"):
        paths += [np.array([canvas.at(x, top), canvas.at(x, low)]) for x in xs]
    if rules in ("all rules", "row rules"):
        paths += [np.array([canvas.at(left, y), canvas.at(right, y)]) for y in ys]
    if paths:
        width = pick(rng, (1.0, 1.5, 2.2, 3.0))
        tone = rng.uniform(0, 0.6) * canvas.shade
        canvas.lines(paths, width, tone, rng.uniform(0.5, 1))


def _seen(
    rng: np.random.Generator,
    gray: NDArray[np.uint8],
    boxes: NDArray[np.float64],
    view: str,
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """The picture from another side, and the boxes on it."""
    if view == "upright":
        return gray, boxes
    high, wide = gray.shape
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], float)
    if view == "tilted":
        angle = math.radians(rng.uniform(-TILT, TILT))
        cosine, sine = math.cos(angle), math.sin(angle)
        moved = corners @ np.array([[cosine, sine], [-sine, cosine]])
    else:
        moved = corners + rng.uniform(-PERSPECTIVE, PERSPECTIVE, (4, 2)) * (wide, high)
    moved -= moved.min(axis=0)
    size = np.ceil(moved.max(axis=0)).astype(int).tolist()
    warp = cv2.getPerspectiveTransform(
        corners.astype(np.float32), moved.astype(np.float32)
    )
    border = np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]])
    paper = float(np.median(border))
    turned = cv2.warpPerspective(
        gray, warp, size, flags=cv2.INTER_CUBIC, borderValue=paper
    )
    x, y = boxes[:, :2].T
    right, foot = (boxes[:, :2] + boxes[:, 2:]).T
    points = np.stack([[x, right, right, x], [y, y, foot, foot]], axis=-1)
    on_picture = cv2.perspectiveTransform(points.reshape(-1, 1, 2), warp)
    on_picture = on_picture.reshape(4, -1, 2)
    first, last = on_picture.min(axis=0), on_picture.max(axis=0)
    return np.asarray(turned, np.uint8), np.hstack([first, last - first])


@cache
def _examples() -> mnist.Part:
    return mnist.load().test_part
