"""What was detected on one picture, and the Reading that is made of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from inkten.classification.classifier import Classify
from inkten.classification.tiles import DIGIT_SIDE, TILE_SIDE, cut_tiles
from inkten.detection import Detections
from inkten.detection.coarse import coarse_side, needs_full_pass
from inkten.fusion import accepted
from inkten.image.decode import GrayImage
from inkten.layout.deskew import boxes_on_page
from inkten.layout.line import Line
from inkten.layout.lines import find_lines
from inkten.layout.uncovered import (
    UncoveredInk,
    missed_probability,
    uncovered_ink,
)
from inkten.options import ReadOptions
from inkten.reading import Box, Digit, Number, Reading

SPECK_RATIO = 5  # a speck's neighbour is this many times as high; set by hand
SPECK_SURE = 0.8  # ... and a digit with this probability; set by hand
MNIST_SHAPE = TILE_SIDE, TILE_SIDE
MNIST_MARGIN = (TILE_SIDE - DIGIT_SIDE) / 2  # px, around the digit
MNIST_BOX = np.array([[MNIST_MARGIN, MNIST_MARGIN, DIGIT_SIDE, DIGIT_SIDE]], np.float32)


@dataclass(frozen=True, eq=False)
class Candidates:
    """What was detected on a picture, and what that is taken for.

    Attributes:
        image: the picture.
        detections: N of them, in pixels of ``image``, surest first.
        tiles: (N, 28, 28) float32, ink = 1.
        probabilities: (N, 10) float32, 0..1, fused.
        chosen: which detections are read: the likeliest one, or all accepted.
        is_covered: whether it is known that the digits account for all the ink.
        missed: (M,) for each digit read, how likely one beside it was missed.
        rotation: degrees by which the picture was turned clockwise to be upright.
    """

    image: GrayImage
    detections: Detections
    tiles: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    chosen: list[int]
    is_covered: bool = False
    missed: NDArray[np.float32] | None = None
    rotation: int = 0

    @cached_property
    def lines(self) -> list[Line]:
        """The lines of the digits that are read; they index ``chosen``."""
        return find_lines(self.detections.boxes[self.chosen])

    @cached_property
    def uncovered(self) -> UncoveredInk | None:
        """The ink beside the digits; None without a digit, or where there is none."""
        if self.is_covered or not self.chosen:
            return None
        boxes = self.detections.boxes[self.chosen]
        return uncovered_ink(self.image.pixels, boxes, self.lines)

    @property
    def unread(self) -> int:
        """How many pieces of ink near the digits may be digits, too."""
        ink = self.uncovered
        return len(ink) + ink.elsewhere if ink is not None else 0

    @property
    def confidences(self) -> NDArray[np.float32]:
        """How sure each digit that is read is, (M,)."""
        best = self.probabilities[self.chosen].max(axis=1, initial=0)
        return np.asarray(best, np.float32)

    def mapped_back(self, page: "Candidates", tilt: float) -> "Candidates":
        """What was detected on the deskewed picture of a page, on the page itself."""
        # The page may be at reduced scale where the finer levels needed all of it.
        boxes = self.detections.boxes * np.float32(self.image.scale / page.image.scale)
        boxes = boxes_on_page(boxes, page.image.pixels.shape, tilt)
        centres = boxes[:, :2] + boxes[:, 2:] / 2
        size = page.image.pixels.shape[::-1]
        # Beyond the picture, its repeated border may look like strokes.
        inside = np.all((centres >= 0) & (centres <= size), axis=1)
        place = (np.cumsum(inside) - 1).tolist()
        return replace(
            self,
            image=page.image,
            rotation=page.rotation,
            detections=replace(self.detections, boxes=boxes).take(inside),
            tiles=self.tiles[inside],
            probabilities=self.probabilities[inside],
            chosen=[place[index] for index in self.chosen if inside[index]],
        )

    def reading(self, options: ReadOptions) -> Reading:
        """Put the digits that are read in reading order."""
        digits = [self._digit(i, options.min_confidence) for i in self.chosen]
        lines = tuple(
            tuple(
                Number(
                    tuple(digits[i] for i in number), self._completeness(number, line)
                )
                for number in line.numbers
            )
            for line in self.lines
        )
        guess = None
        if not digits and len(self.detections):
            likeliest = int(self.probabilities.max(axis=1).argmax())
            guess = self._digit(likeliest, options.min_confidence)
        return Reading(
            lines,
            self.image.pixels,
            self.image.scale,
            best_guess=guess,
            original_size=self.image.original_size,
            rotation=self.rotation,
        )

    def _completeness(self, number: tuple[int, ...], line: Line) -> float:
        """How likely no digit of the number is missing or on another line."""
        # Shared by the numbers of the line, so that their product counts it once
        complete = math.pow(line.order_confidence, 1 / len(line.numbers))
        if self.missed is None:
            return complete
        return complete * float(np.prod(1 - self.missed[list(number)]))

    @property
    def accepted_boxes(self) -> NDArray[np.float32]:
        """The boxes of what is taken for a digit, chosen or not: (M, 4)."""
        return self.detections.boxes[accepted(self.probabilities)]

    def _digit(self, index: int, min_confidence: float) -> Digit:
        box = Box(*(self.detections.boxes[index] * self.image.scale).tolist())
        return Digit.of(
            self.probabilities[index], box, self.tiles[index], min_confidence
        )


def split_by_picture(
    images: Sequence[GrayImage],
    detections: Sequence[Detections],
    tiles: NDArray[np.float32],
    probabilities: NDArray[np.float32],
    options: ReadOptions,
) -> list[Candidates]:
    """Split the tiles and probabilities of all detections by their pictures."""
    ends = accumulate(map(len, detections), initial=0)
    any_digit = probabilities.sum(axis=1)
    are_digits = accepted(probabilities)
    candidates: list[Candidates] = []
    for image, own, (start, end) in zip(
        images, detections, pairwise(ends), strict=True
    ):
        part = slice(start, end)
        if options.single:  # the surer detection wins a draw
            chosen = [int(any_digit[part].argmax())] if len(own) else []
        else:
            chosen = np.flatnonzero(are_digits[part]).tolist()
            chosen = _without_speck(chosen, own.boxes, any_digit[part])
        candidates.append(
            Candidates(image, own, tiles[part], probabilities[part], chosen)
        )
    return candidates


def _without_speck(
    chosen: list[int], boxes: NDArray[np.float32], any_digit: NDArray[np.float32]
) -> list[int]:
    """Of two digits, leave out one that is tiny beside a sure one.

    That is a scroll bar, a button or dirt. Among more digits a tiny one may be one.
    """
    if len(chosen) != 2:
        return chosen
    small, large = sorted(chosen, key=lambda index: boxes[index, 3])
    is_tiny = boxes[small, 3] * SPECK_RATIO < boxes[large, 3]
    return [large] if is_tiny and any_digit[large] >= SPECK_SURE else chosen


def count_missed(candidates: Candidates, classify: Classify) -> Candidates:
    """Look for digits that were missed beside those that are read.

    Args:
        candidates: of one picture.
        classify: from (N, 28, 28), ink = 1, to (N, 10).
    """
    gray, found = candidates.image.pixels, candidates.detections
    ink = candidates.uncovered
    if not ink:
        return candidates
    rejects = getattr(classify, "rejects", False)
    opinion = classify(cut_tiles(gray, ink.boxes)).sum(axis=1) if rejects else None
    others = np.ones(len(found), np.bool_)
    others[candidates.chosen] = False
    scores = candidates.probabilities[others].sum(axis=1)
    missed = missed_probability(ink, found.take(others), scores, opinion)
    complete = np.ones(len(candidates.chosen), np.float32)
    np.multiply.at(complete, ink.owners, 1 - missed)
    return replace(candidates, missed=1 - complete)


def need_full_pass(candidates: Sequence[Candidates]) -> list[int]:
    """The places of the pictures that may hold more than the coarse pass showed."""
    return needs_full_pass(
        [each.detections.boxes[each.chosen] for each in candidates],
        [each.probabilities[each.chosen].max(axis=1) for each in candidates],
        [each.image.pixels for each in candidates],
    )


def mark_covered(
    candidates: Sequence[Candidates], doubtful: Sequence[int]
) -> list[Candidates]:
    """Note where the coarse pass, unless it left doubt, showed no other ink."""
    rest = set(range(len(candidates))) - set(doubtful)
    sides = [max(each.image.pixels.shape) for each in candidates]
    return [
        replace(each, is_covered=place in rest and coarse_side(side) < side)
        for place, (each, side) in enumerate(zip(candidates, sides, strict=True))
    ]


def fuse_full_image(
    candidates: Sequence[Candidates], classify: Classify
) -> list[Candidates]:
    """Fuse in what the classifier says of each full picture, where it is 28x28.

    A picture in MNIST's own form, with light ink and known to hold one digit, is a
    tile as it stands; of dark ink the classifier says that it shows no digit. What
    covers all of a picture, such as stripes or noise, misleads detector and tile
    cutter, but not the classifier.

    Args:
        candidates: of pictures that are known to hold one digit each.
        classify: from (N, 28, 28), ink = 1, to (N, 10); it can say "no digit".
    """
    fitting = [each for each in candidates if each.image.pixels.shape == MNIST_SHAPE]
    if not fitting:
        return list(candidates)
    tiles = np.stack([each.image.pixels for each in fitting]).astype(np.float32)
    tiles /= np.float32(255)
    classified = zip(tiles, classify(tiles), strict=True)
    return [
        _fused(each, *next(classified))
        if each.image.pixels.shape == MNIST_SHAPE
        else each
        for each in candidates
    ]


def _fused(
    candidates: Candidates, tile: NDArray[np.float32], full: NDArray[np.float32]
) -> Candidates:
    """Both opinions on the one digit: (10,) of the full picture, and what was read."""
    if candidates.chosen:
        probabilities = candidates.probabilities.copy()
        read = probabilities[candidates.chosen[0]]
        probabilities[candidates.chosen] = _mean_digit(read, full)
        return replace(candidates, probabilities=probabilities)
    if not accepted(full[None])[0]:
        return candidates
    found = Detections(MNIST_BOX, full.sum(keepdims=True), full[None])
    return replace(
        candidates,
        detections=found,
        tiles=tile[None],
        probabilities=full[None],
        chosen=[0],
    )


def _mean_digit(
    read: NDArray[np.float32], full: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The mean of the digits' shares; whether it is one, the surer opinion decides."""
    both = read + full
    surer = max(read.sum(), full.sum())
    return np.asarray(both * (surer / max(both.sum(), 1e-6)), np.float32)
