"""Strips cut from synthetic pages and pictures of numbers: what a line reader sees.

    page --> boxes, as detected: jittered, some missing, some wrong --> lines --> strips

Strips are cut with the function that reading uses. Each is labelled with the digits
that lie in it, from left to right, and with the signs beside them. A strip that cuts a
digit or a sign in half is left out.
Pictures of numbers from handwriting packs need no boxes: their whole text is the label.
"""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from inkten.classification.classes import CLASSES, SIGN_CLASSES
from inkten.datasets.mnist import Part
from inkten.datasets.packs import Pack
from inkten.datasets.pictures import Pictures
from inkten.detection import Detector
from inkten.layout.line import Line
from inkten.layout.lines import find_lines
from inkten.recognition.strips import STEP, cut_strip
from inkten.synthesis import forms, jobs, letters, scenes
from inkten.synthesis.handwriting import Handwriting
from inkten.synthesis.joined import joined_numbers
from inkten.synthesis.page import Page, make_page
from inkten.synthesis.sampling import happens, pick
from inkten.synthesis.thumbnails import thumbnails

# Shares of the scenes, with packs and without: many lines, many joined digits, and
# text without any digit.
LINE_SCENES: dict[scenes.Scene, float] = {
    joined_numbers: 0.22,
    scenes.rows: 0.20,
    scenes.columns: 0.08,
    scenes.boxed: 0.10,
    scenes.scattered: 0.06,
    scenes.single: 0.04,
    thumbnails: 0.04,
    scenes.empty: 0.08,
    scenes.signs: 0.08,
    jobs.numbers_with_signs: 0.10,
}
PACK_LINE_SCENES: dict[scenes.Scene, float] = {
    joined_numbers: 0.11,
    scenes.rows: 0.05,
    scenes.columns: 0.03,
    scenes.boxed: 0.03,
    scenes.scattered: 0.03,
    scenes.single: 0.02,
    thumbnails: 0.02,
    scenes.empty: 0.03,
    forms.bill: 0.07,
    forms.cells: 0.05,
    forms.comb: 0.03,
    forms.field_of_form: 0.04,
    jobs.numbers_with_signs: 0.17,
    jobs.sums: 0.04,
    jobs.list_of_numbers: 0.05,
    jobs.corrected: 0.02,
    letters.letter: 0.10,
    letters.register: 0.03,
    letters.text_and_numbers: 0.05,
    letters.characters: 0.03,
}
VIEWS = 2  # of each page: other boxes are missing, other strips askew
MOST_STRIPS = 4  # of one view, so that no page dominates
WIDEST = 224  # px: a wider strip is left out; most pages are narrower
ALL_FOUND = 0.35  # share of the pages on which every digit was "detected"
MISSED = 0.3  # share of the digits that are missed on the other pages
JITTER = 0.08  # of a box's longer side
# How far a strip is off its line: heights, shares of the height, radians
ASIDE, OFF_HEIGHT, ASKEW = 0.07, 0.12, math.radians(2)
WRONG_BOXES = 3  # at most so many letters and signs of a page pass for digits
NOTHING = 0.06  # share of the pages with a strip somewhere, whatever is there
# A digit is in a strip ...
MOSTLY, BARELY = 0.75, 0.2  # ... with this share of its width, or clearly is not
ON_LINE, OFF_LINE = 0.45, 0.75  # heights from the middle of the strip: on it, or not
SIZES = 0.5, 2.0  # heights of the line: a digit of another size is unclear
# A sign may stand higher and lower than a digit, and is read beside digits alone
SIGN_ON, SIGN_OFF = 0.65, 0.95  # heights from the middle of the strip
SIGN_GAP = 1.6  # digit heights from a digit or another sign
LOWEST = 0.25  # of a picture's height: the digits of a number are not lower
USUAL_HEIGHT = 0.5  # ... and this high where none are detected


@dataclass(frozen=True, eq=False)
class LabelledStrips:
    """Strips and what is written on them.

    Attributes:
        strips: (32, W) uint8 each.
        texts: the digits and signs of each, from left to right; may be empty.
    """

    strips: Sequence[NDArray[np.uint8]]
    texts: Sequence[str]

    def __len__(self) -> int:
        """The number of strips."""
        return len(self.texts)

    @classmethod
    def merge(cls, parts: Sequence["LabelledStrips"]) -> "LabelledStrips":
        """The strips of several pages, in order."""
        return cls(
            [strip for part in parts for strip in part.strips],
            [text for part in parts for text in part.texts],
        )


