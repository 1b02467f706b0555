"""Tiles cut from synthetic pages: what the classifier gets from detector and lines.

    page --> detections + jittered boxes of digits, letters and signs --> tiles
         --> lines of its digits --> places where signs may stand     --> tiles

Tiles are cut with the functions that reading uses, each with its context. They are
labelled with one of the 26 classes of ``inkten.classification.classes``. Ambiguous
boxes are left out: those that show a digit or a sign half-way, and fine print.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from inkten.classification.classes import NO_DIGIT, OTHER, RULE
from inkten.classification.tiles import TILE_SIDE, cut_tiles
from inkten.datasets.mnist import Part
from inkten.detection import Detections, Detector
from inkten.detection.boxes import (
    intersection_over_smaller,
    intersection_over_union,
    shared_sides,
)
from inkten.detection.detector import MIN_SCORE as REPORTED_SCORE
from inkten.synthesis.handwriting import Handwriting
from inkten.synthesis.page import Page, training_page
from inkten.training.sign_crops import AMBIGUOUS, covered_by_rules, cut_lines

SAME, DIFFERENT = 0.6, 0.25  # IoU with a digit: from 0.6 that digit, up to 0.25 none
SAME_SIGN = 0.5  # IoU with a sign or word
PART_OF = 0.6  # share of a box inside a sign or word: it shows a part of it
IGNORED = 0.3  # overlap with an `ignore` box from which a box is ambiguous
JITTERED_COPIES = 2  # of each box of a digit, letter or sign
JITTER = 0.06  # of a box's longer side: about the error of the detector's boxes
SMALLEST = 10  # px: a smaller sign is never detected as a digit
MIN_SCORE = 0.05  # faint detections, too: they are the hard cases of "no digit"
SIGNS_ONLY = 0.45  # share of the pages that hold only letters and signs
WITH_SIGNS = 0.5  # share of the other pages that hold numbers with signs
CLOSE = 1.2  # of the taller digit's height: digits this near are boxed as a pair


@dataclass(frozen=True)
class LabelledTiles:
    """Tiles and what they show.

    Attributes:
        tiles: (N, 28, 28) uint8, ink = 255.
        labels: (N,) 0 to 9, 10 for no digit, or another of the 26 classes.
        contexts: (N, 28, 28) uint8: the context of each tile, if it was cut.
    """

    tiles: NDArray[np.uint8]
    labels: NDArray[np.int64]
    contexts: NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        """The number of tiles."""
        return len(self.labels)

    @classmethod
    def of(
        cls, tiles: NDArray[np.float32], labels: NDArray[np.int64]
    ) -> "LabelledTiles":
        """Keep (N, 28, 28, 2) tiles with context, of 0..1, as bytes."""
        stored = (tiles * 255).round().astype(np.uint8)
        return cls(stored[..., 0], labels, stored[..., 1])

    @classmethod
    def merge(cls, parts: Iterable["LabelledTiles"]) -> "LabelledTiles":
        """The tiles with context of several pages, in order.

        There may be a gigabyte of them, which is never held twice.
        """
        tiles, contexts, labels = bytearray(), bytearray(), []
        for part in parts:
            labels.append(part.labels)
            tiles += part.tiles.tobytes()
            if part.contexts is not None:
                contexts += part.contexts.tobytes()
        every = [
            np.frombuffer(each, np.uint8).reshape(-1, TILE_SIDE, TILE_SIDE)
            for each in (tiles, contexts)
        ]
        return cls(every[0], np.concatenate(labels), every[1])


def cut_pages(
    part: Part,
    detector: Detector,
    count: int,
    *,
    seed: int,
    handwriting: Handwriting | None = None,
) -> LabelledTiles:
    """Cut ``count`` synthetic pages of digits of ``part`` and handwriting of packs."""

    def cut(number: int) -> LabelledTiles:
        rng = np.random.default_rng((seed, number))
        page = training_page(
            rng,
            part,
            of_signs=SIGNS_ONLY,
            of_numbers=WITH_SIGNS,
            handwriting=handwriting,
        )
        return cut_page(rng, page, detector)

    threads = ThreadPoolExecutor()  # OpenCV and ONNX Runtime release the GIL
    try:
        return LabelledTiles.merge(threads.map(cut, range(count)))
    finally:
        threads.shutdown(cancel_futures=True)  # so that Ctrl-C stops at once


def cut_page(rng: np.random.Generator, page: Page, detector: Detector) -> LabelledTiles:
    """Cut the digits of a page, and what could be mistaken for one or for a sign."""
    detections = detector(page.gray, min_score=MIN_SCORE)
    large = page.distractor_boxes[:, 2:].max(axis=1, initial=0) >= SMALLEST
    known = np.concatenate([page.boxes, page.distractor_boxes[large]])
    jittered = np.concatenate([_jittered(rng, known) for _ in range(JITTERED_COPIES)])
    pairs = _boxes_of_pairs(page.boxes)
    boxes = np.concatenate([jittered, pairs, detections.boxes]).astype(np.float32)
    labels = np.concatenate(
        [
            _labels(jittered, page),
            np.full(len(pairs), NO_DIGIT),
            _labels_of_detections(detections, page),
        ]
    )
    clear = labels != AMBIGUOUS
    tiles = cut_tiles(page.gray, boxes[clear], context=True)  # float32, ink = 1
    on_lines, line_labels = cut_lines(rng, page)
    return LabelledTiles.of(
        np.concatenate([tiles, on_lines]), np.concatenate([labels[clear], line_labels])
    )


def _jittered(
    rng: np.random.Generator, boxes: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Boxes with both corners moved at random, by about the detector's error."""
    sizes = boxes[:, 2:].max(axis=1, keepdims=True, initial=1)
    shifts = rng.normal(0, JITTER, (2, len(boxes), 2)).astype(np.float32) * sizes
    top_left = boxes[:, :2] + shifts[0]
    bottom_right = boxes[:, :2] + boxes[:, 2:] + shifts[1]
    return np.concatenate([top_left, np.maximum(bottom_right - top_left, 2)], axis=1)


