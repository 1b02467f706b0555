"""Fit how much the line reader's opinion counts beside that of boxes.

    python -m inkten.training.calibrate_line_reader [--packs FOLDER] [--model FILE]

Reads synthetic pages of MNIST's validation digits and, with a folder of handwriting
packs, of the packs' validation writers. No network was trained on either. How much the
other ink of a line counts is fitted on these pages and, since they hold little text, on
all text lines of the packs but their test parts. Prints the weights for
``inkten.recognition.fusion`` and ``inkten.recognition.writing``.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inkten.candidates import Candidates, missed_beside, split_by_picture
from inkten.classification.classifier import NO_DIGIT, Classifier
from inkten.classification.tiles import cut_tiles, without_context
from inkten.datasets import mnist
from inkten.datasets.packs import Pack, load_packs
from inkten.detection import Detector
from inkten.detection.boxes import intersection_over_smaller, intersection_over_union
from inkten.evaluation.detection import HIT, validation_pages
from inkten.fusion import WITH_REJECT, fuse
from inkten.image.decode import GrayImage
from inkten.line_reading import (
    Opinions,
    ReadStrips,
    ink_beside,
    is_one_digit,
    observe,
    weighed,
)
from inkten.models.registry import LINE
from inkten.options import ReadOptions
from inkten.recognition.alignment import said_of
from inkten.recognition.fusion import (
    WITH_BOX,
    WITHOUT_BOX,
    MissedWeights,
    Weights,
    fuse_line,
    log_odds_of,
)
from inkten.recognition.line_reader import LineReader
from inkten.recognition.writing import WEIGHTS as WORD_WEIGHTS
from inkten.recognition.writing import Weights as WordWeights
from inkten.recognition.writing import observations
from inkten.synthesis.handwriting import Handwriting
from inkten.synthesis.page import Page
from inkten.training.calibrate import min_confidence
from inkten.training.calibrate_lines import logistic_regression

PAGES = 2_000
FOUND = 0.3  # intersection over union from which a digit is already read
IGNORED = 0.3  # overlap with an `ignore` box from which the truth is unclear
NAME_WEIGHTS = np.arange(0.0, 1.55, 0.05)  # that are tried for either opinion
TEXT_PARTS = "train", "validation"  # of packs, whose lines of text are read
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
    beside: "Beside"


class Beside(NamedTuple):
    """N digits that were read, with what is beside them.

    Attributes:
        observed: (N, 4) as ``inkten.recognition.writing`` weighs it.
        truth: (N,) whether each is a digit.
    """

    observed: Floats
    truth: NDArray[np.bool_]

    def log_loss(self, weights: Sequence[float]) -> float:
        """The mean negative log likelihood of the truth, in nats."""
        log_odds = self.observed @ np.array(weights, np.float32)
        return float(np.logaddexp(0, np.where(self.truth, -log_odds, log_odds)).mean())

    @classmethod
    def merge(cls, parts: Iterable["Beside"]) -> "Beside":
        """Everything seen on several pages."""
        return cls(*map(np.concatenate, zip(*parts, strict=True)))


def main() -> None:
    """Print the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packs", type=Path, help="a folder of handwriting packs")
    parser.add_argument("--model", default=LINE, help="a line reader's ONNX file")
    parser.add_argument("--pages", type=int, default=PAGES, help="how many pages")
    given = parser.parse_args()
    packs = load_packs([given.packs]) if given.packs else []
    unseen = Handwriting.of(packs, "validation") if packs else None
    pages = validation_pages(mnist.load().validation_part, given.pages, unseen)
    networks = Detector(), Classifier(), LineReader(given.model)
    seen = see(pages, *networks)
    for name, observed, before in (
        ("WITH_BOX", seen.boxed, WITH_BOX),
        ("WITHOUT_BOX", seen.implied, WITHOUT_BOX),
    ):
        weights = fit(observed)
        losses = observed.log_loss(before), observed.log_loss(weights)
        sys.stdout.write(
            f"{name} = {weights}\n{len(observed.truth)} places, log loss "
            "{:.4f} before, {:.4f} after\n".format(*losses)
        )
        if observed is seen.boxed:
            fused = fuse_line(observed.own, observed.line, weights)
            least = min_confidence(fused, observed.truth)
            sys.stdout.write(f"MIN_CONFIDENCE = {least:.2f}\n")
    own, line, missed = seen.ink
    columns = np.stack([np.ones(len(own)), log_odds_of(own), log_odds_of(line)], axis=1)
    weights_of_ink = MissedWeights(*logistic_regression(columns, missed.astype(float)))
    sys.stdout.write(f"MISSED = {weights_of_ink}\n{missed.sum()} of {len(missed)}\n")
    beside = Beside.merge([seen.beside, *see_text(packs, *networks)])
    words = WordWeights(
        *logistic_regression(beside.observed.astype(float), beside.truth.astype(float))
    )
    losses = beside.log_loss(WORD_WEIGHTS), beside.log_loss(words)
    sys.stdout.write(
        f"WEIGHTS = {words}\n{beside.truth.sum()} of {len(beside.truth)}, log loss "
        "{:.4f} before, {:.4f} after\n".format(*losses)
    )


