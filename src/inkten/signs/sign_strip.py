"""A line cut out straight, as signs are looked for: its digits are 28 px high.

Around them is the context of a tile, more than the line reader's strips show.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkten.image.warp import warp_part
from inkten.layout.line import Line
from inkten.layout.rotation import turn_points, turned_sizes, upright_sizes

Floats = NDArray[np.float32]

DIGIT = 28  # px: the height of the line's digits on the strip
ABOVE, BELOW = 2.1, 1.1  # digit heights above and below the baseline: a tile's context
ENDS = 3.0  # ... beyond the first and the last digit
BASE = round(ABOVE * DIGIT)  # px: where the baseline is
AREA_BELOW = 0.7  # zoom: pixels are averaged, as thin strokes would fall between them


@dataclass(frozen=True, eq=False)
class SignStrip:
    """A line as a straight strip, with room for the signs and their context.

    Attributes:
        line: the line.
        pixels: (H, W) uint8.
        zoom: pixels of the strip per pixel of the picture.
    """

    line: Line
    pixels: NDArray[np.uint8]
    zoom: float

    @classmethod
    def of(cls, gray: NDArray[np.uint8], line: Line) -> "SignStrip":
        """Cut a line out of an (H, W) uint8 picture; its border is repeated beyond."""
        zoom = DIGIT / max(line.height, 1.0)
        width = max(1, round(line.length * zoom) + 2 * round(ENDS * DIGIT))
        height = round((ABOVE + BELOW) * DIGIT)
        cosine, sine = math.cos(line.slope), math.sin(line.slope)
        turn = np.array([[cosine, -sine], [sine, cosine]]) / zoom
        start = np.array([line.x, line.y]) - turn @ (round(ENDS * DIGIT), BASE)
        to_picture = np.hstack([turn, start[:, None]])
        shrink = zoom if zoom < AREA_BELOW else 1.0
        pixels = warp_part(gray, to_picture, (width, height), shrink=shrink)
        return cls(line, pixels, zoom)

    def from_picture(self, boxes: Floats) -> Floats:
        """Map (N, 4) boxes on the picture to the strip."""
        line, slope = self.line, self.line.slope
        sizes = upright_sizes(boxes[:, 2:].astype(np.float64), slope)
        centres = boxes[:, :2] + boxes[:, 2:].astype(np.float64) / 2
        along = turn_points(centres - (line.x, line.y), slope)
        corners = (along - sizes / 2) * self.zoom + (round(ENDS * DIGIT), BASE)
        return np.hstack([corners, sizes * self.zoom]).astype(np.float32)

    def to_picture(self, boxes: Floats) -> Floats:
        """Map (N, 4) boxes on the strip to the picture."""
        line, slope = self.line, self.line.slope
        sizes = boxes[:, 2:].astype(np.float64) / self.zoom
        centres = boxes[:, :2] + boxes[:, 2:].astype(np.float64) / 2
        along = (centres - (round(ENDS * DIGIT), BASE)) / self.zoom
        middles = turn_points(along, -slope) + np.array((line.x, line.y))
        turned = turned_sizes(sizes, slope)
        return np.hstack([middles - turned / 2, turned]).astype(np.float32)


def spans_of(boxes: Floats) -> Floats:
    """Where (N, 4) boxes on a strip start and end, (N, 2).

    In digit heights along the line, from its start.
    """
    ends = np.stack([boxes[:, 0], boxes[:, 0] + boxes[:, 2]], axis=1)
    return np.asarray(ends / DIGIT - ENDS, np.float32)
