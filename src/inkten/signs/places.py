"""Where signs may stand on a line: pieces of ink that no digit covers, and bare gaps.

A point, a comma or a minus is too small for the detector. Pieces of ink that stand on
one another are one place, as the strokes of ``=``, ``:`` and ``÷`` are. A gap between
two digits without such a piece is a place, too: its sign may be faint, or touch a
digit or a rule.
"""

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.detection.pyramid import normalize_local_contrast
from inkten.layout.lines import NUMBER_GAP
from inkten.signs.strip import BASE, DIGIT, Strip

Floats = NDArray[np.float32]
Corners = tuple[int, int, int, int]  # left, top, right, bottom: px of the strip

INK = 0.8  # normalized contrast: fainter is paper
SOFT_EDGE = 1  # px: how far ink reaches past a digit's box
LEAST_AREA = 3  # px: a point of a tenth of a digit's height
HIGHEST, WIDEST = 1.9, 1.6  # digit heights: larger pieces are rules or other lines
TOP, FOOT = 1.35, 0.45  # digit heights from the baseline to the middle of a piece
REACH = 2.5  # digit heights: further from all digits, it is not part of a number
STACKED = 0.5  # of the narrower piece: they stand on one another
BARE_GAP = 0.3  # digit heights: a bare gap is looked at at least this wide
MOST_PIECES = 8  # per digit of the line; more of them are a texture


def places(strip: Strip, digits: Floats, others: Floats) -> Floats:
    """Find where signs may stand on a line.

    Args:
        strip: the line.
        digits: (N, 4) its digits from left to right, in pixels of the strip.
        others: (M, 4) the digits of other lines, in pixels of the strip.

    Returns:
        (P, 4) boxes in pixels of the strip, from left to right.
    """
    pieces = _pieces(strip.pixels, np.concatenate([digits, others]))
    found = [piece for piece in pieces if _fits(piece, digits)]
    if len(found) > MOST_PIECES * (len(digits) + 1):
        found = []
    found = _stacked(found)
    found += _bare_gaps(found, digits)
    found.sort()
    boxes = [
        (left, top, right - left, bottom - top) for left, top, right, bottom in found
    ]
    return np.array(boxes, np.float32).reshape(-1, 4)


def frames(boxes: Floats) -> Floats:
    """The boxes to cut for (P, 4) places: as high as a digit or higher.

    So tiles show signs at the scale of digits, and a point is smaller than a zero.
    """
    top = np.minimum(boxes[:, 1], BASE - DIGIT)
    bottom = np.maximum(boxes[:, 1] + boxes[:, 3], BASE)
    return np.stack([boxes[:, 0], top, boxes[:, 2], bottom - top], axis=1)


def _pieces(pixels: NDArray[np.uint8], digits: Floats) -> list[Corners]:
    """Connected ink outside of the digits."""
    contrast = normalize_local_contrast(pixels)
    ink = np.where(np.abs(contrast) > INK, contrast, 0)
    corners = np.hstack([digits[:, :2], digits[:, :2] + digits[:, 2:]])
    within = np.clip(np.rint(corners), 0, np.tile(pixels.shape[::-1], 2)).astype(int)
    of_digits = sum(
        float(ink[top:bottom, left:right].sum())
        for left, top, right, bottom in within.tolist()
    )
    is_ink = (ink < 0 if of_digits < 0 else ink > 0).astype(np.uint8)
    for left, top, right, bottom in within.tolist():
        columns = slice(max(left - SOFT_EDGE, 0), right + SOFT_EDGE)
        is_ink[max(top - SOFT_EDGE, 0) : bottom + SOFT_EDGE, columns] = 0
    _, _, stats, _ = cv2.connectedComponentsWithStats(is_ink)
    return [  # the first is the paper
        (left, top, left + wide, top + high)
        for left, top, wide, high, area in stats[1:].tolist()
        if area >= LEAST_AREA
    ]


def _fits(piece: Corners, digits: Floats) -> bool:
    """Whether a piece has the size and the position of a sign."""
    left, top, right, bottom = piece
    if bottom - top > HIGHEST * DIGIT or right - left > WIDEST * DIGIT:
        return False
    if not BASE - TOP * DIGIT < (top + bottom) / 2 < BASE + FOOT * DIGIT:
        return False
    away = np.maximum(digits[:, 0] - right, left - digits[:, 0] - digits[:, 2])
    return bool(away.min() <= REACH * DIGIT)


def _stacked(pieces: Sequence[Corners]) -> list[Corners]:
    """Join the pieces that stand on one another."""
    joined: list[Corners] = []
    for piece in sorted(pieces):
        if joined:
            (left, top, right, bottom), last = piece, joined[-1]
            shared = min(right, last[2]) - left
            both = last[0], min(top, last[1]), max(right, last[2]), max(bottom, last[3])
            narrower = min(right - left, last[2] - last[0])
            size = (both[2] - both[0]) / WIDEST, (both[3] - both[1]) / HIGHEST
            if shared >= STACKED * narrower and max(size) <= DIGIT:
                joined[-1] = both
                continue
        joined.append(piece)
    return joined


def _bare_gaps(found: Sequence[Corners], digits: Floats) -> list[Corners]:
    """The gaps within numbers that hold no piece of ink."""
    taken = [(left + right) / 2 for left, _, right, _ in found]
    gaps: list[Corners] = []
    for (x, _, wide, _), (next_x, _, next_wide, _) in pairwise(digits.tolist()):
        if next_x - x - wide > NUMBER_GAP * DIGIT:
            continue
        if any(x + wide / 2 < middle < next_x + next_wide / 2 for middle in taken):
            continue
        middle = (x + wide + next_x) / 2
        half = max(next_x - x - wide, BARE_GAP * DIGIT) / 2
        gaps.append((round(middle - half), BASE - DIGIT, round(middle + half), BASE))
    return gaps
