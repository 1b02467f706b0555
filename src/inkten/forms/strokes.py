"""The connected strokes in a field: which cell each belongs to.

A digit belongs to the cell in which the middle of its ink is, even if it crosses the
border. So each cell gets a picture of its own strokes, whole, and nobody else's.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.digits import Box

Gray = NDArray[np.uint8]

INK = 0.13  # of the light: ink absorbs more
PEN = 0.3  # of what the pen's strokes absorb: less is a soft edge, or print residue
FAINT_FIELD = 0.5  # of the same: a field without darker ink may have none at all
SOFT_REACH = 0.15  # of the cell's height: how far from a stroke its soft edge may be
DARKEST = 90  # percentile of ink that is as dark as the pen writes
NOISE = 4.0  # standard deviations of the paper: less is its grain
RESIDUE = 0.75  # share of a stroke beside print that makes it residue of that print
FAINT_RESIDUE = 5  # px further from print, where what is fainter than the pen is, too
SPECK = 0.1  # of the cell's height: smaller strokes are dirt or residue of the print
POINT = 0.045  # of the same: a decimal point of a thin pen may be as small
WRITTEN = 0.25  # of the cell's height: smaller strokes alone are no digit
WIDE = 1.4  # cells: wider strokes are digits that touch; they are cut between cells
SLIVER = 0.35  # cells: where such strokes begin or end, less is part of the next digit
PART_WIDE = 0.45  # cells: a lone digit hardly reaches as far into the next cell ...
PART_HIGH = 0.4  # of a cell's height: ... other than with a tail
SOFT_EDGE = 3  # px around strokes that belong to them


@dataclass(frozen=True, slots=True, eq=False)
class Strokes:
    """The strokes in a picture of a field.

    Attributes:
        labels: (h, w) int32: 0 for paper, else the number of the stroke, from 1.
        boxes: the box of each stroke, in order of the numbers.
        height: of the field's cells, px: the unit of size.
    """

    labels: NDArray[np.int32]
    boxes: tuple[Box, ...]
    height: float

    @classmethod
    def of(
        cls,
        written: Gray,
        near_print: NDArray[np.bool_],
        height: float,
        pen: float,
        speck: float = SPECK,
    ) -> "Strokes":
        """The strokes of (h, w) gray on white, without specks and residue of the print.

        Args:
            written: the picture.
            near_print: (h, w) where residue of the print may be.
            height: of the field's cells, px.
            pen: how dark the pen writes on this form (``pen_on``).
            speck: of the cell's height: smaller strokes are left out.
        """
        dark = _darkness(written)
        level = _ink_level(dark)
        if _darkest(dark[dark > level]) < FAINT_FIELD * pen:  # it may well be empty
            level = max(level, PEN * pen)
        # People press harder on some digits than on others: each has its own edge
        nearby = cv2.dilate(cv2.medianBlur(dark, 3), _disc(SOFT_REACH * height))
        is_ink = (dark > np.maximum(level, PEN * nearby)).astype(np.uint8)
        joined = cv2.morphologyEx(is_ink, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
        count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
        beside = np.bincount(labels[near_print], minlength=count)
        around = cv2.dilate(near_print.astype(np.uint8), _disc(FAINT_RESIDUE)) > 0
        faint = np.bincount(labels.ravel(), dark.ravel()) < PEN * pen * stats[:, 4]
        beside = np.where(faint, np.bincount(labels[around], minlength=count), beside)
        numbers = np.zeros(count, np.int32)
        boxes = []
        for label, (x, y, wide, high, area) in enumerate(stats.tolist()):
            is_residue = beside[label] >= RESIDUE * area
            if label and not is_residue and max(wide, high) >= speck * height:
                boxes.append(Box(x, y, wide, high))
                numbers[label] = len(boxes)
        return cls(numbers[labels], tuple(boxes), height)

    def within(self, box: Box) -> "Strokes":
        """The strokes whose middle is within a box."""
        kept = [
            number
            for number, stroke in enumerate(self.boxes, 1)
            if box.x <= stroke.x + stroke.width / 2 <= box.right
            and box.y <= stroke.y + stroke.height / 2 <= box.bottom
        ]
        return self.take(kept)

    def take(self, numbers: Sequence[int]) -> "Strokes":
        """Only the strokes of these numbers."""
        new = np.zeros(len(self.boxes) + 1, np.int32)
        new[list(numbers)] = np.arange(1, len(numbers) + 1)
        boxes = tuple(self.boxes[number - 1] for number in numbers)
        return Strokes(new[self.labels], boxes, self.height)

    def in_cells(self, cells: Sequence[Box]) -> list["Strokes"]:
        """The strokes of each cell, from left to right."""
        width = cells[0].width
        left = cells[0].x
        columns = np.arange(self.labels.shape[1])
        of_column = np.clip((columns - left) // width, 0, len(cells) - 1)
        owner = np.zeros(self.labels.shape, np.int64)
        written: set[int] = set()
        for rows, place, own in self._each():
            middle = place.start + int(np.flatnonzero(own.any(axis=0)).mean())
            first = last = of_column[middle]
            if own.shape[1] > WIDE * width:
                first = of_column[place.start + int(SLIVER * width)]
                last = of_column[place.stop - max(int(SLIVER * width), 1)]
            cell = np.broadcast_to(np.clip(of_column[place], first, last), own.shape)
            owner[rows, place][own] = cell[own] + 1
            if max(own.shape) >= WRITTEN * self.height:
                written.update(np.unique(cell[own]).tolist())
        self._share(owner, of_column, width, written)
        return [
            Strokes.of_mask(owner == number, self.height)
            for number in range(1, len(cells) + 1)
        ]

    def _share(
        self,
        owner: NDArray[np.int64],
        of_column: NDArray[np.float64],
        width: float,
        written: set[int],
    ) -> None:
        """Give empty cells their part of digits that touch and look like one."""
        for rows, place, own in self._each():
            for cell in {*of_column[place].tolist()} - written:
                part = own & (of_column[place] == cell)
                wide, high = part.any(axis=0).sum(), part.any(axis=1).sum()
                if wide >= PART_WIDE * width and high >= PART_HIGH * self.height:
                    owner[rows, place][part] = cell + 1

    def _each(self) -> Iterator[tuple[slice, slice, NDArray[np.bool_]]]:
        """The rows and columns of each stroke, and where it is among them."""
        for number, box in enumerate(self.boxes, 1):
            rows = slice(int(box.y), int(box.bottom))
            place = slice(int(box.x), int(box.right))
            yield rows, place, self.labels[rows, place] == number

    @classmethod
    def of_mask(cls, is_ink: NDArray[np.bool_], height: float) -> "Strokes":
        """The strokes of an (h, w) mask."""
        _, labels, stats, _ = cv2.connectedComponentsWithStats(is_ink.astype(np.uint8))
        boxes = tuple(Box(*stat[:4]) for stat in stats[1:].tolist())
        return cls(np.asarray(labels, np.int32), boxes, height)

    @property
    def is_written(self) -> bool:
        """Whether one of the strokes is large enough for a digit or a sign."""
        return any(
            max(box.width, box.height) >= WRITTEN * self.height for box in self.boxes
        )

    def picture(self, written: Gray, window: Box) -> Gray:
        """These strokes alone on white paper.

        Args:
            written: the picture that the strokes are on.
            window: what to show of it; it grows to hold the strokes.
        """
        around = Box.around((window, *self.boxes))
        rows = slice(max(int(around.y), 0), int(around.bottom) + 1)
        place = slice(max(int(around.x), 0), int(around.right) + 1)
        is_ink = (self.labels[rows, place] > 0).astype(np.uint8)
        shown = np.where(
            cv2.dilate(is_ink, _disc(SOFT_EDGE)) > 0, written[rows, place], 255
        )
        return np.asarray(shown, np.uint8)


def pen_on(pictures: Iterable[Gray]) -> float:
    """How dark the pen writes, 0..1, on pictures of the fields of one form.

    A form is filled in with one pen, as a rule. So what is much fainter, and where
    print was, is no writing, though nothing darker is in its field.
    """
    darks = map(_darkness, pictures)
    ink = np.concatenate([dark[dark > _ink_level(dark)] for dark in darks])
    return _darkest(ink)


def _darkest(ink: NDArray[np.float32]) -> float:
    return float(np.percentile(ink, DARKEST)) if ink.size else 0.0


def _disc(reach: float) -> Gray:
    side = 2 * round(reach) + 1
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(disc, np.uint8)


def _darkness(written: Gray) -> NDArray[np.float32]:
    """The share of the light that each pixel absorbs, 0..1."""
    return (1 - written / np.float32(255)).astype(np.float32)


def _ink_level(dark: NDArray[np.float32]) -> float:
    """The share of the light above which a pixel is not the grain of the paper."""
    paper = dark[dark < INK]
    return max(INK, NOISE * float(paper.std()) if paper.size else 0.0)
