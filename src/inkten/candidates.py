"""The detections on one picture, and the digits chosen from them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from inkten.detection import Detections
from inkten.detection.boxes import centred_within
from inkten.detection.coarse import coarse_side, needs_full_pass
from inkten.fusion import FLOOR, accepted
from inkten.image.decode import GrayImage
from inkten.image.paper import only_paper_beside
from inkten.layout.deskew import boxes_on_page
from inkten.layout.line import Line
from inkten.layout.lines import find_lines
from inkten.layout.uncovered import UncoveredInk, uncovered_ink
from inkten.options import ReadOptions
from inkten.recognition.strips import Strip
from inkten.signs.find import LineSigns

SPECK_RATIO = 5  # a speck is less than 1/5 as high as its neighbour; set by hand
SPECK_SURE = 0.8  # ... which is a digit with at least this probability; set by hand


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
        tilt: the slope of the page, radians, if it was straightened to be searched.
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
    tilt: float = 0.0
    line_answers: Sequence[tuple[Strip, NDArray[np.float32]]] = ()
    signs: Sequence[LineSigns] = ()

    @cached_property
    def lines(self) -> list[Line]:
        """The lines of the chosen digits, as indices into ``chosen``."""
        return find_lines(self.detections.boxes[self.chosen], self.tilt)

    @cached_property
    def is_lone_digit(self) -> bool:
        """Whether the picture holds one digit and nothing else but even paper."""
        if len(self.chosen) != 1:
            return False
        digit = self.detections.boxes[self.chosen[0]]
        return only_paper_beside(self.image.pixels, digit)

    @cached_property
    def uncovered(self) -> UncoveredInk | None:
        """The unread ink beside the digits; None without digits or such ink."""
        if self.is_covered or self.is_lone_digit or not self.chosen:
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
        inside = centred_within(boxes, page.image.pixels.shape)
        place = (np.cumsum(inside) - 1).tolist()
        return replace(
            self,
            image=page.image,
            rotation=page.rotation,
            tilt=tilt,
            detections=replace(self.detections, boxes=boxes).take(inside),
            tiles=self.tiles[inside],
            probabilities=self.probabilities[inside],
            chosen=[place[index] for index in self.chosen if inside[index]],
        )

    def with_digits(
        self,
        boxes: NDArray[np.float32],
        tiles: NDArray[np.float32],
        probabilities: NDArray[np.float32],
    ) -> "Candidates":
        """The same with M more digits to read.

        Args:
            boxes: (M, 4)
            tiles: (M, 28, 28)
            probabilities: (M, 10)
        """
        if not len(boxes):
            return self
        scores = probabilities.sum(axis=1)
        digits = probabilities / np.maximum(scores, FLOOR)[:, None]
        found = Detections(boxes, scores, digits)
        count, missed = len(self.detections), self.missed
        if missed is not None:
            missed = np.concatenate([missed, np.zeros(len(found), np.float32)])
        return replace(
            self,
            detections=Detections.merge([self.detections, found]),
            tiles=np.concatenate([self.tiles, tiles]),
            probabilities=np.concatenate([self.probabilities, probabilities]),
            chosen=[*self.chosen, *range(count, count + len(found))],
            missed=missed,
        )

    @property
    def accepted_boxes(self) -> NDArray[np.float32]:
        """The boxes of all accepted detections, chosen or not: (M, 4)."""
        return self.detections.boxes[accepted(self.probabilities)]


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