def _boxes_of_pairs(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """A box around each pair of close digits: it never shows one digit."""
    pairs = [
        np.concatenate([corner, np.maximum(a[:2] + a[2:], b[:2] + b[2:]) - corner])
        for a, b in pairwise(boxes)
        for corner in [np.minimum(a[:2], b[:2])]
        if np.hypot(*(a[:2] - b[:2])) < CLOSE * max(a[3], b[3])
    ]
    return np.array(pairs, np.float32).reshape(-1, 4)


def _labels_of_detections(detections: Detections, page: Page) -> NDArray[np.int64]:
    """As `_labels`, but bars too faint to be reported as a 1 are ambiguous.

    If they are fragments of ruled lines, their context says so.
    """
    labels = _labels(detections.boxes, page)
    is_bar = detections.digits.argmax(axis=1) == 1
    is_faint = detections.scores < REPORTED_SCORE
    labels[is_bar & is_faint & (labels == NO_DIGIT)] = AMBIGUOUS
    return labels


def _labels(boxes: NDArray[np.float32], page: Page) -> NDArray[np.int64]:
    """What each box shows: one of the 26 classes, or AMBIGUOUS."""
    labels = np.full(len(boxes), NO_DIGIT)
    labels[covered_by_rules(boxes, page.rules)] = RULE
    if len(page.distractor_boxes):
        labels = _labels_of_distractors(boxes, page, labels)
    if len(page.boxes):
        overlap = intersection_over_union(boxes, page.boxes)  # (boxes, digits)
        nearest, largest = overlap.argmax(axis=1), overlap.max(axis=1)
        labels[largest > DIFFERENT] = AMBIGUOUS
        labels[largest >= SAME] = page.values[nearest[largest >= SAME]]
    if len(page.ignore):
        ignore = intersection_over_smaller(boxes, page.ignore).max(axis=1) > IGNORED
        labels[ignore & ((labels == NO_DIGIT) | (labels == RULE))] = AMBIGUOUS
    return labels


def _labels_of_distractors(
    boxes: NDArray[np.float32], page: Page, labels: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Label boxes that show a sign, a letter or a word, or a part of one."""
    others = page.distractor_boxes
    overlap = intersection_over_union(boxes, others)  # (boxes, distractors)
    nearest, largest = overlap.argmax(axis=1), overlap.max(axis=1)
    shared = np.clip(shared_sides(boxes[:, None], others), 0, None).prod(axis=-1)
    within = shared / np.maximum(boxes[:, 2:].prod(axis=1), 1)[:, None] > PART_OF
    is_word = page.distractor_labels == OTHER
    labels[largest > DIFFERENT] = AMBIGUOUS
    labels[within[:, ~is_word].any(axis=1)] = NO_DIGIT
    labels[within[:, is_word].any(axis=1)] = OTHER
    same = largest >= SAME_SIGN
    labels[same] = page.distractor_labels[nearest[same]]
    return labels
