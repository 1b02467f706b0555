"""Tiles cut from synthetic pages: what the classifier meets after the detector.

    page --> detector's finds + the true boxes, shaken + letters and signs --> tiles

A tile is cut by the same function as in reading. What shows no digit is labelled "no
digit"; what overlaps one half-way is left out, as nobody could say. So is a bracket or
an o: up close it passes for a digit, and only its company tells. And so is a piece of a
ruled line that the detector hardly takes for a 1: as a tile it is one.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from inkten.classification.tiles import cut_tiles
from inkten.datasets.mnist import Part
from inkten.detection import Detections, Detector
from inkten.detection.boxes import intersection_over_smaller, intersection_over_union
from inkten.detection.detector import MIN_SCORE as DETECTOR_MIN_SCORE
from inkten.synthesis.handwriting import Handwriting
from inkten.synthesis.page import Page, training_page

NO_DIGIT = 10  # the label beside 0 to 9
SAME, OTHER = 0.6, 0.25  # overlap of a box with a digit's: it is that digit, or none
UNCLEAR = 0.3  # share of a box: with more of something unclear in it, it is unclear
SHAKES = 2  # shaken copies of each true box, and of each letter's
SHAKE = 0.06  # of a box's size: how far the detector's boxes are off, about
MIN_SCORE = 0.05  # faint finds, too: they are the hard "no digit"s
OF_SIGNS = 0.35  # of the pages hold nothing else


@dataclass(frozen=True)
class LabelledTiles:
    """Tiles and what they show.

    Attributes:
        tiles: (N, 28, 28) uint8, ink = 255.
        labels: (N,) 0 to 9, or 10 for no digit.
    """

    tiles: NDArray[np.uint8]
    labels: NDArray[np.int64]

    def __len__(self) -> int:
        """How many tiles."""
        return len(self.labels)

    @classmethod
    def joined(cls, parts: Sequence["LabelledTiles"]) -> "LabelledTiles":
        """Lay tiles of many pages together."""
        return cls(
            np.concatenate([part.tiles for part in parts]),
            np.concatenate([part.labels for part in parts]),
        )


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
        page = training_page(rng, part, of_signs=OF_SIGNS, handwriting=handwriting)
        return cut_page(rng, page, detector)

    threads = ThreadPoolExecutor()  # OpenCV and ONNX Runtime run beside Python
    try:
        return LabelledTiles.joined(list(threads.map(cut, range(count))))
    finally:
        threads.shutdown(cancel_futures=True)  # Ctrl-C shall not wait for them all


def cut_page(rng: np.random.Generator, page: Page, detector: Detector) -> LabelledTiles:
    """Cut what is on a page, digits and others."""
    finds = detector(page.gray, min_score=MIN_SCORE)
    known = np.concatenate([page.boxes, page.distractor_boxes])
    shaken = np.concatenate([_shaken(rng, known) for _ in range(SHAKES)])
    pairs = _neighbours_taken_for_one(page.boxes)
    boxes = np.concatenate([shaken, pairs, finds.boxes]).astype(np.float32)
    none = np.full(len(pairs), NO_DIGIT)
    labels = np.concatenate(
        [_labels(shaken, page), none, _labels_of_finds(finds, page)]
    )
    clear = labels >= 0
    tiles = cut_tiles(page.gray, boxes[clear])
    return LabelledTiles((tiles * 255).round().astype(np.uint8), labels[clear])


def _shaken(
    rng: np.random.Generator, boxes: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Boxes moved and resized by about as much as the detector is off."""
    sizes = boxes[:, 2:].max(axis=1, keepdims=True, initial=1)
    off = rng.normal(0, SHAKE, (2, len(boxes), 2)).astype(np.float32) * sizes
    corner, far = boxes[:, :2] + off[0], boxes[:, :2] + boxes[:, 2:] + off[1]
    return np.concatenate([corner, np.maximum(far - corner, 2)], axis=1)


def _neighbours_taken_for_one(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Boxes around two digits that stand close: never one digit."""
    pairs = [
        np.concatenate([corner, np.maximum(a[:2] + a[2:], b[:2] + b[2:]) - corner])
        for a, b in pairwise(boxes)
        for corner in [np.minimum(a[:2], b[:2])]
        if np.hypot(*(a[:2] - b[:2])) < 1.2 * max(a[3], b[3])
    ]
    return np.array(pairs, np.float32).reshape(-1, 4)


def _labels_of_finds(finds: Detections, page: Page) -> NDArray[np.int64]:
    """As `_labels`; also -1 for faint bars that are no 1, which reading never takes."""
    labels = _labels(finds.boxes, page)
    faint_bars = (finds.digits.argmax(axis=1) == 1) & (
        finds.scores < DETECTOR_MIN_SCORE
    )
    labels[faint_bars & (labels == NO_DIGIT)] = -1
    return labels


def _labels(boxes: NDArray[np.float32], page: Page) -> NDArray[np.int64]:
    """The digit each box shows; NO_DIGIT for none, -1 where it cannot be said."""
    labels = np.full(len(boxes), NO_DIGIT)
    if len(page.boxes):
        overlap = intersection_over_union(boxes, page.boxes)  # (boxes, digits)
        nearest, most = overlap.argmax(axis=1), overlap.max(axis=1)
        labels[most > OTHER] = -1
        labels[most >= SAME] = page.values[nearest[most >= SAME]]
    if len(page.ignore):
        ignore = intersection_over_smaller(boxes, page.ignore).max(axis=1) > UNCLEAR
        labels[ignore & (labels == NO_DIGIT)] = -1
    return labels
