"""The detections on one picture, and the Reading made from them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from inkten.classification.classifier import (
    CheckedClassifier,
    Classifier,
    Classify,
)
from inkten.classification.tiles import DIGIT_SIDE, TILE_SIDE, cut_tiles
from inkten.decimals import Mark, decimal_mark_of
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
from inkten.reading import Box, Digit, Number, Reading, Sign
from inkten.recognition.alignment import said_of
from inkten.recognition.fusion import fuse_missed
from inkten.recognition.strips import Strip
from inkten.signs.arrange import Part, numbers_parted, numbers_with_signs
from inkten.signs.find import FoundSign, LineSigns, find_signs, places_of_lines

SPECK_RATIO = 5  # a speck is less than 1/5 as high as its neighbour; set by hand
SPECK_SURE = 0.8  # ... which is a digit with at least this probability; set by hand
MNIST_SHAPE = TILE_SIDE, TILE_SIDE
MNIST_MARGIN = (TILE_SIDE - DIGIT_SIDE) / 2  # px, around the digit
MNIST_BOX = np.array([[MNIST_MARGIN, MNIST_MARGIN, DIGIT_SIDE, DIGIT_SIDE]], np.float32)


@dataclass(frozen=True, eq=False)
class Candidates:
    """The detections on a picture and their digit probabilities.

    Attributes:
        image: the picture.
        detections: N detections, in pixels of ``image``, highest score first.
        tiles: (N, 28, 28) float32, ink = 1.
        probabilities: (N, 10) float32, 0..1, fused.
        chosen: indices of the detections to read: the likeliest one, or all accepted.
        is_covered: whether the digits are known to account for all the ink.
        missed: (M,) for each chosen digit, how likely one beside it was missed.
        rotation: degrees by which the picture was turned clockwise to be upright.
        line_answers: the strips that the line reader has read, with its answers.
        signs: the signs of each line, if they were looked for.
    """

    image: GrayImage
    detections: Detections
    tiles: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    chosen: list[int]
    is_covered: bool = False
    missed: NDArray[np.float32] | None = None
    rotation: int = 0
    line_answers: Sequence[tuple[Strip, NDArray[np.float32]]] = ()
    signs: Sequence[LineSigns] = ()

    @cached_property
    def lines(self) -> list[Line]:
        """The lines of the chosen digits, as indices into ``chosen``."""
        return find_lines(self.detections.boxes[self.chosen])

    @cached_property
    def uncovered(self) -> UncoveredInk | None:
        """The unread ink beside the digits; None without digits or such ink."""
        if self.is_covered or not self.chosen:
            return None
        boxes = self.detections.boxes[self.chosen]
        return uncovered_ink(self.image.pixels, boxes, self.lines)

    @property
    def unread(self) -> int:
        """The number of pieces of ink near the digits that may be missed digits."""
        ink = self.uncovered
        return len(ink) + ink.elsewhere if ink is not None else 0

    @property
    def confidences(self) -> NDArray[np.float32]:
        """The confidence of each chosen digit, (M,)."""
        best = self.probabilities[self.chosen].max(axis=1, initial=0)
        return np.asarray(best, np.float32)

    def mapped_back(self, page: "Candidates", tilt: float) -> "Candidates":
        """Map candidates on the deskewed picture back to the page itself."""
        # The page may be at reduced scale, and the deskewed picture at full size.
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
        """Arrange the chosen digits in reading order."""
        digits = [self._digit(i, options.min_confidence) for i in self.chosen]
        numbers = self._numbers(keep_signs=options.signs)
        mark = _decimal_mark(numbers, digits, options)
        lines = tuple(
            tuple(self._number(number, line, len(own), digits, mark) for number in own)
            for line, own in zip(self.lines, numbers, strict=True)
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
            rotation=options.first_turn or self.rotation,
            has_signs=any(
                isinstance(part, FoundSign)
                for line in self._numbers(keep_signs=True)
                for number in line
                for part in number
            ),
        )

    def _numbers(self, *, keep_signs: bool) -> list[list[Sequence[Part]]]:
        """The digits of each number, as indices into ``chosen``, and its signs."""
        if not self.signs:
            return [list(line.numbers) for line in self.lines]
        arrange = numbers_with_signs if keep_signs else numbers_parted
        return [
            list(arrange(line, found))
            for line, found in zip(self.lines, self.signs, strict=True)
        ]

    def _number(
        self,
        parts: Sequence[Part],
        line: Line,
        on_line: int,
        digits: Sequence[Digit],
        mark: Mark | None,
    ) -> Number:
        """Make a number of its parts; ``on_line`` is how many the line has."""
        own = [part for part in parts if isinstance(part, int)]
        # The root: the product over the numbers of the line counts it once.
        complete = math.pow(line.order_confidence, 1 / on_line)
        if self.missed is not None:
            complete *= float(np.prod(1 - self.missed[own]))
        return Number(
            tuple(digits[index] for index in own),
            completeness=complete,
            signs=self._signs(parts),
            decimal_mark=mark,
        )

    def _signs(self, parts: Sequence[Part]) -> tuple[Sign, ...]:
        signs: list[Sign] = []
        for place, part in enumerate(parts):
            if isinstance(part, FoundSign):
                box = Box(*(side * self.image.scale for side in part.box))
                before = place - len(signs)
                signs.append(Sign(part.value, part.confidence, box, before))
        return tuple(signs)

    @property
    def accepted_boxes(self) -> NDArray[np.float32]:
        """The boxes of all accepted detections, chosen or not: (M, 4)."""
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
    """Split tiles and probabilities by picture, and choose the digits to read."""
    ends = accumulate(map(len, detections), initial=0)
    any_digit = probabilities.sum(axis=1)
    are_digits = accepted(probabilities)
    candidates: list[Candidates] = []
    for image, own, (start, end) in zip(
        images, detections, pairwise(ends), strict=True
    ):
        part = slice(start, end)
        if options.single:  # on a tie, argmax takes the higher score
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
    """Drop the smaller of two digits if it is tiny and the larger one is sure.

    It is a scroll bar, a button or dirt. Among more digits, a tiny one may be real.
    """
    if len(chosen) != 2:
        return chosen
    small, large = sorted(chosen, key=lambda index: boxes[index, 3])
    is_tiny = boxes[small, 3] * SPECK_RATIO < boxes[large, 3]
    return [large] if is_tiny and any_digit[large] >= SPECK_SURE else chosen


def count_missed(candidates: Candidates, classify: Classify) -> Candidates:
    """Estimate how likely digits were missed beside those that are read.

    Args:
        candidates: of one picture.
        classify: from (N, 28, 28), ink = 1, to (N, 10).
    """
    ink = candidates.uncovered
    if not ink:
        return candidates
    missed = missed_beside(candidates, ink, classify)
    if candidates.line_answers:
        said = said_of(ink.boxes, candidates.line_answers)
        missed = np.where(np.isnan(said), missed, fuse_missed(missed, said))
    complete = np.ones(len(candidates.chosen), np.float32)
    np.multiply.at(complete, ink.owners, 1 - missed)
    return replace(candidates, missed=1 - complete)


def missed_beside(
    candidates: Candidates, ink: UncoveredInk, classify: Classify
) -> NDArray[np.float32]:
    """How likely each piece of ink is a missed digit, without the line reader: (N,)."""
    gray, found = candidates.image.pixels, candidates.detections
    rejects = getattr(classify, "rejects", False)
    context = getattr(classify, "names_signs", False)
    tiles = cut_tiles(gray, ink.boxes, context=context)
    opinion = classify(tiles).sum(axis=1) if rejects else None
    others = np.ones(len(found), np.bool_)
    others[candidates.chosen] = False
    scores = candidates.probabilities[others].sum(axis=1)
    return missed_probability(ink, found.take(others), scores, opinion)


def look_for_signs(
    candidates: Candidates, classifier: Classifier | CheckedClassifier
) -> Candidates:
    """Find the signs among and beside the chosen digits.

    Args:
        candidates: of one picture.
        classifier: one that names signs.
    """
    if not candidates.chosen:
        return candidates
    boxes = candidates.detections.boxes[candidates.chosen]
    places = places_of_lines(candidates.image.pixels, boxes, candidates.lines)
    return replace(candidates, signs=find_signs(places, classifier.classes))


def _decimal_mark(
    numbers: Sequence[Sequence[Sequence[Part]]],
    digits: Sequence[Digit],
    options: ReadOptions,
) -> Mark | None:
    """The mark of the page, as it is set, or as its numbers show it."""
    if options.decimal_mark != "auto":
        return options.decimal_mark
    return decimal_mark_of(
        "".join(digits[p].text if isinstance(p, int) else p.value for p in number)
        for line in numbers
        for number in line
    )


def doubtful_pictures(candidates: Sequence[Candidates]) -> list[int]:
    """The indices of the pictures on which the coarse pass may have missed digits."""
    return needs_full_pass(
        [each.detections.boxes[each.chosen] for each in candidates],
        [each.probabilities[each.chosen].max(axis=1) for each in candidates],
        [each.image.pixels for each in candidates],
    )


def mark_covered(
    candidates: Sequence[Candidates], doubtful: Sequence[int]
) -> list[Candidates]:
    """Mark the candidates on which the coarse pass left no ink uncovered."""
    rest = set(range(len(candidates))) - set(doubtful)
    sides = [max(each.image.pixels.shape) for each in candidates]
    return [
        replace(each, is_covered=place in rest and coarse_side(side) < side)
        for place, (each, side) in enumerate(zip(candidates, sides, strict=True))
    ]


def fuse_full_image(
    candidates: Sequence[Candidates], classify: Classify
) -> list[Candidates]:
    """Also classify each 28x28 picture as one tile, and fuse the result in.

    A picture in MNIST's format, with light ink and one digit, is a tile already. With
    dark ink, the classifier answers "no digit". Stripes or noise over all of a
    picture mislead the detector and the tile cutting more than they mislead the
    classifier.

    Args:
        candidates: those of pictures known to hold one digit each.
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
    """Combine the candidates with the (10,) probabilities of the full picture."""
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
    """Average which digit it is; take from the surer opinion whether it is one."""
    both = read + full
    surer = max(read.sum(), full.sum())
    return np.asarray(both * (surer / max(both.sum(), 1e-6)), np.float32)
