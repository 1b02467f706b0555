"""Lines -> strips: every line cut out straight, at one height, to where its ink ends.

Training cuts its strips with the same function as reading.
"""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.detection.pyramid import normalize_local_contrast
from inkten.layout.line import ABOVE, BELOW, ENDS, Line

STRIP_HEIGHT = 32  # px: digits are 18 px high
STEP = 4  # px: the line reader answers once per step
MARGIN = 8  # px of paper at either end: without it, a digit there looks cut off
REACH = 3.0  # digit heights beyond the outermost digits in which ink is followed
WORD_GAP = 1.2  # digit heights without ink: the line ends there
INK = 0.8  # normalized contrast: below it is paper
STRONGEST = 3.0  # normalized contrast: stronger ink does not count more
WRITTEN_ROWS = slice(9, 24)  # of a strip: the middle of its digits
ON_STRIP = 0.6  # digit heights from the middle of the line: boxes that a strip shows
DIGIT_HEIGHT = STRIP_HEIGHT / (ABOVE + BELOW)  # px


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """A line of writing, cut out.

    Attributes:
        pixels: (32, W) uint8.
        line: the line, carried on to where its ink ends.
    """

    pixels: NDArray[np.uint8]
    line: Line

    @property
    def scale(self) -> float:
        """Pixels of the picture per pixel of the strip."""
        return self.line.height / DIGIT_HEIGHT

    @property
    def start(self) -> float:
        """Where the strip starts along the line: left of its first digit, below 0."""
        return self.line.ends[0]

    @property
    def baseline(self) -> float:
        """The row of the baseline, pixels of the strip."""
        return ABOVE * DIGIT_HEIGHT

    def along(self, step: float) -> float:
        """How far along the line the middle of a step is, in pixels of the picture."""
        return self.start + (step + 0.5) * STEP * self.scale

    def shows(self, boxes: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which of (N, 4) boxes on the picture have their middle on the strip."""
        return self.line.shows(boxes, ON_STRIP)

    def inked_columns(self) -> NDArray[np.bool_]:
        """Which of its W columns hold ink, at the height of the digits."""
        return _inked(self.pixels)

    def step_of(self, along: NDArray[np.float64]) -> NDArray[np.float64]:
        """The step at each place along the line; the inverse of ``along``."""
        return (along - self.start) / (STEP * self.scale) - 0.5


def cut_strip(gray: NDArray[np.uint8], line: Line) -> Strip:
    """Cut a line out of a picture, with the unread ink beside it.

    Detection may have missed the first or the last digits, so the strip goes on while
    there is ink, up to ``REACH`` digit heights further.

    Args:
        gray: (H, W) uint8.
        line: the line of the digits found.
    """
    line = _within(line, gray.shape)
    pixels = _cut(gray, line)
    zoom = DIGIT_HEIGHT / line.height
    margin = ENDS * DIGIT_HEIGHT  # px, beyond the ink at either end
    first = margin + line.before * zoom  # px: where the digits found start ...
    last = first + line.length * zoom  # ... and end
    start, end = _ends_of_ink(_inked(pixels), first, last)
    left = max(round(start - margin), 0)
    right = min(round(end + margin), pixels.shape[1])
    line = replace(
        line,
        before=(first - margin - left) / zoom,
        after=max((right - margin - last) / zoom, 0.0),
    )
    return Strip(np.ascontiguousarray(pixels[:, left:right]), line)


def normalized(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Prepare a strip for the network: paper 0, ink positive whatever its colour.

    Args:
        pixels: (32, W) uint8.

    Returns:
        (32, W) float32, at most ``STRONGEST``.
    """
    contrast = normalize_local_contrast(pixels)
    contrast -= np.float32(np.median(contrast))
    # In a sum of cubes, few strong pixels outweigh many faint ones: its sign is that
    # of the ink.
    if float((contrast * contrast * contrast).sum()) < 0:
        np.negative(contrast, out=contrast)
    return np.clip(contrast, -STRONGEST, STRONGEST, out=contrast)


def batch_of(strips: list[NDArray[np.float32]], width: int) -> NDArray[np.float32]:
    """Normalized strips side by side, with ``MARGIN`` px of paper at either end.

    Args:
        strips: (32, W) each, W at most ``width``.
        width: a multiple of ``STEP``.

    Returns:
        (N, 32, width + 2 ``MARGIN``, 1): paper where strips are shorter.
    """
    shape = (len(strips), STRIP_HEIGHT, width + 2 * MARGIN, 1)
    batch = np.zeros(shape, np.float32)
    for row, strip in zip(batch, strips, strict=True):
        row[:, MARGIN : MARGIN + strip.shape[1], 0] = strip
    return batch


def padded_width(width: int) -> int:
    """The next multiple of a step."""
    return width + -width % STEP


def _within(line: Line, shape: tuple[int, ...]) -> Line:
    """Extend a line by ``REACH`` on both sides, but not beyond the picture."""
    reach, cosine = REACH * line.height, math.cos(line.slope)
    end = line.x + line.length * cosine
    return replace(
        line,
        before=min(max(line.x / cosine, 0.0), reach),
        after=min(max((shape[1] - end) / cosine, 0.0), reach),
    )


def _cut(gray: NDArray[np.uint8], line: Line) -> NDArray[np.uint8]:
    """The strip of a line; a much larger line is cut larger, and averaged."""
    shrink = max(1, int((ABOVE + BELOW) * line.height / STRIP_HEIGHT))
    strip = line.strip(gray, STRIP_HEIGHT * shrink)
    if shrink == 1:
        return strip
    size = (max(1, round(strip.shape[1] / shrink)), STRIP_HEIGHT)
    return np.asarray(cv2.resize(strip, size, interpolation=cv2.INTER_AREA), np.uint8)


def _inked(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    contrast = normalized(pixels)[WRITTEN_ROWS]
    return np.asarray(np.abs(contrast).max(axis=0) > INK, np.bool_)


def _ends_of_ink(
    ink: NDArray[np.bool_], first: float, last: float
) -> tuple[float, float]:
    """Follow the ink from the digits at ``first`` to ``last`` px to both sides."""
    columns = np.flatnonzero(ink).tolist()
    gap = WORD_GAP * DIGIT_HEIGHT
    for column in reversed(columns):
        if first - gap <= column < first:
            first = float(column)
    for column in columns:
        if last < column <= last + gap:
            last = float(column)
    return first, last