def see(
    pages: Iterable[Page], detector: Detector, classifier: Classifier, read: ReadStrips
) -> Seen:
    """Read pages with every network, and compare what each says with the truth."""
    boxed, implied, ink, beside = [], [], [], []
    for page in pages:
        candidates = _candidates(page.gray, detector, classifier)
        if not _has_lines(candidates):
            continue
        opinions = observe(candidates, read)
        boxed.append(_of_boxes(candidates, opinions, page))
        implied.append(_of_implied(candidates, opinions, page, classifier))
        fused = weighed(candidates, opinions, classifier)
        ink.append(_of_ink(fused, page, classifier))
        beside.append(_beside(fused, page))
    own, line, missed = (np.concatenate(part) for part in zip(*ink, strict=True))
    return Seen(
        Observed.merge(boxed),
        Observed.merge(implied),
        (own, line, missed.astype(bool)),
        Beside.merge(beside),
    )


def see_text(
    packs: Sequence[Pack], detector: Detector, classifier: Classifier, read: ReadStrips
) -> Iterator[Beside]:
    """Read the packs' lines that hold no digit: whatever is read there is false."""
    lines = (
        line.gray
        for pack in packs
        for part in TEXT_PARTS
        for line in pack.lines(part)
        if not any(map(str.isdigit, line.text))
    )
    for gray in lines:
        candidates = _candidates(gray, detector, classifier)
        if _has_lines(candidates):
            fused = weighed(candidates, observe(candidates, read), classifier)
            _, observed = _beside_digits(fused)
            yield Beside(observed, np.zeros(len(observed), np.bool_))


def fit(observed: Observed) -> Weights:
    """Fit the weights: whether it is a digit, then which."""
    any_own, any_line = observed.own.sum(axis=1), observed.line.sum(axis=1)
    columns = np.stack(
        [np.ones(len(any_own)), log_odds_of(any_own), log_odds_of(any_line)], axis=1
    )
    is_digit = observed.truth != NO_DIGIT
    bias, own, line = logistic_regression(columns.astype(float), is_digit.astype(float))
    of_digits = Observed(*(part[is_digit] for part in observed))
    _, own_digit, line_digit = min(
        (of_digits.log_loss(Weights(bias, own, line, one, other)), one, other)
        for one in NAME_WEIGHTS.round(2).tolist()
        for other in NAME_WEIGHTS.round(2).tolist()
    )
    return Weights(bias, own, line, own_digit, line_digit)


def _candidates(
    gray: NDArray[np.uint8], detector: Detector, classifier: Classifier
) -> Candidates:
    """The digits of a picture, before any line is read."""
    found = [detector(gray)]
    tiles = cut_tiles(gray, found[0].boxes, context=classifier.names_signs)
    probabilities = fuse(found, classifier(tiles), WITH_REJECT)
    tiles = without_context(tiles)  # (N, 28, 28)
    image = GrayImage(gray)
    options = ReadOptions()
    (candidates,) = split_by_picture([image], found, tiles, probabilities, options)
    return candidates


