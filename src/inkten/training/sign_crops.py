"""Tiles of the places on lines where signs may stand, as reading finds them.

The digits of a page are given, but as a detector finds them: a little off, and a few
are missing. What is cut beside them is labelled by what stands in its columns.
"""

import numpy as np
from numpy.typing import NDArray

from inkten.classification.classes import NO_DIGIT, OTHER, RULE
from inkten.detection.boxes import intersection_over_union
from inkten.layout.lines import find_lines
from inkten.signs.find import LinePlaces, cut_places, places_of_lines
from inkten.signs.sign_strip import SignStrip
from inkten.synthesis.page import Page

Floats = NDArray[np.float32]
Labels = NDArray[np.int64]

AMBIGUOUS = -1  # label of a box that is left out
MISSED = 0.08  # share of the digits that are not found
OFF = 0.03  # of a digit's height: about the error of the detector's boxes
SAME_DIGIT = 0.5  # IoU with a digit that was not found
SHOWN = 0.6  # share of a sign's width that a place shows: from here on it is that sign
PARTLY = 0.5, 0.25  # up to here it is a part of the sign, and up to here not even that
HOLDS = 0.5  # share of a place's width inside a word
ALONG_RULE = 0.9  # share of a box's longer side that a rule runs along


def cut_lines(rng: np.random.Generator, page: Page) -> tuple[Floats, Labels]:
    """Cut the places on the lines of a page.

    Returns:
        (P, 28, 28, 2) tiles with context, and (P,) their classes.
    """
    readable = page.in_range
    found = readable & (rng.random(len(readable)) >= MISSED)
    boxes = page.boxes[found]
    if not len(boxes):
        return np.zeros((0, 28, 28, 2), np.float32), np.zeros(0, np.int64)
    shifts = rng.normal(0, OFF, (len(boxes), 4)) * boxes[:, 3:]
    boxes = (boxes + shifts).astype(np.float32)
    lines = places_of_lines(page.gray, boxes, find_lines(boxes))
    labels = [classes_of(line, page, ~found) for line in lines]
    tiles, classes = cut_places(lines), np.concatenate(labels)
    clear = classes != AMBIGUOUS
    return tiles[clear], classes[clear]


def classes_of(line: LinePlaces, page: Page, missed: NDArray[np.bool_]) -> Labels:
    """The class of each place of a line, or AMBIGUOUS.

    Args:
        line: P places.
        page: where they are.
        missed: which of the page's digits are not known to the line.
    """
    strip, boxes = line.strip, line.boxes
    labels = np.full(len(boxes), NO_DIGIT)
    if page.rules.any():
        rules = SignStrip.of(page.rules.astype(np.uint8) * 255, strip.line).pixels > 127
        labels[covered_by_rules(boxes, rules)] = RULE
    if len(page.ignore):
        unclear = _columns_shared(boxes, strip.from_picture(page.ignore)) > 0
        labels[unclear.any(axis=1)] = AMBIGUOUS
    is_word = page.distractor_labels == OTHER
    words = strip.from_picture(page.distractor_boxes[is_word])
    within = _columns_shared(boxes, words) / boxes[:, 2:3]
    labels[(within > HOLDS).any(axis=1)] = OTHER
    signs = strip.from_picture(page.distractor_boxes[~is_word])
    if len(signs):
        shown = _columns_shared(boxes, signs) / np.maximum(signs[:, 2], 1)
        nearest, largest = shown.argmax(axis=1), shown.max(axis=1)
        count = (shown > PARTLY[1]).sum(axis=1)
        labels[count > 0] = NO_DIGIT  # parts of a sign, or several signs
        labels[(count == 1) & (largest > PARTLY[0])] = AMBIGUOUS
        clear = (count == 1) & (largest >= SHOWN)
        labels[clear] = page.distractor_labels[~is_word][nearest[clear]]
    if missed.any():
        digits = strip.from_picture(page.boxes[missed])
        labels[(_columns_shared(boxes, digits) > 1).any(axis=1)] = AMBIGUOUS
        overlap = intersection_over_union(boxes, digits)
        same = overlap.max(axis=1) >= SAME_DIGIT
        values = np.where(page.in_range, page.values, AMBIGUOUS)[missed]
        labels[same] = values[overlap.argmax(axis=1)[same]]
    return labels


def _columns_shared(places: Floats, others: Floats) -> Floats:
    """How many columns of each place the others take, (P, M); they must touch it.

    Args:
        places: (P, 4) in pixels of a strip.
        others: (M, 4).
    """
    some = places[:, None]
    left, top = (np.maximum(some[..., axis], others[:, axis]) for axis in (0, 1))
    right, foot = (
        np.minimum(
            some[..., axis] + some[..., axis + 2], others[:, axis] + others[:, axis + 2]
        )
        for axis in (0, 1)
    )
    return np.asarray(np.where(foot > top, np.maximum(right - left, 0), 0), np.float32)


def covered_by_rules(boxes: Floats, rules: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which of (N, 4) boxes a rule or edge runs along, (N,).

    Args:
        boxes: in pixels of the page.
        rules: (H, W) where a rule is drawn; empty without any.
    """
    covered = np.zeros(len(boxes), np.bool_)
    if not rules.any():
        return covered
    ends = np.hstack([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]])
    corners = np.clip(np.rint(ends), 0, np.tile(rules.shape[::-1], 2)).astype(int)
    for place, (left, top, right, bottom) in enumerate(corners.tolist()):
        inside = rules[top:bottom, left:right]
        if inside.size:
            along = 1 if bottom - top > right - left else 0
            covered[place] = inside.any(axis=along).mean() >= ALONG_RULE
    return covered
