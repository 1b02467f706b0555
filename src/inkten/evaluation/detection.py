"""How well a detector finds, on synthetic pages of digits it never learned from."""

from dataclasses import dataclass

from inkten.datasets.mnist import Part
from inkten.detection import Detector
from inkten.detection.boxes import intersection_over_union
from inkten.synthesis.handwriting import Handwriting
from inkten.synthesis.page import Page, numbered_pages

VALIDATION_SEED = 1_000_003  # far from those of any training run
HIT = 0.5  # intersection over union: the digit was found, after PASCAL VOC


@dataclass(frozen=True)
class Found:
    """What a detector found over many pages.

    Attributes:
        recall: the share of digits that were found.
        precision: the share of finds that are digits.
        named: the share of the digits found that the detector names rightly.
        clean: the share of pages without a digit on which it found none.
    """

    recall: float
    precision: float
    named: float
    clean: float


def validation_pages(
    part: Part, count: int, handwriting: Handwriting | None = None
) -> list[Page]:
    """Make the pages that choices are made on, from the validation digits."""
    return numbered_pages(part, count, seed=VALIDATION_SEED, handwriting=handwriting)


def measure_detector(detector: Detector, pages: list[Page]) -> Found:
    """Hold a detector's finds against the truth of pages."""
    digits = finds = hits = named = empty = clean = 0
    for page in pages:
        found = detector(page.gray)
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
