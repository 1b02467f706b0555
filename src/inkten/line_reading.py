"""A second opinion on the lines of a picture: what the line reader reads there.

    candidates --> strips --> line reader --> peaks --> aligned with the boxes
        --> places where a digit may stand --> fused --> verified --> chosen

A peak and a box that agree make a digit sure. A peak without a box finds a digit that
detection missed; a box without a peak is less likely a digit.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inkten.candidates import Candidates
from inkten.classification.classifier import AnyClassifier
from inkten.classification.tiles import cut_tiles
from inkten.detection.boxes import (
    intersection_over_smaller,
    intersection_over_union,
    overlapping_pairs,
    overlaps,
)
from inkten.detection.coarse import SURE
from inkten.detection.nms import SAME_DIGIT
from inkten.fusion import FLOOR
from inkten.layout.line import Line
from inkten.layout.lines import find_lines
from inkten.recognition.alignment import align, answers_at, implied_box
from inkten.recognition.decoding import peaks
from inkten.recognition.places import MOSTLY, NEW, Places
from inkten.recognition.strips import Strip, cut_strip
from inkten.recognition.verifier import Verifier, features_of

SAME_INK = 0.3  # of the smaller box: a rejected detection of a digit that is read
WIDE = 0.6  # of its height: a wider box may be around two digits
LARGE = 24  # px: with a lower digit, a line says less than the classifier knows
VERY_SURE = 0.9
ON_LINE = 0.4  # digit heights: a rejected detection further up or down is on no line
LIKE_HEIGHT = 1.7  # times the line's digits, or their part: other sizes are not digits

Floats = NDArray[np.float32]
# A LineReader, or any function that replaces one
ReadStrips: TypeAlias = Callable[[Sequence[Strip]], Sequence[Floats]]


class _Line(NamedTuple):
    """What is seen on a line: its detections, and the peaks that none of them shows.

    Attributes:
        strip: the line.
        answers: the line reader's, (T, 11) or (T, 24).
        detections: (n,) indices of the detections on it, from left to right.
        of_detections: (n, 10) what the line reader says there.
        has_peak: (n,) whether it reads a digit there.
        new: (m, 4) boxes of the digits that only the line reader sees.
        of_new: (m, 10) what it says there.
    """

    strip: Strip
    answers: Floats
    detections: NDArray[np.intp]
    of_detections: Floats
    has_peak: NDArray[np.bool_]
    new: Floats
    of_new: Floats


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
        verifier: of every place where a digit may stand.
    """
    if not has_lines(candidates):
        return candidates
    return choose(candidates, read_lines(candidates, read, classifier), verifier)


def has_lines(candidates: Candidates) -> bool:
    """Whether the line reader is asked at all."""
    return len(candidates.detections) > 0 and not is_one_sure_digit(candidates)


def is_one_sure_digit(candidates: Candidates) -> bool:
    """Whether one sure digit accounts for all the ink.

    Two digits that touch may pass for one, which then is wide and seldom very sure.
    """
    if len(candidates.chosen) != 1 or candidates.unread:
        return False
    _, _, width, height = candidates.detections.boxes[candidates.chosen[0]].tolist()
    may_be_two = width > WIDE * height and height >= LARGE
    return bool(candidates.confidences.min() >= (VERY_SURE if may_be_two else SURE))


def read_lines(
    candidates: Candidates, read: ReadStrips, classifier: AnyClassifier
) -> list[Places]:
    """Read the lines of a picture: the places of each where a digit may stand.

    Where every detection was rejected, their lines are read.
    """
    boxes = candidates.detections.boxes
    seeds = candidates.chosen or list(range(len(boxes)))
    lines = candidates.lines or find_lines(boxes, candidates.tilt)
    strips = [cut_strip(candidates.image.pixels, line) for line in lines]
    answers = read(strips)
    rejected = _rejected_on([strip.line for strip in strips], boxes, seeds)
    seen = [
        _match(candidates, strip, own_answers, seeds, extra)
        for strip, own_answers, extra in zip(strips, answers, rejected, strict=True)
    ]
    new = np.concatenate([line.new for line in seen])
    context = classifier.names_signs
    tiles = cut_tiles(candidates.image.pixels, new, context=context)
    ends = np.cumsum([len(line.new) for line in seen])[:-1]
    return [
        _places(candidates, line, own)
        for line, own in zip(seen, np.split(classifier(tiles), ends), strict=True)
    ]


