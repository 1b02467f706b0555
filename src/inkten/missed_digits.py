"""Ink beside the digits of a picture that may be a missed digit.

candidates --> uncovered ink --> classifier, line reader --> fused
--> more digits, and how likely each number is complete
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inkten.candidates import Candidates
from inkten.classification.classifier import AnyClassifier
from inkten.classification.tiles import cut_tiles, without_context
from inkten.fusion import ACCEPT_FROM, FLOOR
from inkten.layout.uncovered import UncoveredInk, missed_probability
from inkten.recognition.alignment import digit_probability_in
from inkten.recognition.fusion import fuse_missed


def read_missed(candidates: Candidates, classifier: AnyClassifier) -> Candidates:
    """Read the ink beside the digits that is likelier a missed digit than not.

    Without a line reader there is but one opinion on that ink, and it is not read. Ink
    that is not read makes the numbers beside it less likely to be complete.
    """
    ink = candidates.uncovered
    if not ink:
        return candidates
    tiles = tiles_of_ink(candidates, ink, classifier)
    classified = classifier(tiles)
    missed = missed_beside(candidates, ink, classified if classifier.rejects else None)
    is_digit = np.zeros(len(ink), np.bool_)
    if candidates.line_answers:
        said = digit_probability_in(ink.boxes, candidates.line_answers)
        missed = np.where(np.isnan(said), missed, fuse_missed(missed, said))
        is_digit = missed >= ACCEPT_FROM
    complete = np.ones(len(candidates.chosen), np.float32)
    np.multiply.at(complete, ink.owners[~is_digit], 1 - missed[~is_digit])
    candidates = replace(candidates, missed=1 - complete)
    if not is_digit.any():
        return candidates
    digits = classified[is_digit]
    digits /= np.maximum(digits.sum(axis=1, keepdims=True), FLOOR)
    probabilities = (digits * missed[is_digit, None]).astype(np.float32)
    own = without_context(tiles[is_digit])
    return candidates.with_digits(ink.boxes[is_digit], own, probabilities)


def tiles_of_ink(
    candidates: Candidates, ink: UncoveredInk, classifier: AnyClassifier
) -> NDArray[np.float32]:
    """The tiles of pieces of ink, with context if the classifier sees it."""
    context = classifier.names_signs
    return cut_tiles(candidates.image.pixels, ink.boxes, context=context)


def missed_beside(
    candidates: Candidates, ink: UncoveredInk, classified: NDArray[np.float32] | None
) -> NDArray[np.float32]:
    """How likely each piece of ink is a missed digit, without the line reader: (N,).

    Args:
        candidates: of one picture.
        ink: N pieces.
        classified: (N, 10) the classifier's probabilities; None if it cannot say "no
            digit".
    """
    found = candidates.detections
    others = np.ones(len(found), np.bool_)
    others[candidates.chosen] = False
    scores = candidates.probabilities[others].sum(axis=1)
    opinion = None if classified is None else classified.sum(axis=1)
    return missed_probability(ink, found.take(others), scores, opinion)
