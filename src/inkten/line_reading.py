"""A second opinion on the lines of a picture: what the line reader reads there.

    candidates --> strips --> line reader --> peaks --> aligned with the boxes --> fused

A peak and a box that agree make a digit sure. A peak without a box finds a digit that
detection missed; a box without a peak is less likely a digit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inkten.candidates import Candidates
from inkten.classification.classifier import AnyClassifier
from inkten.classification.tiles import cut_tiles, without_context
from inkten.detection.boxes import (
    intersection_over_smaller,
    intersection_over_union,
    overlapping_pairs,
    overlaps,
)
from inkten.detection.coarse import SURE
from inkten.detection.nms import SAME_DIGIT
from inkten.fusion import FLOOR, accepted
from inkten.layout.line import Line
from inkten.layout.lines import find_lines
from inkten.recognition.alignment import align, answers_at, implied_box
from inkten.recognition.decoding import peaks
from inkten.recognition.fusion import WITH_BOX, WITHOUT_BOX, fuse_line
from inkten.recognition.strips import Strip, cut_strip
from inkten.recognition.verifier import Features, Verifier, features_of

SAME_INK = 0.3  # of the smaller box: a rejected detection of a digit that is read
MOSTLY = 0.7  # of the smaller box: from here on, two boxes show one digit
ON_LINE = 0.4  # digit heights: a rejected detection further up or down is on no line
LIKE_HEIGHT = 1.7  # times the line's digits, or their part: other sizes are not digits

Floats = NDArray[np.float32]
# A LineReader, or any function that replaces one
ReadStrips: TypeAlias = Callable[[Sequence[Strip]], Sequence[Floats]]


@dataclass(frozen=True, eq=False)
class Opinions:
    """What the line reader says about a picture.

    Attributes:
        boxed: (K,) indices of the detections on its lines, read or rejected.
        of_boxed: (K, 10) the probabilities of each digit there.
        implied: (M, 4) boxes of the digits that no detection shows.
        of_implied: (M, 10) their probabilities.
        strips: the strips and, for each, its answers, (T, 11) or (T, 24).
    """

    boxed: NDArray[np.intp]
    of_boxed: Floats
    implied: Floats
    of_implied: Floats
    strips: Sequence[tuple[Strip, Floats]]


def weigh_lines(
    candidates: Candidates,
    read: ReadStrips,
    classifier: AnyClassifier,
    verifier: Verifier,
) -> Candidates:
    """Weigh the digits of a picture against what the line reader reads.

    Args:
        candidates: of one picture; returned unchanged if nothing was detected, or if
            one sure digit is all of it.
        read: from strips to the answers at their steps, as a ``LineReader`` gives them.
        classifier: of the digits that only the line reader sees.
        verifier: of what is read in the end.
    """
    if not len(candidates.detections) or is_one_sure_digit(candidates):
        return candidates
    opinions = read_lines(candidates, read)
    return verify(fuse_opinions(candidates, opinions, classifier), verifier)


def is_one_sure_digit(candidates: Candidates) -> bool:
    """Whether one sure digit accounts for all the ink."""
    if len(candidates.chosen) != 1 or candidates.unread:
        return False
    return bool(candidates.confidences.min() >= SURE)


def read_lines(candidates: Candidates, read: ReadStrips) -> Opinions:
    """Read the lines of a picture, and align what is read with its detections.

    Where every detection was rejected, their lines are read.
    """
    boxes = candidates.detections.boxes
    seeds = candidates.chosen or list(range(len(boxes)))
    lines = candidates.lines or find_lines(boxes, candidates.tilt)
    strips = [cut_strip(candidates.image.pixels, line) for line in lines]
    answers = read(strips)
    rejected = _rejected_on([strip.line for strip in strips], boxes, seeds)
    boxed: list[int] = []
    of_boxed, implied, of_implied = [], [], []
    for strip, own_answers, extra in zip(strips, answers, rejected, strict=True):
        members = [seeds[digit] for digit in strip.line.digits] + extra
        along, _ = strip.line.places(boxes[members])
        order = np.argsort(along, kind="stable")
        members, along = [members[i] for i in order.tolist()], along[order]
        found = peaks(own_answers)
        height = strip.line.height
        at_peaks = np.array([strip.along(peak.step) for peak in found], float)
        names = candidates.probabilities[members].argmax(axis=1).tolist()
        pairs = align(along / height, names, found, at_peaks / height)
        said = answers_at(strip, own_answers, along, found)
        for member, peak in pairs:
            said[member] = found[peak].probabilities
        boxed += members
        of_boxed.append(said)
        alone = sorted(set(range(len(found))) - {peak for _, peak in pairs})
        implied += [implied_box(strip, found, place) for place in alone]
        of_implied += [found[place].probabilities for place in alone]
    new_boxes = np.array(implied, np.float32).reshape(-1, 4)
    new_digits = np.array(of_implied, np.float32).reshape(-1, 10)
    overlap = intersection_over_union(new_boxes, boxes[seeds]).max(axis=1, initial=0)
    shared = intersection_over_smaller(new_boxes, boxes[seeds]).max(axis=1, initial=0)
    # Not a digit that is read, a little aside or on another line
    is_new = (overlap < SAME_DIGIT) & (shared < MOSTLY)
    return Opinions(
        np.array(boxed, np.intp),
        np.concatenate(of_boxed),
        new_boxes[is_new],
        new_digits[is_new],
        list(zip(strips, answers, strict=True)),
    )


def fuse_opinions(
    candidates: Candidates, opinions: Opinions, classifier: AnyClassifier
) -> Candidates:
    """Fuse the line reader's opinions in, and choose the digits to read anew."""
    boxed = opinions.boxed
    probabilities = candidates.probabilities.copy()
    probabilities[boxed] = fuse_line(probabilities[boxed], opinions.of_boxed, WITH_BOX)
    pixels, context = candidates.image.pixels, classifier.names_signs
    tiles = cut_tiles(pixels, opinions.implied, context=context)
    own = classifier(tiles)
    tiles = without_context(tiles)  # (M, 28, 28)
    found = fuse_line(own, opinions.of_implied, WITHOUT_BOX)
    kept = accepted(found)
    fused = replace(
        candidates,
        probabilities=probabilities,
        chosen=boxed[accepted(probabilities[boxed])].tolist(),
        line_answers=opinions.strips,
    ).with_digits(opinions.implied[kept], tiles[kept], found[kept])
    if candidates.chosen:
        return fused
    in_rows = _not_alone(fused.chosen, fused.detections.boxes, candidates.tilt)
    alone = sorted(set(fused.chosen) - set(in_rows))
    # The line reader is not believed there: what was known without it stands.
    known = np.concatenate([candidates.probabilities, np.zeros_like(found[kept])])
    probabilities = fused.probabilities.copy()
    probabilities[alone] = known[alone]
    return replace(fused, probabilities=probabilities, chosen=in_rows)