def cut_line_pages(
    part: Part, count: int, *, seed: int, handwriting: Handwriting | None = None
) -> LabelledStrips:
    """Cut ``count`` synthetic pages of digits of ``part`` and handwriting of packs."""
    shares = LINE_SCENES if handwriting is None else PACK_LINE_SCENES

    def cut(number: int) -> LabelledStrips:
        rng = np.random.default_rng((seed, number))
        scene = pick(rng, tuple(shares), tuple(shares.values()))
        images, labels = part.images, part.labels
        page = make_page(rng, images, labels, scene=scene, handwriting=handwriting)
        return LabelledStrips.merge([cut_lines(rng, page) for _ in range(VIEWS)])

    return _in_threads(cut, range(count))


def cut_lines(rng: np.random.Generator, page: Page) -> LabelledStrips:
    """Cut the lines of a page, as found from boxes that are not quite right."""
    boxes = _detected(rng, page)
    lines = find_lines(boxes)
    rng.shuffle(lines)
    strips, texts = [], []
    for line in lines[:MOST_STRIPS]:
        strip = cut_strip(page.gray, _moved(rng, line))
        text = _text_on(strip.line, page)
        if text is not None and fits(text, strip.pixels.shape[1]):
            strips.append(strip.pixels)
            texts.append(text)
    return LabelledStrips(strips, texts)


def cut_numbers(
    packs: Sequence[Pack], part: str, detector: Detector, *, seed: int, copies: int = 1
) -> LabelledStrips:
    """Cut the pictures of numbers of packs, each ``copies`` times a little differently.

    Args:
        packs: those without pictures of numbers add nothing.
        part: the part of the packs.
        detector: finds the line on pictures whose digits have no boxes.
        seed: of all random choices.
        copies: strips of each picture.
    """
    places = [
        (pictures, index)
        for pack in packs
        if (pictures := pack.numbers(part)) is not None
        for index, text in enumerate(pictures.texts.tolist())
        if text.isascii() and text.isdigit()
    ]

    def cut(number: int) -> LabelledStrips:
        pictures, index = places[number]
        text = str(pictures.texts[index])
        strips = [
            _cut_number(
                np.random.default_rng((seed, number, copy)), pictures, index, found
            )
            for found in [_number_boxes(pictures, index, detector)]
            for copy in range(copies)
        ]
        kept = [strip for strip in strips if fits(text, strip.shape[1])]
        return LabelledStrips(kept, [text] * len(kept))

    return _in_threads(cut, range(len(places)))


def fits(text: str, width: int) -> bool:
    """Whether a strip has enough steps for its text: a blank between equal digits."""
    repeated = sum(one == other for one, other in pairwise(text))
    return len(text) + repeated <= width // STEP and width <= WIDEST


def _in_threads(cut: Callable[[int], LabelledStrips], numbers: range) -> LabelledStrips:
    threads = ThreadPoolExecutor()  # OpenCV and ONNX Runtime release the GIL
    try:
        return LabelledStrips.merge(list(threads.map(cut, numbers)))
    finally:
        threads.shutdown(cancel_futures=True)  # so that Ctrl-C stops at once


def _detected(rng: np.random.Generator, page: Page) -> NDArray[np.float32]:
    """Boxes as a detector might report them: (N, 4)."""
    found = page.boxes
    if len(found) and not happens(rng, ALL_FOUND):
        found = found[rng.random(len(found)) >= MISSED]
    count = int(rng.integers(WRONG_BOXES + 1))
    others = rng.permutation(page.distractor_boxes)[:count]
    wrong = [_piece_of(rng, box) for box in others]
    if happens(rng, NOTHING):
        height = rng.uniform(13, 46)
        place = rng.uniform(0, len(page.gray) - height, 2)
        wrong.append(np.array([*place, 0.6 * height, height], np.float32))
    boxes = np.concatenate([found, np.array(wrong, np.float32).reshape(-1, 4)])
    longer = boxes[:, 2:].max(axis=1, keepdims=True, initial=1)
    corners = np.hstack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])
    corners += rng.normal(0, JITTER, corners.shape) * longer
    sizes = np.maximum(corners[:, 2:] - corners[:, :2], 2)
    return np.hstack([corners[:, :2], sizes]).astype(np.float32)