def choose(
    candidates: Candidates, lines: Sequence[Places], verifier: Verifier
) -> Candidates:
    """Verify the places of all lines, and choose the digits to read anew."""
    verified = verifier(features_of(lines))
    ends = np.cumsum([len(places) for places in lines])[:-1]
    probabilities = candidates.probabilities.copy()
    chosen: list[int] = []
    new: list[tuple[Floats, Floats]] = []
    for places, own in zip(lines, np.split(verified, ends), strict=True):
        factor = own / np.maximum(places.fused.sum(axis=1), FLOOR)
        fused = places.fused * factor[:, None]
        boxed = places.has_box
        probabilities[places.detections[boxed]] = fused[boxed]
        kept = places.chosen(own)
        chosen += [n for n in places.detections[kept].tolist() if n != NEW]
        is_new = [place for place in kept if not boxed[place]]
        new.append((places.boxes[is_new], fused[is_new]))
    boxes, of_new = map(np.concatenate, zip(*new, strict=True))
    read = replace(
        candidates,
        probabilities=probabilities,
        chosen=chosen,
        line_answers=[(places.strip, places.answers) for places in lines],
    ).with_digits(boxes, cut_tiles(candidates.image.pixels, boxes), of_new)
    if candidates.chosen:
        return read
    in_rows = _not_alone(read.chosen, read.detections.boxes, candidates.tilt)
    # The line reader is not believed elsewhere: what was known without it stands.
    known = np.zeros_like(read.probabilities)
    known[: len(probabilities)] = candidates.probabilities
    known[in_rows] = read.probabilities[in_rows]
    return replace(read, probabilities=known, chosen=in_rows)


def _match(
    candidates: Candidates,
    strip: Strip,
    answers: Floats,
    seeds: Sequence[int],
    rejected: Sequence[int],
) -> _Line:
    """Match the detections on a line with the line reader's peaks.

    Args:
        candidates: of the picture.
        strip: the line; its digits are indices into ``seeds``.
        answers: of the line reader, at its steps.
        seeds: the detections of which the lines were made.
        rejected: other detections on the line.
    """
    boxes = candidates.detections.boxes
    own = [seeds[digit] for digit in strip.line.digits]
    members = np.array([*own, *rejected], np.intp)
    along, _ = strip.line.places(boxes[members])
    order = np.argsort(along, kind="stable")
    members, along = members[order], along[order]
    found, height = peaks(answers), strip.line.height
    at_peaks = np.array([strip.along(peak.step) for peak in found], float)
    names = candidates.probabilities[members].argmax(axis=1).tolist()
    pairs = align(along / height, names, found, at_peaks / height)
    unseen = set(range(len(found))) - {peak for _, peak in pairs}
    # A box that also holds another peak is around two digits: both are new.
    inside = np.abs(along[:, None] - at_peaks[sorted(unseen)])
    is_split = (inside < boxes[members, 2, None] / 2).any(axis=1)
    unseen |= {peak for place, peak in pairs if is_split[place]}
    said = answers_at(strip, answers, along, found)
    has_peak = np.zeros(len(members), np.bool_)
    for place, peak in pairs:
        if not is_split[place]:
            said[place], has_peak[place] = found[peak].probabilities, True
    new = [implied_box(strip, found, peak) for peak in sorted(unseen)]
    new_boxes = np.array(new, np.float32).reshape(-1, 4)
    of_new = [found[peak].probabilities for peak in sorted(unseen)]
    # Not a digit of another line
    others = boxes[sorted(set(seeds) - set(own))]
    overlap = intersection_over_union(new_boxes, others).max(axis=1, initial=0)
    shared = intersection_over_smaller(new_boxes, others).max(axis=1, initial=0)
    is_new = (overlap < SAME_DIGIT) & (shared < MOSTLY)
    return _Line(
        strip,
        answers,
        members,
        said,
        has_peak,
        new_boxes[is_new],
        np.array(of_new, np.float32).reshape(-1, 10)[is_new],
    )


def _places(candidates: Candidates, line: _Line, own: Floats) -> Places:
    """The places of a line from left to right.

    Args:
        candidates: of the picture.
        line: what is seen on the line.
        own: (m, 10) the classifier's probabilities of its new digits.
    """
    known, count = line.detections, len(line.new)
    boxes = np.concatenate([candidates.detections.boxes[known], line.new])
    along, _ = line.strip.line.places(boxes)
    order = np.argsort(along, kind="stable")
    return Places(
        line.strip,
        line.answers,
        np.append(known, np.full(count, NEW))[order],
        np.append(line.has_peak, np.ones(count, np.bool_))[order],
        boxes[order],
        np.concatenate([candidates.probabilities[known], own])[order],
        np.concatenate([line.of_detections, line.of_new])[order],
    )


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