def _has_lines(candidates: Candidates) -> bool:
    """Whether the line reader is asked at all."""
    return len(candidates.detections) > 0 and not is_one_digit(candidates)


def _of_boxes(candidates: Candidates, opinions: Opinions, page: Page) -> Observed:
    own = candidates.probabilities[opinions.boxed]
    boxes = candidates.detections.boxes[opinions.boxed]
    clear, truth = _truth(boxes, page, HIT)
    return Observed(own[clear], opinions.of_boxed[clear], truth[clear])


def _of_implied(
    candidates: Candidates, opinions: Opinions, page: Page, classifier: Classifier
) -> Observed:
    """Digits that no detection shows: the centre lies on one that is not read yet."""
    boxes = opinions.implied
    own = classifier(cut_tiles(page.gray, boxes, context=classifier.names_signs))
    read = candidates.detections.boxes[candidates.chosen]
    lost = intersection_over_union(page.boxes, read).max(axis=1, initial=0) < FOUND
    centres = boxes[:, :2] + boxes[:, 2:] / 2
    away = centres[:, None] - page.boxes[lost, :2]
    within = (away >= 0) & (away <= page.boxes[lost, 2:])
    holds = np.asarray(within.all(axis=2), np.bool_)  # (implied, lost)
    truth = np.full(len(boxes), NO_DIGIT)
    hit = holds.any(axis=1)
    if hit.any():
        truth[hit] = page.values[lost][holds[hit].argmax(axis=1)]
    unclear = intersection_over_smaller(boxes, page.ignore).max(axis=1, initial=0)
    clear = hit | (unclear < IGNORED)
    return Observed(own[clear], opinions.of_implied[clear], truth[clear])


def _of_ink(
    candidates: Candidates, page: Page, classifier: Classifier
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Ink beside the lines: the two opinions, and whether it is a missed digit."""
    ink = candidates.uncovered
    if not ink:
        return np.zeros(0, np.float32), np.zeros(0, np.float32), np.zeros(0, np.bool_)
    own = missed_beside(candidates, ink, classifier)
    line = said_of(ink.boxes, candidates.line_answers)
    read = candidates.detections.boxes[candidates.chosen]
    lost = page.boxes[
        intersection_over_union(page.boxes, read).max(axis=1, initial=0) < FOUND
    ]
    missed = intersection_over_smaller(ink.boxes, lost).max(axis=1, initial=0) >= HIT
    unclear = intersection_over_smaller(ink.boxes, page.ignore)
    clear = (unclear.max(axis=1, initial=0) < IGNORED) & ~np.isnan(line)
    return own[clear], line[clear], missed[clear]


def _beside(candidates: Candidates, page: Page) -> Beside:
    """The digits that are read, and whether they are digits."""
    digits, observed = _beside_digits(candidates)
    clear, truth = _truth(candidates.detections.boxes[digits], page, HIT)
    return Beside(observed[clear], truth[clear] != NO_DIGIT)


def _beside_digits(candidates: Candidates) -> tuple[NDArray[np.intp], Floats]:
    digits, share, length = ink_beside(candidates)
    any_digit = candidates.probabilities[digits].sum(axis=1)
    return digits, observations(any_digit, share, length)


def _truth(
    boxes: Floats, page: Page, least: float
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which of N boxes have a clear truth, and the digit of each, (N,) each."""
    overlap = intersection_over_union(boxes, page.boxes)
    hit = overlap.max(axis=1, initial=0) >= least
    truth = np.full(len(boxes), NO_DIGIT)
    if hit.any():
        truth[hit] = page.values[overlap[hit].argmax(axis=1)]
    unclear = intersection_over_smaller(boxes, page.ignore).max(axis=1, initial=0)
    return hit | (unclear < IGNORED), truth


if __name__ == "__main__":
    main()
