"""Ink: from small blurred digits to the strokes of any pen at any size.

    picture (28, 28) --> Trace --> Ink: alpha (h, w) at any size, with any pen

MNIST has one blunt pen at one size (20 px); people use hairlines, ballpoints, pencils
and markers. So a digit becomes a ``Trace``, a smooth field that is scaled first and
thresholded to ink afterwards: its outline stays crisp at every size.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.synthesis.noise import noise
from inkten.synthesis.skeleton import thin

BODY_LEVEL = 105  # of 255: MNIST's blurred strokes are ink above it
MARGIN = 8  # px around a line in which its distance is known: enough for the widest pen
FAR = 99.0  # a distance that no pen reaches
HAIRLINE = 0.55  # px: the narrowest line; a scaled-down one keeps this share of its ink
INK_LEVEL = 0.4  # of the darkest: the visible edge of a soft stroke


@dataclass(frozen=True)
class Trace:
    """A shape without size and pen.

    Attributes:
        field: (h, w) float32. For a line the distance to it, in field pixels, so that
            any pen can follow it; for a body its coverage, 0 to 1.
        box: Left, top, right, bottom of the shape in the field, pixels.
        is_line: Whether it is a line.
    """

    field: NDArray[np.float32]
    box: tuple[int, int, int, int]
    is_line: bool


@dataclass(frozen=True)
class Pen:
    """What the ink looks like.

    Attributes:
        width: Stroke width as a share of the digit's height (lines); bodies keep
            their own width, slightly thinner or wider.
        crisp: 0 leaves MNIST's blur, 1 draws a sharp outline (bodies).
        grain: How much paper shows through the stroke, 0 to 1 (pencil, chalk).
        aliased: Pixels are on or off, as in paint programs.
        clean: No faint background around a small body, however broad the pen.
    """

    width: float
    crisp: float = 1.0
    grain: float = 0.0
    aliased: bool = False
    clean: bool = False


@dataclass(frozen=True)
class Pose:
    """Size and orientation: height (px), turn (radians), slant, aspect."""

    height: float
    turn: float = 0.0
    slant: float = 0.0
    aspect: float = 1.0
    wobble: float = 0.0  # distortion of the outline, as a share of the height


@dataclass(frozen=True)
class Ink:
    """Ink to put on a page.

    Attributes:
        alpha: (h, w) float32, 0 bare to 1 covered; has a margin around the ink.
        box: x, y, width, height of the visible ink in ``alpha``.
    """

    alpha: NDArray[np.float32]
    box: tuple[int, int, int, int]


def body(picture: NDArray[np.uint8]) -> Trace:
    """Trace of light ink on black as it is: an MNIST digit, or a printed glyph."""
    field = picture.astype(np.float32) * np.float32(1 / 255)
    return Trace(field, _extent(picture > BODY_LEVEL), is_line=False)


def centre_line(picture: NDArray[np.uint8], enlarge: int = 1) -> NDArray[np.uint8]:
    """Centre line of light ink on black: 1 on 0, cropped, with a margin.

    MNIST's strokes are three pixels wide, too few for a smooth line: enlarge it by 2.
    """
    left, top, right, bottom = _extent(picture > 0)
    cropped = picture[top:bottom, left:right]
    wide, high = (right - left) * enlarge, (bottom - top) * enlarge
    if enlarge > 1:
        cropped = np.asarray(
            cv2.resize(cropped, (wide, high), interpolation=cv2.INTER_CUBIC), np.uint8
        )
    strokes = np.zeros((high + 2 * MARGIN, wide + 2 * MARGIN), np.uint8)
    thinned = thin((cropped > BODY_LEVEL).view(np.uint8))
    strokes[MARGIN:-MARGIN, MARGIN:-MARGIN] = thinned
    return strokes


def line(drawn: NDArray[np.uint8]) -> Trace:
    """Trace of a line that is already one pixel wide, 1 on 0."""
    distance = cv2.distanceTransform(1 - drawn, cv2.DIST_L2, cv2.DIST_MASK_5)
    # A slight blur smooths the steps from pixel to pixel.
    field = cv2.blur(distance, (3, 3)) - np.float32(0.4)
    return Trace(np.asarray(field, np.float32), _extent(drawn > 0), is_line=True)


def ink(rng: np.random.Generator, trace: Trace, pose: Pose, pen: Pen) -> Ink:
    """Draw a trace with a pen.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> bar = np.zeros((56, 56), np.uint8)
        >>> bar[8:48, 28] = 1
        >>> ink(rng, line(bar), Pose(height=30), Pen(width=0.1)).box[2:]
        (3, 33)
    """
    field, scale = _posed(rng, trace, pose, pen)
    if trace.is_line:
        half_width = max(pen.width * pose.height, HAIRLINE) / 2
        alpha = np.float32(half_width + 0.5) - field * np.float32(scale)
    else:
        # MNIST's edge climbs by half per pixel of the field; times 2 x scale it
        # climbs within one pixel of the page.
        gain = 1 + pen.crisp * max(2 * scale - 1, 0.0)
        level = 0.5 - 2.0 * (pen.width - 0.1) * (pen.crisp > 0)
        level = min(max(level, 0.3), 0.65)
        if pen.clean:
            gain = max(gain, 0.5 / level)
        alpha = field * np.float32(gain) + np.float32(0.5 - level * gain)
    if pen.aliased:
        alpha = (alpha > 0.5).astype(np.float32)
    np.maximum(np.minimum(alpha, 1, out=alpha), 0, out=alpha)
    if pen.grain:
        bare = noise(rng, alpha.shape[0], alpha.shape[1], 0.7) * np.float32(pen.grain)
        alpha *= 1 - np.maximum(bare, 0)
        np.maximum(alpha, 0, out=alpha)
    return Ink(alpha, _ink_box(alpha))


def _posed(
    rng: np.random.Generator, trace: Trace, pose: Pose, pen: Pen
) -> tuple[NDArray[np.float32], float]:
    """The field at its size and orientation on the page, and its scale."""
    left, top, right, bottom = trace.box
    cosine, sine = math.cos(pose.turn), math.sin(pose.turn)
    # turn x slant x aspect, written out: NumPy is slow on tiny matrices
    xx, xy = cosine * pose.aspect, -cosine * pose.slant - sine
    yx, yy = sine * pose.aspect, -sine * pose.slant + cosine
    wide = abs(xx) * (right - left) + abs(xy) * (bottom - top)
    high = abs(yx) * (right - left) + abs(yy) * (bottom - top)
    scale = pose.height / max(high, 0.4 * wide, 1.0)
    xx, xy, yx, yy = xx * scale, xy * scale, yx * scale, yy * scale

    stray = pose.wobble * min(pose.height, 60)  # large digits are drawn more steadily
    margin = int(max(pen.width * pose.height, 1.0) / 2 + 2 + 2 * stray)
    columns, rows = (int(edge * scale) + 2 * margin + 1 for edge in (wide, high))
    middle_x, middle_y = (left + right - 1) / 2, (top + bottom - 1) / 2
    shift_x = (columns - 1) / 2 - xx * middle_x - xy * middle_y
    shift_y = (rows - 1) / 2 - yx * middle_x - yy * middle_y
    matrix = np.array(((xx, xy, shift_x), (yx, yy, shift_y)), np.float32)

    field = trace.field
    if not trace.is_line and scale < 0.6:  # else thin strokes fall between the samples
        reach = round(1 / scale)
        field = np.asarray(cv2.blur(field, (reach, reach)), np.float32)
    outside = FAR if trace.is_line else 0.0
    interpolation = (
        cv2.INTER_LINEAR if trace.is_line or scale < 0.6 else cv2.INTER_CUBIC
    )
    if stray:
        maps = _distorted(rng, matrix, rows, columns, stray / scale)
        moved = cv2.remap(field, *maps, interpolation, borderValue=outside)
    else:
        size = (columns, rows)
        moved = cv2.warpAffine(
            field, matrix, size, flags=interpolation, borderValue=outside
        )
    return np.asarray(moved, np.float32), scale


def _distorted(
    rng: np.random.Generator,
    matrix: NDArray[np.float32],
    rows: int,
    columns: int,
    amount: float,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Source x and y of each pixel for a distortion by ``amount``."""
    back = cv2.invertAffineTransform(matrix).astype(np.float32)
    x = np.arange(columns, dtype=np.float32)
    y = np.arange(rows, dtype=np.float32)[:, None]
    from_x = noise(rng, rows, columns, 8.0) * np.float32(amount)
    from_x += back[0, 0] * x + back[0, 2]
    from_x += back[0, 1] * y
    from_y = noise(rng, rows, columns, 8.0) * np.float32(amount)
    from_y += back[1, 0] * x + back[1, 2]
    from_y += back[1, 1] * y
    return from_x, from_y


def _extent(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    x, y, width, height = cv2.boundingRect(mask.view(np.uint8))
    return x, y, x + width, y + height


def _ink_box(alpha: NDArray[np.float32]) -> tuple[int, int, int, int]:
    visible = alpha > INK_LEVEL * float(alpha.max())
    x, y, width, height = cv2.boundingRect(visible.view(np.uint8))
    return x, y, width, height