def _piece_of(
    rng: np.random.Generator, box: NDArray[np.float32]
) -> NDArray[np.float32]:
    """A part of a wide box, such as a word's, that is shaped like a digit."""
    x, y, width, height = box.tolist()
    own = min(width, height * rng.uniform(0.4, 0.9))
    return np.array([x + rng.uniform(0, width - own), y, own, height], np.float32)


def _moved(rng: np.random.Generator, line: Line) -> Line:
    """The line a little higher or lower, larger or smaller, and askew."""
    height = line.height
    return replace(
        line,
        y=line.y + rng.normal(0, ASIDE) * height,
        height=height * math.exp(rng.normal(0, OFF_HEIGHT)),
        slope=line.slope + rng.normal(0, ASKEW),
    )


def _text_on(line: Line, page: Page) -> str | None:
    """What is written on the strip of a line; None if it is unclear.

    That is the digits, and the signs beside them.
    """
    if not len(page.boxes):
        return ""
    sizes = page.boxes[:, 3] / line.height
    sized = (sizes >= SIZES[0]) & (sizes <= SIZES[1])
    low = np.maximum(OFF_LINE, 0.25 + sizes / 2)
    digits, is_on, is_off = _shown(line, page.boxes, ON_LINE, low)
    is_on &= sized
    labels = page.distractor_labels
    is_sign = (labels >= SIGN_CLASSES.start) & (labels < SIGN_CLASSES.stop)
    sign_boxes = page.distractor_boxes[is_sign]
    signs, sign_on, sign_off = _shown(line, sign_boxes, SIGN_ON, SIGN_OFF)
    if not (is_on | is_off).all():
        return None
    if not is_on.any():
        return ""
    spans = np.concatenate([digits[is_on], signs[~sign_off]])
    names = [CLASSES[value] for value in page.values[is_on].tolist()]
    names += [CLASSES[label] for label in labels[is_sign][~sign_off].tolist()]
    clear = np.concatenate([is_on[is_on], sign_on[~sign_off]])
    order = np.argsort(spans.mean(axis=1), kind="stable").tolist()
    gaps = np.array([spans[b, 0] - spans[a, 1] for a, b in pairwise(order)])
    groups = np.split(order, np.flatnonzero(gaps > SIGN_GAP * line.height) + 1)
    beside = [place for group in groups if group.min() < is_on.sum() for place in group]
    if not clear[beside].all():
        return None
    return "".join(names[place] for place in beside)


def _shown(
    line: Line, boxes: NDArray[np.float32], on: float, off: float | NDArray[np.float32]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Where N boxes are along a line, and which clearly are on its strip, or are not.

    Args:
        line: the line of the strip.
        boxes: (N, 4) on the page.
        on: how far from the middle of the strip they are on it, digit heights.
        off: from where on they are not.

    Returns:
        (N, 2) their ends along the line, pixels; (N,) and (N,).
    """
    widths = boxes[:, 2].astype(float)
    along, above = line.places(boxes)
    spans = np.stack([along - widths / 2, along + widths / 2], axis=1)
    start, end = line.ends
    shown = np.minimum(spans[:, 1], end) - np.maximum(spans[:, 0], start)
    share = np.clip(shown / np.maximum(widths, 1), 0, 1)
    away = np.abs(above / line.height - 0.5)
    is_on = (share >= MOSTLY) & (away <= on)
    return spans, is_on, (share <= BARELY) | (away >= off)


def _number_boxes(
    pictures: Pictures, index: int, detector: Detector
) -> NDArray[np.float32]:
    """The boxes of a number's digits: (N, 4), those detected where none are known."""
    known = pictures.boxes.get(index)
    if known is not None:
        return known
    gray = pictures[index]
    boxes = detector(gray).boxes
    return boxes[boxes[:, 3] >= LOWEST * len(gray)]


def _cut_number(
    rng: np.random.Generator,
    pictures: Pictures,
    index: int,
    boxes: NDArray[np.float32],
) -> NDArray[np.uint8]:
    """The strip of a picture of a number."""
    gray = pictures[index]
    lines = find_lines(boxes)
    if lines:
        line = max(lines, key=lambda line: (len(line.digits), line.height))
    else:
        rows, columns = gray.shape
        height = USUAL_HEIGHT * rows
        line = Line(
            ((),), 0.0, 0.1 * columns, (rows + height) / 2, 0.8 * columns, height
        )
    return cut_strip(gray, _moved(rng, line)).pixels
