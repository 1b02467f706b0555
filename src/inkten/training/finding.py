"""How well a finder finds, on synthetic pages made of digits it never learned from."""

from dataclasses import dataclass

from inkten.datasets.mnist import Part
from inkten.finder import Finder
from inkten.finder.overlap import intersection_over_union
from inkten.training.pages import Page, numbered_pages

VALIDATION_SEED = 1_000_003  # far from those of any training run
HIT = 0.5  # intersection over union: the digit was found, after PASCAL VOC


@dataclass(frozen=True)
class Found:
    """What a finder found over many pages.

    Attributes:
        recall: the share of digits that were found.
        precision: the share of finds that are digits.
        named: the share of the digits found that the finder names rightly.
        clean: the share of pages without a digit on which it found none.
    """

    recall: float
    precision: float
    named: float
    clean: float


def validation_pages(part: Part, count: int) -> list[Page]:
    """Make the pages that choices are made on, from the validation digits."""
    return numbered_pages(part, count, seed=VALIDATION_SEED)


def measure_finder(finder: Finder, pages: list[Page]) -> Found:
    """Hold a finder's finds against the truth of pages."""
    digits = finds = hits = named = empty = clean = 0
    for page in pages:
        found = finder(page.gray)
        overlap = intersection_over_union(page.boxes, found.boxes)
        digits, finds = digits + len(page.boxes), finds + len(found)
        if not len(page.boxes):
            empty, clean = empty + 1, clean + (len(found) == 0)
        elif len(found):
            hit = overlap.max(axis=1) >= HIT
            best = found.digits[overlap.argmax(axis=1)].argmax(axis=1)
            hits += int(hit.sum())
            named += int((hit & (best == page.values)).sum())
    return Found(
        recall=hits / max(digits, 1),
        precision=hits / max(finds, 1),
        named=named / max(hits, 1),
        clean=clean / max(empty, 1),
    )
