"""Where signs may stand on a line: pieces of ink that no digit covers, and bare gaps.

A point, a comma or a minus is too small for the detector. Pieces of ink that stand on
one another are one place, as the strokes of ``=``, ``:`` and ``÷`` are. Pieces close
beside one another are a place each and one together, as for ``%``: places may overlap,
and the classifier decides. A gap between two digits without a piece is a place, too:
its sign may be faint, or touch a digit or a rule. So is where the line reader sees a
sign that no piece of ink shows.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.detection.digit_ink import ink_like_digits, outside_boxes
from inkten.detection.pyramid import normalize_local_contrast
from inkten.layout.lines import NUMBER_GAP
from inkten.signs.sign_strip import BASE, DIGIT, SignStrip

Floats = NDArray[np.float32]
Corners = tuple[int, int, int, int]  # left, top, right, bottom: px of the strip

INK = 0.8  # normalized contrast: fainter is paper
FAINT = 0.2  # normalized contrast: nothing is in a gap without that much
SMOOTH = 3, 3  # px: noise would bridge the gaps between pieces
SOFT_EDGE = 1  # px: how far ink reaches past a digit's box
OF_ITS_OWN = 0.5  # share of a piece outside of all digits: it is no stroke of a digit
LEAST_AREA = 3  # px: a point of a tenth of a digit's height
HIGHEST, WIDEST = 2.2, 2.0  # digit heights: larger pieces are rules or other lines
TOP, FOOT = 1.6, 0.45  # digit heights from the baseline to the middle of a piece
REACH = 2.5  # digit heights: further from all digits, it is not part of a number
STACKED = 0.5  # of the narrower piece: they stand on one another
JOIN_GAP, JOINED = 0.3, 1.3  # digit heights: gap and width of pieces seen as one
MOST_JOINED = 3  # pieces: a % has three
BARE_GAP = 0.3  # digit heights: a bare gap is looked at at least this wide
APART = 0.2  # digit heights: the line reader's sign is another than that of a place
MOST_PIECES = 8  # per digit of the line: the largest; more are noise


def places(strip: SignStrip, digits: Floats, others: Floats) -> Floats:
    """Find where signs may stand on a line.

    Args:
        strip: the line.
        digits: (N, 4) its digits from left to right, in pixels of the strip.
        others: (M, 4) the digits of other lines, in pixels of the strip.

    Returns:
        (P, 4) boxes in pixels of the strip, from left to right; they may overlap.
    """
    smooth = np.asarray(cv2.blur(strip.pixels, SMOOTH), np.uint8)
    contrast = normalize_local_contrast(smooth)
    pieces = _pieces(contrast, np.concatenate([digits, others]))
    fitting = [piece for piece in pieces if _fits(piece, digits)]
    fitting.sort(key=_area, reverse=True)
    found = _stacked(fitting[: MOST_PIECES * (len(digits) + 1)])
    gaps = _bare_gaps(found, digits, contrast)
    found = sorted([*found, *_joined(found), *gaps])
    boxes = [
        (left, top, right - left, bottom - top) for left, top, right, bottom in found
    ]
    return np.array(boxes, np.float32).reshape(-1, 4)


def places_of_line_reader(points: Floats, known: Floats, digits: Floats) -> Floats:
    """The places at which only the line reader sees a sign, (K, 4).

    Args:
        points: (M, 2) where it sees signs of the picture, in pixels of the strip.
        known: (P, 4) the other places.
        digits: (N, 4) the digits of the line, in pixels of the strip.
    """
    found = []
    y = points[:, 1]
    on_line = (y > BASE - TOP * DIGIT) & (y < BASE + FOOT * DIGIT)
    for x in points[on_line, 0].tolist():
        away = np.maximum(digits[:, 0] - x, x - digits[:, 0] - digits[:, 2]).min()
        past = np.maximum(known[:, 0] - x, x - known[:, 0] - known[:, 2])
        if away <= REACH * DIGIT and (past > APART * DIGIT).all():
            half = BARE_GAP * DIGIT / 2
            found.append((x - half, BASE - DIGIT, 2 * half, DIGIT))
    return np.array(found, np.float32).reshape(-1, 4)


def frames(boxes: Floats) -> Floats:
    """The boxes to cut for (P, 4) places: as high as a digit or higher.

    So tiles show signs at the scale of digits, and a point is smaller than a zero.
    """
    top = np.minimum(boxes[:, 1], BASE - DIGIT)
    bottom = np.maximum(boxes[:, 1] + boxes[:, 3], BASE)
    return np.stack([boxes[:, 0], top, boxes[:, 2], bottom - top], axis=1)


def _pieces(contrast: Floats, digits: Floats) -> list[Corners]:
    """Connected ink that is no digit's, and what of digits is outside their boxes."""
    ink = np.where(np.abs(contrast) > INK, contrast, 0)
    corners = np.hstack([digits[:, :2], digits[:, :2] + digits[:, 2:]])
    within = np.clip(np.rint(corners), 0, np.tile(contrast.shape[::-1], 2)).astype(int)
    is_ink = ink_like_digits(ink, within)
    outside = outside_boxes(is_ink, within, SOFT_EDGE)
    # The box of a slanted slash reaches into those of digits beside it.
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(is_ink)
    inked = np.flatnonzero(outside)
    piece_there = pieces.ravel()[inked]
    free = np.bincount(piece_there, minlength=len(stats))  # px of each piece
    is_own = free > OF_ITS_OWN * stats[:, cv2.CC_STAT_AREA]
    outside.ravel()[inked[is_own[piece_there]]] = 0
    rest = cv2.connectedComponentsWithStats(outside)[2][1:]
    return [
        (left, top, left + wide, top + high)
        for left, top, wide, high, area in (*stats[is_own].tolist(), *rest.tolist())
        if area >= LEAST_AREA
    ]


def _area(piece: Corners) -> int:
    left, top, right, bottom = piece
    return (right - left) * (bottom - top)


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


def _joined(pieces: Sequence[Corners]) -> list[Corners]:
    """Pieces close beside one another, seen as one."""
    joined = []
    for start in range(len(pieces)):
        left, top, right, bottom = pieces[start]
        for piece in pieces[start + 1 : start + MOST_JOINED]:
            if piece[0] - right > JOIN_GAP * DIGIT:
                break
            right, bottom = max(right, piece[2]), max(bottom, piece[3])
            top = min(top, piece[1])
            if right - left > JOINED * DIGIT or bottom - top > HIGHEST * DIGIT:
                break
            joined.append((left, top, right, bottom))
    return joined


def _bare_gaps(
    found: Sequence[Corners], digits: Floats, contrast: Floats
) -> list[Corners]:
    """The gaps within numbers that hold no piece of ink, but may hold a faint one."""
    taken = sorted((left + right) / 2 for left, _, right, _ in found)
    gaps: list[Corners] = []
    for (x, _, wide, _), (next_x, _, next_wide, _) in pairwise(digits.tolist()):
        end = x + wide
        if next_x - end > NUMBER_GAP * DIGIT:
            continue
        if bisect_right(taken, x + wide / 2) < bisect_left(
            taken, next_x + next_wide / 2
        ):
            continue
        between = contrast[BASE - DIGIT : BASE, round(end) : round(next_x)]
        if between.size and np.abs(between).max() < FAINT:
            continue
        middle = (end + next_x) / 2
        half = max(next_x - end, BARE_GAP * DIGIT) / 2
        gaps.append((round(middle - half), BASE - DIGIT, round(middle + half), BASE))
    return gaps
