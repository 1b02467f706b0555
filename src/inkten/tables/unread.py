"""Ink of a cell that no digit stands for: each piece as a picture, to be read alone.

A bare 1 beside wide digits is the digit that is missed most often: its ink is beside
the others, or one box is around two digits. Alone on paper, it is read.
"""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.digits import Box, Number
from inkten.tables.cell_picture import CellPicture, Gray, Mask
from inkten.tables.merge_readings import inside

# Lengths in digit heights, set on synthetic pages (benchmarks/table_pages.py).
HEIGHTS = 0.8, 1.7  # of a missed digit: lower pieces are parts of one
COVERED = 0.6  # of a piece: it is of a digit that was read
BEHIND = 0.3  # of a piece's width: so far, it stands before or after another one
NEAR = 0.6  # beside the number: ink further away does not belong to it
IN_LINE = 0.3  # up or down from the middle of the number
MARGIN = 0.08  # around a piece: the soft edge of its strokes


def unread_pieces(picture: CellPicture, number: Number) -> Iterator[Gray]:
    """The pieces of ink that may be digits missed in a number, each alone on paper.

    Args:
        picture: of the cell.
        number: what was read, its boxes in pixels of the picture.
    """
    height, ink = picture.height, picture.ink
    # Ink that is cut off by a rule or by the edge belongs to something else
    not_shown = (~picture.shown).astype(np.uint8)
    beyond = cv2.dilate(not_shown, np.ones((3, 3), np.uint8)) > 0
    margin = np.ones((2 * round(MARGIN * height) + 1,) * 2, np.uint8)
    _, marks, boxes_and_areas, _ = cv2.connectedComponentsWithStats(
        ink.astype(np.uint8)
    )
    labels = np.asarray(marks, np.int32)
    stats = np.asarray(boxes_and_areas, np.int32)
    whole = number.box
    boxes = [part.box for part in number.parts]
    read = _pieces_read(labels, stats[:, 4].tolist(), boxes)
    for label, (x, y, width, high, _) in enumerate(stats.tolist()):
        gap = max(whole.x - (x + width), x - whole.right)
        offset = abs(y + high / 2 - whole.y - whole.height / 2)
        is_high = HEIGHTS[0] <= high / height <= HEIGHTS[1]
        if not label or not is_high or label in read:
            continue
        if gap > NEAR * height or offset > IN_LINE * height:
            continue
        own = labels == label
        if (own & beyond).any():
            continue
        if any(
            _covered(own, box) > COVERED and not _is_beside(stats, label, other)
            for box, other in zip(boxes, read, strict=True)
        ):
            continue
        around = cv2.dilate(own.astype(np.uint8), margin) > 0
        yield np.where(around, picture.gray, picture.paper)


def _pieces_read(
    labels: NDArray[np.int32], areas: Sequence[int], boxes: Sequence[Box]
) -> list[int]:
    """The piece that each box is around: large, and all in there; 0 for none."""
    pairs = []
    for place, box in enumerate(boxes):
        counts = np.bincount(labels[inside(box)].ravel(), minlength=len(areas))
        pairs += [
            (counts[label] ** 2 / areas[label], place, label)
            for label in np.flatnonzero(counts).tolist()
            if label
        ]
    read = [0] * len(boxes)
    for _, place, label in sorted(pairs, reverse=True):
        if not read[place] and label not in read:
            read[place] = label
    return read


def _covered(own: Mask, box: Box) -> float:
    """The share of a piece that is in a digit's box."""
    return float(own[inside(box)].sum() / own.sum())


def _is_beside(stats: NDArray[np.int32], label: int, other: int) -> bool:
    """Whether a piece stands before or after another one, not over or under it."""
    (x, width), (other_x, other_width) = stats[[label, other]][:, [0, 2]].tolist()
    shared = min(x + width, other_x + other_width) - max(x, other_x)
    return bool(shared < BEHIND * width)
