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
from inkten.detection.nms import SAME_DIGIT
from inkten.fusion import FLOOR
from inkten.layout.line import Line
from inkten.layout.lines import find_lines
from inkten.recognition.alignment import align, answers_at, implied_box
from inkten.recognition.decoding import Peak, peaks
from inkten.recognition.places import MOSTLY, NEW, Places
from inkten.recognition.strips import Strip, cut_strip
from inkten.recognition.verifier import Verifier, features_of

COVERED = 0.3  # of the smaller box: a rejected detection of a digit that is read
WIDE = 0.6  # of its height: a wider box may be around two digits
LARGE = 24  # px: with a lower digit, a line says less than the classifier knows
SURE = 0.6  # set by hand: a surer digit that is alone is not read as a line
VERY_SURE = 0.9  # ... if it may be two
ON_LINE = (
    0.4  # digit heights: a rejected detection further up or down is not on the line
)
LIKE_HEIGHT = 1.7  # times the line's digit height, or its inverse: others are no digits

Floats = NDArray[np.float32]
# A LineReader, or any function that replaces one
ReadStrips: TypeAlias = Callable[[Sequence[Strip]], Sequence[Floats]]


class _Matched(NamedTuple):
    """A line's detections, each with its peak, and the peaks without a detection.

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
    line_reader: ReadStrips,
    classifier: AnyClassifier,
    verifier: Verifier,
) -> Candidates:
    """Weigh the digits of a picture against what the line reader reads.

    Args:
        candidates: of one picture; returned unchanged if nothing was detected, or if
            one sure digit is all of it.
        line_reader: from strips to the answers at their steps.
        classifier: of the digits that only the line reader sees.
        verifier: of every place where a digit may stand.
    """
    if not has_lines(candidates):
        return candidates
    return choose(candidates, read_lines(candidates, line_reader, classifier), verifier)


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
    candidates: Candidates, line_reader: ReadStrips, classifier: AnyClassifier
) -> list[Places]:
    """Read the lines of a picture: the places of each where a digit may stand.

    Where every detection was rejected, their lines are read.
    """
    boxes = candidates.detections.boxes
    seeds = candidates.chosen or list(range(len(boxes)))
    lines = candidates.lines or find_lines(boxes, candidates.tilt)
    strips = [cut_strip(candidates.image.pixels, line) for line in lines]
    answers = line_reader(strips)
    rejected = _rejected_on([strip.line for strip in strips], boxes, seeds)
    matched = [
        _match(candidates, strip, own_answers, seeds, extra)
        for strip, own_answers, extra in zip(strips, answers, rejected, strict=True)
    ]
    new = np.concatenate([line.new for line in matched])
    context = classifier.names_signs
    tiles = cut_tiles(candidates.image.pixels, new, context=context)
    ends = np.cumsum([len(line.new) for line in matched])[:-1]
    return [
        _places(candidates, line, own)
        for line, own in zip(matched, np.split(classifier(tiles), ends), strict=True)
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
    return read if candidates.chosen else _only_in_rows(read, candidates)


def _match(
    candidates: Candidates,
    strip: Strip,
    answers: Floats,
    seeds: Sequence[int],
    rejected: Sequence[int],
) -> _Matched:
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
    labels = candidates.probabilities[members].argmax(axis=1).tolist()
    pairs = dict(align(along / height, labels, found, at_peaks / height))
    alone = sorted(set(range(len(found))) - {*pairs.values()})
    # A box that also holds another peak is around two digits: both are new.
    inside = np.abs(along[:, None] - at_peaks[alone]) < boxes[members, 2, None] / 2
    is_split = inside.any(axis=1)
    split = {place: peak for place, peak in pairs.items() if is_split[place]}
    alone = sorted({*alone, *split.values()})
    of_members = answers_at(strip, answers, along, found)
    has_peak = np.zeros(len(members), np.bool_)
    for place, peak in pairs.items() - split.items():
        of_members[place], has_peak[place] = found[peak].probabilities, True
    others = boxes[sorted(set(seeds) - set(own))]
    new = _new_digits(strip, found, alone, others)
    return _Matched(strip, answers, members, of_members, has_peak, *new)


def _new_digits(
    strip: Strip, found: Sequence[Peak], alone: Sequence[int], others: Floats
) -> tuple[Floats, Floats]:
    """The boxes of digits that only the line reader sees, and what it says there.

    Args:
        strip: the line.
        found: the peaks on it.
        alone: the indices of those without a detection.
        others: (N, 4) the digits of other lines, which a strip may show, too.

    Returns:
        (m, 4) boxes on the picture and (m, 10) probabilities.
    """
    implied = [implied_box(strip, found, peak) for peak in alone]
    boxes = np.array(implied, np.float32).reshape(-1, 4)
    overlap = intersection_over_union(boxes, others).max(axis=1, initial=0)
    shared = intersection_over_smaller(boxes, others).max(axis=1, initial=0)
    is_new = (overlap < SAME_DIGIT) & (shared < MOSTLY)
    probabilities = [found[peak].probabilities for peak in alone]
    return boxes[is_new], np.array(probabilities, np.float32).reshape(-1, 10)[is_new]


def _places(candidates: Candidates, line: _Matched, own: Floats) -> Places:
    """The places of a line from left to right.

    Args:
        candidates: of the picture.
        line: its detections, and the peaks without one.
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


def _only_in_rows(read: Candidates, before: Candidates) -> Candidates:
    """The digits that are not alone on their line, where detection found none.

    A lone letter that looks like a digit must not pass for one, so elsewhere the
    probabilities stay as they were ``before`` the lines were read.
    """
    in_rows = [
        read.chosen[digit]
        for line in read.lines
        for digit in line.digits
        if len(line.digits) > 1
    ]
    probabilities = np.zeros_like(read.probabilities)
    probabilities[: len(before.probabilities)] = before.probabilities
    probabilities[in_rows] = read.probabilities[in_rows]
    return replace(read, probabilities=probabilities, chosen=in_rows)


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
    covered = overlaps(boxes[one], boxes[chosen][digit])[1] > COVERED
    others[one[covered]] = False
    rest = np.flatnonzero(others)
    rejected: list[list[int]] = []
    for line in lines:
        size = boxes[rest, 3] / line.height
        fits = line.shows(boxes[rest], ON_LINE)
        fits &= (size < LIKE_HEIGHT) & (size > 1 / LIKE_HEIGHT)
        rejected.append(rest[fits].tolist())
        rest = rest[~fits]
    return rejected
