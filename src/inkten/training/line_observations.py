"""What the networks say of synthetic pages, beside the truth.

``inkten.training.calibrate_line_reader`` fits its weights to this.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inkten.candidates import (
    Candidates,
    missed_beside,
    split_by_picture,
    tiles_of_ink,
)
from inkten.classification.classifier import NO_DIGIT, Classifier
from inkten.classification.tiles import cut_tiles, without_context
from inkten.detection import Detector
from inkten.detection.boxes import intersection_over_smaller, intersection_over_union
from inkten.evaluation.detection import HIT, true_digits
from inkten.fusion import WITH_REJECT, fuse
from inkten.image.decode import GrayImage
from inkten.line_reading import (
    Opinions,
    ReadStrips,
    fuse_opinions,
    is_one_sure_digit,
    read_lines,
)
from inkten.options import ReadOptions
from inkten.recognition.alignment import digit_probability_in
from inkten.recognition.fusion import Weights, fuse_line
from inkten.synthesis.page import Page

FOUND = 0.3  # intersection over union from which a digit is already read
IGNORED = 0.3  # overlap with an `ignore` box from which the truth is unclear
LEAST = 1e-6  # keeps logarithms finite

Floats = NDArray[np.float32]


class Observed(NamedTuple):
    """Two opinions on each of N places, and the truth.

    Attributes:
        own: (N, 10) the box's probabilities.
        line: (N, 10) the line reader's.
        truth: (N,) 0 to 9, or NO_DIGIT.
    """

    own: Floats
    line: Floats
    truth: NDArray[np.int64]

    def log_loss(self, weights: Weights) -> float:
        """The mean negative log likelihood of the truth, in nats."""
        fused = fuse_line(self.own, self.line, weights)
        every = np.hstack([fused, 1 - fused.sum(axis=1, keepdims=True)])
        right = every[np.arange(len(self.truth)), self.truth]
        return float(-np.log(np.clip(right, LEAST, 1)).mean())

    @classmethod
    def merge(cls, parts: Iterable["Observed"]) -> "Observed":
        """Everything seen on several pages."""
        return cls(*map(np.concatenate, zip(*parts, strict=True)))


class Seen(NamedTuple):
    """What was seen on pages: digits with a box, implied ones, and uncovered ink."""

    boxed: Observed
    implied: Observed
    ink: tuple[Floats, Floats, NDArray[np.bool_]]  # own, line, and whether it is one


def see(
    pages: Iterable[Page], detector: Detector, classifier: Classifier, read: ReadStrips
) -> Seen:
    """Read pages with every network, and compare what each says with the truth."""
    boxed, implied, ink = [], [], []
    for page in pages:
        candidates = candidates_of(page.gray, detector, classifier)
        if not has_lines(candidates):
            continue
        opinions = read_lines(candidates, read)
        boxed.append(_of_boxes(candidates, opinions, page))
        implied.append(_of_implied(candidates, opinions, page, classifier))
        fused = fuse_opinions(candidates, opinions, classifier)
        ink.append(_of_ink(fused, page, classifier))
    own, line, missed = (np.concatenate(part) for part in zip(*ink, strict=True))
    return Seen(
        Observed.merge(boxed),
        Observed.merge(implied),
        (own, line, missed.astype(bool)),
    )


def candidates_of(
    gray: NDArray[np.uint8], detector: Detector, classifier: Classifier
) -> Candidates:
    """The digits of a picture, before any line is read."""
    found = [detector(gray)]
    tiles = cut_tiles(gray, found[0].boxes, context=classifier.names_signs)
    probabilities = fuse(found, classifier(tiles), WITH_REJECT)
    known = without_context(tiles), probabilities
    (candidates,) = split_by_picture([GrayImage(gray)], found, *known, ReadOptions())
    return candidates


def has_lines(candidates: Candidates) -> bool:
    """Whether the line reader is asked at all."""
    return len(candidates.detections) > 0 and not is_one_sure_digit(candidates)


def _of_boxes(candidates: Candidates, opinions: Opinions, page: Page) -> Observed:
    own = candidates.probabilities[opinions.boxed]
    boxes = candidates.detections.boxes[opinions.boxed]
    clear, truth = true_of(boxes, page)
    return Observed(own[clear], opinions.of_boxed[clear], truth[clear])


def _of_implied(
    candidates: Candidates, opinions: Opinions, page: Page, classifier: Classifier
) -> Observed:
    """Digits that no detection shows: the centre lies on one that is not read yet."""
    boxes = opinions.implied
    own = classifier(cut_tiles(page.gray, boxes, context=classifier.names_signs))
    lost = unread_on(candidates, page)
    centres = boxes[:, :2] + boxes[:, 2:] / 2
    away = centres[:, None] - page.boxes[lost, :2]
    within = (away >= 0) & (away <= page.boxes[lost, 2:])
    holds = np.asarray(within.all(axis=2), np.bool_)  # (implied, lost)
    truth = np.full(len(boxes), NO_DIGIT)
    hit = holds.any(axis=1)
    if hit.any():
        truth[hit] = page.values[lost][holds[hit].argmax(axis=1)]
    clear = hit | _is_clear(boxes, page)
    return Observed(own[clear], opinions.of_implied[clear], truth[clear])


def _of_ink(
    candidates: Candidates, page: Page, classifier: Classifier
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Ink beside the lines: the two opinions, and whether it is a missed digit."""
    ink = candidates.uncovered
    if not ink:
        return np.zeros(0, np.float32), np.zeros(0, np.float32), np.zeros(0, np.bool_)
    classified = classifier(tiles_of_ink(candidates, ink, classifier))
    own = missed_beside(candidates, ink, classified)
    line = digit_probability_in(ink.boxes, candidates.line_answers)
    lost = page.boxes[unread_on(candidates, page)]
    missed = intersection_over_smaller(ink.boxes, lost).max(axis=1, initial=0) >= HIT
    clear = _is_clear(ink.boxes, page) & ~np.isnan(line)
    return own[clear], line[clear], missed[clear]


def true_of(boxes: Floats, page: Page) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which of N boxes have a clear truth, and the digit of each, (N,) each."""
    truth = true_digits(boxes, page)
    return (truth != NO_DIGIT) | _is_clear(boxes, page), truth


def _is_clear(boxes: Floats, page: Page) -> NDArray[np.bool_]:
    """Which of N boxes lie on nothing that could be taken for a digit, (N,)."""
    overlap = intersection_over_smaller(boxes, page.ignore).max(axis=1, initial=0)
    return np.asarray(overlap < IGNORED)


def unread_on(candidates: Candidates, page: Page) -> NDArray[np.bool_]:
    """Which of the page's digits are not read, (digits,)."""
    read = candidates.detections.boxes[candidates.chosen]
    overlap = intersection_over_union(page.boxes, read).max(axis=1, initial=0)
    return np.asarray(overlap < FOUND)
