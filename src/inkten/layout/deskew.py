"""Deskewing: measure the tilt of a page, straighten it, and map boxes back.

The detector and the classifier learned from digits that stand nearly upright. If
lines tilt further, the picture is deskewed and read again. Where too few digits are
found to show the tilt, long straight strokes do: rules and the edges of the sheet.
"""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.detection.boxes import centres
from inkten.image.decode import GrayImage
from inkten.layout.line import Line
from inkten.layout.rotation import turned_sizes
from inkten.layout.slope import weighted_median
from inkten.layout.strokes import straight_strokes

LEAST_TILT = math.radians(4)  # a smaller tilt does not make digits harder to read
LEAST_RISE = 0.25  # digit heights: unevenness alone makes a few digits rise by less
STEEPEST = math.radians(40)  # a page that tilts further may as well tilt the other way
# Straight strokes, set on the pages of benchmarks/table_pages.py turned by 10 to 40
# degrees
STROKES_SIDE = 800  # px, the long side of the picture that strokes are measured on
MOST_STROKES = 500  # the longest ones
LEAST_STROKE = 0.12  # of that side: shorter strokes may be stems of slanted letters
ENOUGH_STROKES = 1.0  # of that side, all strokes of one direction together
DOMINANT = 0.5  # share of all long strokes that have this direction
ALIKE = math.radians(3)  # strokes of one direction


def page_tilt(lines: Sequence[Line]) -> float:
    """The slope of most lines, radians; 0 unless the digits clearly show one."""
    slopes = []  # with the squared spread of the digits, as a weight
    for line in lines:
        count = len(line.digits)
        if count > 1:
            slopes.append((line.slope, count * (line.length / line.height) ** 2 / 12))
    slope = weighted_median(slopes)
    evidence = sum(spread for _, spread in slopes)
    is_clear = abs(slope) * math.sqrt(evidence) > LEAST_RISE
    return slope if is_clear and abs(slope) > LEAST_TILT else 0.0


def drawn_tilt(pixels: NDArray[np.uint8]) -> float:
    """The tilt of a page's rules and edges, radians; 0 unless they clearly show one.

    Rules run along the lines or across them: both count as one direction.

    Args:
        pixels: (H, W) uint8.
    """
    zoom = min(STROKES_SIDE / max(pixels.shape), 1.0)
    side = round(zoom * max(pixels.shape))
    strokes = straight_strokes(pixels, zoom)
    x, y = (strokes[:, 2:] - strokes[:, :2]).T
    lengths = np.hypot(x, y)
    longest = np.argsort(-lengths)[:MOST_STROKES]
    longest = longest[lengths[longest] >= LEAST_STROKE * side]
    lengths, tilts = lengths[longest], _to_level(np.arctan2(y, x)[longest])
    alike = np.abs(_to_level(tilts[:, None] - tilts)) < ALIKE  # (N, N)
    together = alike @ lengths
    least = max(ENOUGH_STROKES * side, DOMINANT * lengths.sum())
    if together.max(initial=0) < least:
        return 0.0
    best = int(together.argmax())
    own = alike[best]
    around = _to_level(tilts[own] - tilts[best])
    tilt = float(tilts[best] + np.average(around, weights=lengths[own]))
    return tilt if LEAST_TILT < abs(tilt) <= STEEPEST else 0.0


def _to_level(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Angles within an eighth of a turn of level or upright strokes, radians."""
    quarter = math.pi / 2
    return np.asarray((angles + quarter / 2) % quarter - quarter / 2, np.float64)


def deskew(image: GrayImage, tilt: float) -> GrayImage:
    """Straighten a picture whose lines have this slope; nothing is cut off."""
    warp, size = _straightening(image.pixels.shape, tilt)
    pixels = cv2.warpAffine(
        image.pixels, warp, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    width, height = (round(side * image.scale) for side in size)
    return GrayImage(
        np.asarray(pixels, np.uint8), (width, height) if image.original_size else None
    )


def boxes_on_page(
    boxes: NDArray[np.float32], shape: tuple[int, ...], tilt: float
) -> NDArray[np.float32]:
    """Map boxes on the deskewed picture back to the picture itself.

    Args:
        boxes: (N, 4) on the deskewed picture.
        shape: height and width of the picture itself.
        tilt: the slope by which it was deskewed, radians.
    """
    warp, _ = _straightening(shape, tilt)
    back = cv2.invertAffineTransform(warp)
    middles = centres(boxes) @ back[:, :2].T + back[:, 2]
    sizes = turned_sizes(boxes[:, 2:], tilt)
    return np.hstack([middles - sizes / 2, sizes]).astype(np.float32)


def _straightening(
    shape: tuple[int, ...], tilt: float
) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """The (2, 3) affine map to the deskewed picture, and its width and height."""
    height, width = shape
    cosine, sine = math.cos(tilt), math.sin(tilt)
    new_width = math.ceil(width * cosine + height * abs(sine))
    new_height = math.ceil(width * abs(sine) + height * cosine)
    turn = np.array([[cosine, sine], [-sine, cosine]])
    middle = np.array([new_width, new_height]) / 2
    shift = middle - turn @ (np.array([width, height]) / 2)
    return np.hstack([turn, shift[:, None]]), (new_width, new_height)
