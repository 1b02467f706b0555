"""How well numbers with signs are read, on synthetic pages of unseen digits."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count as counted
from itertools import islice

import numpy as np

from inkten.classification.classes import class_of
from inkten.datasets.mnist import Part
from inkten.detection.boxes import intersection_over_smaller
from inkten.evaluation.detection import VALIDATION_SEED
from inkten.evaluation.measure import Share, TextScores, measure_texts
from inkten.options import ReadOptions
from inkten.reader import Reader
from inkten.reading import Reading
from inkten.synthesis.handwriting import Handwriting
from inkten.synthesis.jobs import number_with_signs
from inkten.synthesis.page import Page, make_page

SIDE = 240  # px: room for a date
ENLARGED = 3  # times: numbers as on photos
SAME_INK = 0.5  # of the smaller box: a digit was read of a slash's ink
SLASH = class_of("/")
# Every best guess counts, and the pages are upright.
OPTIONS = ReadOptions(signs=True, min_confidence=0.0, rotate=0)


@dataclass(frozen=True)
class SignScores:
    """The scores of numbers with signs.

    Attributes:
        texts: complete texts that are right, signs included, and the error rate.
        false_signs: signs read where only digits are written, of all gaps there:
            before, between and after the digits.
        slashes_as_ones: slashes read as a 1, of all slashes.
    """

    texts: TextScores
    false_signs: Share
    slashes_as_ones: Share


def written_pages(
    part: Part,
    count: int,
    handwriting: Handwriting | None = None,
    *,
    seed: int = VALIDATION_SEED,
    enlarged: int = 1,
) -> list[Page]:
    """Make ``count`` pages as ``each_written_page`` does."""
    pages = each_written_page(part, handwriting, seed=seed, enlarged=enlarged)
    return list(islice(pages, count))


def each_written_page(
    part: Part,
    handwriting: Handwriting | None = None,
    *,
    seed: int = VALIDATION_SEED,
    enlarged: int = 1,
) -> Iterator[Page]:
    """Make page after page of one number each, with or without signs.

    Args:
        part: the digits, such as those for validation.
        handwriting: the handwriting of packs; None for MNIST and drawn shapes only.
        seed: of the pages.
        enlarged: pages and digits have so many times the pixels, as on photos.
    """
    scene = partial(number_with_signs, enlarged=enlarged)
    for number in counted():
        rng = np.random.default_rng((seed, number))
        drawn = make_page(
            rng,
            part.images,
            part.labels,
            SIDE * enlarged,
            scene,
            handwriting=handwriting,
        )
        if drawn.written:  # else the border cuts it
            yield drawn


def measure_signs(reader: Reader, pages: Sequence[Page]) -> SignScores:
    """Read pages with signs and compare the texts with what is written on them."""
    readings = list(reader.read_many((page.gray for page in pages), OPTIONS))
    texts = [page.written[0].text for page in pages]
    found, gaps = 0, 0
    for text, reading in zip(texts, readings, strict=True):
        if text.isdecimal():
            found += sum(len(number.signs) for number in reading.numbers)
            gaps += len(text) + 1
    ones = [_slashes_as_ones(*pair) for pair in zip(pages, readings, strict=True)]
    slashes = sum(int((page.distractor_labels == SLASH).sum()) for page in pages)
    return SignScores(
        texts=measure_texts(texts, [reading.text for reading in readings]),
        false_signs=Share(found, gaps),
        slashes_as_ones=Share(sum(ones), slashes),
    )


def _slashes_as_ones(page: Page, reading: Reading) -> int:
    """How many slashes of a page are read as a 1."""
    slashes = page.distractor_boxes[page.distractor_labels == SLASH]
    boxes = [
        (digit.box.x, digit.box.y, digit.box.width, digit.box.height)
        for digit in reading.digits
        if digit.guess == 1
    ]
    ones = np.array(boxes, np.float32).reshape(-1, 4)
    same = intersection_over_smaller(slashes, ones) > SAME_INK
    return int(same.any(axis=1).sum())
