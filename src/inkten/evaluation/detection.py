"""How well a detector detects, on synthetic pages of digits it was not trained on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkten.classification.classifier import NO_DIGIT
from inkten.datasets.mnist import Part
from inkten.detection import Detections
from inkten.detection.boxes import intersection_over_union
from inkten.synthesis.handwriting import Handwriting
from inkten.synthesis.page import Page, numbered_pages

VALIDATION_SEED = 1_000_003  # far from the seeds of training runs
HIT = 0.5  # the intersection over union that counts as a hit, as in PASCAL VOC


@dataclass(frozen=True)
class DetectionScores:
    """The scores of a detector over many pages; model cards use the same names.

    Attributes:
        recall: the share of the digits that were detected.
        precision: the share of the detections that are digits.
        named: the share of the detected digits whose value is correct.
        clean: the share of the pages without digits on which nothing was detected.
    """

    recall: float
    precision: float
    named: float
    clean: float


def validation_pages(
    part: Part, count: int, handwriting: Handwriting | None = None
) -> list[Page]:
    """Make the pages that choices are based on, from the validation digits."""
    return numbered_pages(part, count, seed=VALIDATION_SEED, handwriting=handwriting)


def true_digits(boxes: NDArray[np.float32], page: Page) -> NDArray[np.int64]:
    """The page's digit that each of (N, 4) boxes hits, (N,); NO_DIGIT for a miss."""
    overlap = intersection_over_union(boxes, page.boxes)
    is_hit = overlap.max(axis=1, initial=0) >= HIT
    digits = np.full(len(boxes), NO_DIGIT)
    if is_hit.any():
        digits[is_hit] = page.values[overlap[is_hit].argmax(axis=1)]
    return digits


def measure_detector(
    detector: Callable[[NDArray[np.uint8]], Detections], pages: Sequence[Page]
) -> DetectionScores:
    """Compare a detector's detections with the true boxes and values of pages."""
    digits = detected = hits = named = blank = clean = 0
    for page in pages:
        detections = detector(page.gray)
        digits += len(page.boxes)
        detected += len(detections)
        if not len(page.boxes):
            blank += 1
            clean += len(detections) == 0
        elif len(detections):
            overlap = intersection_over_union(page.boxes, detections.boxes)
            is_hit = overlap.max(axis=1) >= HIT
            closest = overlap.argmax(axis=1)  # the detection of each true digit
            is_named = detections.digits[closest].argmax(axis=1) == page.values
            hits += int(is_hit.sum())
            named += int((is_hit & is_named).sum())
    return DetectionScores(
        recall=hits / max(digits, 1),
        precision=hits / max(detected, 1),
        named=named / max(hits, 1),
        clean=clean / max(blank, 1),
    )
