"""Synthetic pages: pictures of digits whose boxes and values are known.

    paper --> a writer fills it with a scene --> camera --> Page

The detector and the classifier learn from them. Pages are made of MNIST's training
digits, and of handwriting packs if there are any. A page takes a few milliseconds and
is determined by the random generator.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.datasets.mnist import Part
from inkten.synthesis import forms, jobs, letters, scenes, wear
from inkten.synthesis.camera import photograph
from inkten.synthesis.canvas import Written
from inkten.synthesis.cuttings import show_through
from inkten.synthesis.distractors import table_edge
from inkten.synthesis.handwriting import Handwriting
from inkten.synthesis.paper import blank
from inkten.synthesis.sampling import happens, pick
from inkten.synthesis.thumbnails import thumbnails
from inkten.synthesis.writer import Writer

# Shares of the scenes. About one page in four has no digit, so that the detector also
# learns to find nothing. A single character is more often a digit than a sign, as in
# people's pictures.
SCENES: dict[scenes.Scene, float] = {
    scenes.rows: 0.27,
    scenes.scattered: 0.10,
    scenes.boxed: 0.11,
    thumbnails: 0.10,
    scenes.empty: 0.23,
    scenes.columns: 0.05,
    scenes.single: 0.10,
    scenes.huge: 0.03,
    scenes.fine_print: 0.01,
}
# The shares with packs. Again about one page in four has no digit.
JOB_SCENES: dict[scenes.Scene, float] = {
    scenes.rows: 0.06,
    scenes.scattered: 0.04,
    scenes.boxed: 0.05,
    thumbnails: 0.08,
    scenes.empty: 0.05,
    scenes.columns: 0.03,
    scenes.single: 0.09,
    scenes.huge: 0.03,
    scenes.fine_print: 0.01,
    forms.bill: 0.07,
    forms.cells: 0.08,
    forms.comb: 0.03,
    jobs.sums: 0.06,
    forms.field_of_form: 0.03,
    jobs.list_of_numbers: 0.05,
    jobs.corrected: 0.01,
    letters.letter: 0.14,
    letters.register: 0.03,
    letters.characters: 0.03,
    letters.one_character: 0.02,
    letters.text_and_numbers: 0.01,
}
# Letters and signs; only some letters have a date or number in them.
TEXT_SCENES: dict[scenes.Scene, float] = {
    scenes.signs: 0.4,
    letters.letter: 0.25,
    letters.characters: 0.25,
    letters.one_character: 0.1,
}
SHOWS_THROUGH = 0.04  # share of pages with packs: the back of the page is visible
WITHOUT_PACKS = 0.3  # share of the training pages made without the packs, if any
VISIBLE = 100  # of 255: a rule covers this much of a pixel
PRINTED = 0.12  # share of pages whose digits are printed


@dataclass(frozen=True)
class Page:
    """A picture and its labels.

    Attributes:
        gray: (side, side) uint8.
        boxes: (N, 4) float32: x, y, width, height of each digit's ink, pixels.
        values: (N,) int64: 0 to 9.
        in_range: (N,) bool: digits that the detector finds on this pyramid level, 13
            to 46 px high. It finds larger ones on a coarser level.
        ignore: (M, 4) float32: boxes that may or may not be a digit.
        distractor_boxes: (K, 4) float32: boxes of letters, signs and words.
        distractor_labels: (K,) int64: their classes, as
            `inkten.classification.classes` numbers them.
        rules: (side, side) bool: where a rule or edge is drawn.
        written: the texts that are completely on the page, signs included.
    """

    gray: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    values: NDArray[np.int64]
    in_range: NDArray[np.bool_]
    ignore: NDArray[np.float32]
    distractor_boxes: NDArray[np.float32]
    distractor_labels: NDArray[np.int64] = field(
        default_factory=lambda: np.zeros(0, np.int64)
    )
    rules: NDArray[np.bool_] = field(default_factory=lambda: np.zeros((0, 0), np.bool_))
    written: tuple[Written, ...] = ()


def make_page(
    rng: np.random.Generator,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    side: int = 160,
    scene: scenes.Scene | None = None,
    *,
    handwriting: Handwriting | None = None,
) -> Page:
    """Make a page; the same generator state gives the same page.

    Args:
        rng: The only source of randomness.
        images: (M, 28, 28) uint8 in MNIST's format: ink = 255.
        labels: (M,) 0 to 9.
        side: Side length of the page, pixels.
        scene: The content; by default one of ``SCENES``, with handwriting one of
            ``JOB_SCENES``.
        handwriting: The handwriting of packs; None for MNIST and drawn shapes only.

    Returns:
        The page. Digits too small to read are in ``ignore``.

    Example:
        >>> page = make_page(np.random.default_rng(1), images, labels)  # doctest: +SKIP
        >>> page.gray.shape, page.boxes.shape, page.values  # doctest: +SKIP
    """
    canvas = blank(rng, side)
    writer = Writer.random(rng, Part(images, labels), paper=float(canvas.tone.mean()))
    writer = writer.turned(canvas.turn)
    if handwriting is not None:
        writer = writer.with_packs(rng, handwriting)
    if happens(rng, PRINTED):
        writer = writer.as_printer(rng)
    shares = SCENES if handwriting is None else JOB_SCENES
    scene = scene or pick(rng, tuple(shares), tuple(shares.values()))
    if handwriting is not None and happens(rng, SHOWS_THROUGH):
        show_through(rng, canvas, writer)
    scene(rng, canvas, writer)
    if happens(rng, 0.1):
        table_edge(rng, canvas)
    if handwriting is not None:
        wear.scratch(rng, canvas)
    gray = photograph(rng, canvas)
    if handwriting is not None:
        gray = wear.frost(rng, gray, min((box[3] for box in canvas.boxes), default=30))
        gray = wear.speckle(rng, gray)
    return Page(
        gray=gray,
        boxes=np.array(canvas.boxes, np.float32).reshape(-1, 4),
        values=np.array(canvas.values, np.int64),
        in_range=np.array(canvas.in_range, np.bool_),
        ignore=np.array(canvas.ignore, np.float32).reshape(-1, 4),
        distractor_boxes=np.array(canvas.distractor_boxes, np.float32).reshape(-1, 4),
        distractor_labels=np.array(canvas.distractor_labels, np.int64),
        rules=canvas.rules > VISIBLE,
        written=tuple(canvas.written),
    )


def training_page(
    rng: np.random.Generator,
    part: Part,
    side: int = 160,
    *,
    of_signs: float,
    of_turned: float = 0.0,
    of_numbers: float = 0.0,
    handwriting: Handwriting | None = None,
) -> Page:
    """Make a training page.

    Args:
        rng: The only source of randomness.
        part: MNIST's digits to write with.
        side: Side length of the page, pixels.
        of_signs: The share of the pages that have (almost) only text and signs. Letters
            vary more than digits, so training needs more of them.
        of_turned: The share of the pages of text that lie on their side or upside down.
            They teach the context of letters; up close, an L upside down is a 7.
        of_numbers: The share of the other pages that hold numbers with signs.
        handwriting: The handwriting of packs; part of the pages are made without it.
    """
    if happens(rng, WITHOUT_PACKS):
        handwriting = None
    scene: scenes.Scene | None = scenes.signs if happens(rng, of_signs) else None
    if scene is None and of_numbers and happens(rng, of_numbers):
        scene = jobs.numbers_with_signs
    elif scene is not None and handwriting is not None:
        scene = pick(rng, tuple(TEXT_SCENES), tuple(TEXT_SCENES.values()))
    images, labels = part.images, part.labels
    page = make_page(rng, images, labels, side, scene, handwriting=handwriting)
    is_text = scene is letters.letter and not len(page.boxes)
    if is_text and happens(rng, of_turned):
        return _turned(page, quarters=int(rng.integers(1, 4)))
    return page


def _turned(page: Page, quarters: int) -> Page:
    """A page turned counterclockwise by quarter turns."""
    for _ in range(quarters):
        page = replace(
            page,
            gray=np.ascontiguousarray(np.rot90(page.gray)),
            written=(),
            boxes=_turned_boxes(page.boxes, len(page.gray)),
            ignore=_turned_boxes(page.ignore, len(page.gray)),
            distractor_boxes=_turned_boxes(page.distractor_boxes, len(page.gray)),
            rules=np.rot90(page.rules),
        )
    return page


def _turned_boxes(boxes: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    x, y, width, height = boxes.T
    return np.stack([y, side - x - width, height, width], axis=1)


def numbered_pages(
    part: Part, count: int, *, seed: int, handwriting: Handwriting | None = None
) -> list[Page]:
    """Make ``count`` pages from a seed, written with digits of ``part``."""
    return [
        make_page(
            np.random.default_rng((seed, number)),
            part.images,
            part.labels,
            handwriting=handwriting,
        )
        for number in range(count)
    ]


def contact_sheet(
    pages: Sequence[Page], columns: int = 8, boxes: bool = True
) -> NDArray[np.uint8]:
    """Arrange pages in a grid for viewing: (H, W, 3) RGB.

    Args:
        pages: Pages of the same size.
        columns: Number of pages in a row.
        boxes: Draw each box and its value.
    """
    side = len(pages[0].gray)
    rows = -(-len(pages) // columns)
    sheet = np.full((rows * (side + 2), columns * (side + 2), 3), 90, np.uint8)
    for number, page in enumerate(pages):
        picture = np.repeat(page.gray[:, :, None], 3, axis=2)
        if boxes:
            _mark(picture, page)
        y, x = (np.array(divmod(number, columns)) * (side + 2)).tolist()
        sheet[y : y + side, x : x + side] = picture
    return sheet


def _mark(picture: NDArray[np.uint8], page: Page) -> None:
    red = (230, 40, 40)
    for box, value in zip(page.boxes, page.values, strict=True):
        x, y, wide, high = (round(float(edge)) for edge in box)
        cv2.rectangle(picture, (x - 1, y - 1), (x + wide, y + high), red)
        cv2.putText(picture, str(value), (x, y - 2), cv2.FONT_HERSHEY_PLAIN, 0.7, red)