def verify(candidates: Candidates, verifier: Verifier) -> Candidates:
    """Verify the digits of each line, and choose anew."""
    on_lines, features = observe(candidates)
    probabilities = candidates.probabilities.copy()
    any_digit = probabilities[on_lines].sum(axis=1)
    factor = verifier(features) / np.maximum(any_digit, FLOOR)
    probabilities[on_lines] *= factor[:, None]
    kept = accepted(probabilities)
    chosen = [index for index in candidates.chosen if kept[index]]
    return replace(candidates, probabilities=probabilities, chosen=chosen)


def observe(candidates: Candidates) -> tuple[NDArray[np.intp], Floats]:
    """What the verifier sees of the digits that stand on the lines.

    Returns:
        The indices of these digits, (N,), and their features, (N, 5).
    """
    rest = np.array(candidates.chosen, np.intp)
    own, features = [rest[:0]], [np.zeros((0, len(Features._fields)), np.float32)]
    for strip, _ in candidates.line_answers:
        boxes = candidates.detections.boxes[rest]
        here = strip.shows(boxes)
        own.append(rest[here])
        any_digit = candidates.probabilities[rest[here]].sum(axis=1)
        features.append(features_of(strip, boxes[here], any_digit))
        rest = rest[~here]
    return np.concatenate(own), np.concatenate(features)


def _not_alone(chosen: list[int], boxes: Floats, tilt: float) -> list[int]:
    """Those digits that are not alone on their line.

    Where every detection was rejected, a letter that looks like a digit must not pass
    for one; digits in a row may.
    """
    return [
        chosen[digit]
        for line in find_lines(boxes[chosen], tilt)
        for digit in line.digits
        if len(line.digits) > 1
    ]


def _rejected_on(
    lines: Sequence[Line], boxes: Floats, chosen: Sequence[int]
) -> list[list[int]]:
    """For each line, the other detections that could be one of its digits.

    Args:
        lines: the lines of the chosen detections.
        boxes: (N, 4) of all detections.
        chosen: the indices of those that are read.
    """
    others = np.ones(len(boxes), np.bool_)
    others[chosen] = False
    one, digit = overlapping_pairs(boxes, boxes[chosen])
    covered = overlaps(boxes[one], boxes[chosen][digit])[1] > SAME_INK
    others[one[covered]] = False
    rest = np.flatnonzero(others)
    rejected: list[list[int]] = []
    for line in lines:
        along, above = line.places(boxes[rest])
        start, end = line.ends
        size = boxes[rest, 3] / line.height
        fits = (along > start) & (along < end)
        fits &= np.abs(above / line.height - 0.5) < ON_LINE
        fits &= (size < LIKE_HEIGHT) & (size > 1 / LIKE_HEIGHT)
        rejected.append(rest[fits].tolist())
        rest = rest[~fits]
    return rejected
