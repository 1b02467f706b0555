"""What the networks say of synthetic pages, beside the truth.

``inkten.training.calibrate_line_reader`` fits its weights to this.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inkten.candidates import Candidates, split_by_picture
from inkten.classification.classifier import NO_DIGIT, Classifier
from inkten.detection import Detector
from inkten.detection.boxes import (
    centres,
    intersection_over_smaller,
    intersection_over_union,
)
from inkten.evaluation.detection import HIT, true_digits
from inkten.fusion import WITH_REJECT, classify_and_fuse
from inkten.image.decode import GrayImage
from inkten.line_reading import ReadStrips, choose, has_lines, read_lines
from inkten.missed_digits import missed_beside, tiles_of_ink
from inkten.options import ReadOptions
from inkten.recognition.alignment import digit_probability_in
from inkten.recognition.fusion import Weights, fuse_line
from inkten.recognition.places import Places
from inkten.recognition.verifier import Verifier
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

    def take(self, chosen: NDArray[np.bool_]) -> "Observed":
        """Those of ``chosen``, (N,)."""
        return Observed(self.own[chosen], self.line[chosen], self.truth[chosen])

    @classmethod
    def merge(cls, parts: Iterable["Observed"]) -> "Observed":
        """Those of several pages."""
        return cls(*map(np.concatenate, zip(*parts, strict=True)))


class Observations(NamedTuple):
    """Of pages: their digits with a box, implied ones, and uncovered ink."""

    boxed: Observed
    implied: Observed
    ink: tuple[Floats, Floats, NDArray[np.bool_]]  # own, line, and whether it is one


def observe(
    pages: Iterable[Page],
    detector: Detector,
    classifier: Classifier,
    line_reader: ReadStrips,
    verifier: Verifier,
) -> Observations:
    """Read pages with every network, and compare what each says with the truth."""
    boxed, implied, ink = [], [], []
    for page in pages:
        candidates = candidates_of(page.gray, detector, classifier)
        if not has_lines(candidates):
            continue
        lines = read_lines(candidates, line_reader, classifier)
        for places in lines:
            clear, truth = truth_of(places, page)
            observed = Observed(places.own, places.line, truth)
            boxed.append(observed.take(clear & places.has_box))
            implied.append(observed.take(clear & ~places.has_box))
        chosen = choose(candidates, lines, verifier)
        ink.append(_of_ink(chosen, page, classifier))
    own, line, missed = (np.concatenate(part) for part in zip(*ink, strict=True))
    return Observations(
        Observed.merge(boxed),
        Observed.merge(implied),
        (own, line, missed.astype(bool)),
    )


def candidates_of(
    gray: NDArray[np.uint8], detector: Detector, classifier: Classifier
) -> Candidates:
    """The digits of a picture, before any line is read."""
    found = [detector(gray)]
    known = classify_and_fuse([gray], found, classifier, WITH_REJECT)
    (candidates,) = split_by_picture([GrayImage(gray)], found, *known, ReadOptions())
    return candidates


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


def truth_of(places: Places, page: Page) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which of N places have a clear truth, and the digit that each shows, (N,) each.

    A box around two digits shows none, and a digit that has a box of its own needs no
    second place.
    """
    boxes, is_box = places.boxes, places.has_box
    truth = true_digits(boxes, page)
    is_around_two = _holds(boxes, centres(page.boxes)).sum(axis=1) > 1
    truth[is_around_two | ~is_box] = NO_DIGIT
    read = boxes[is_box & ~is_around_two]
    overlap = intersection_over_union(page.boxes, read).max(axis=1, initial=0)
    unread = overlap < FOUND
    holders = _holds(page.boxes[unread], centres(boxes)).T & ~is_box[:, None]
    is_new = holders.any(axis=1)
    if is_new.any():
        truth[is_new] = page.values[unread][holders[is_new].argmax(axis=1)]
    clear = (truth != NO_DIGIT) | (is_around_two & is_box) | _is_clear(boxes, page)
    return clear, truth


def _holds(boxes: Floats, points: Floats) -> NDArray[np.bool_]:
    """Which of (N, 4) boxes hold which of (M, 2) points, (N, M)."""
    away = points - boxes[:, None, :2]
    return np.asarray(((away >= 0) & (away <= boxes[:, None, 2:])).all(axis=2))


def _is_clear(boxes: Floats, page: Page) -> NDArray[np.bool_]:
    """Which of N boxes lie on nothing that could be taken for a digit, (N,)."""
    overlap = intersection_over_smaller(boxes, page.ignore).max(axis=1, initial=0)
    return np.asarray(overlap < IGNORED)


def unread_on(candidates: Candidates, page: Page) -> NDArray[np.bool_]:
    """Which of the page's digits are not read, (digits,)."""
    read = candidates.detections.boxes[candidates.chosen]
    overlap = intersection_over_union(page.boxes, read).max(axis=1, initial=0)
    return np.asarray(overlap < FOUND)
