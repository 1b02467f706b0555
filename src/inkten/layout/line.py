"""A line of writing: its place on the picture, and how to cut it out as a strip."""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inkten.detection.boxes import centres
from inkten.image.warp import warp_part

ABOVE = 1.4  # digit heights that a strip shows above the baseline
BELOW = 0.4  # ... below the baseline
ENDS = 0.4  # ... beyond the ink at either end


class OrderWeights(NamedTuple):
    """Log odds that the order of a line's digits is right, given the line's margin.

    Fitted by ``python -m inkten.training.calibrate_lines``.
    """

    bias: float
    margin: float


ORDER = OrderWeights(bias=0.99, margin=4.26)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of numbers, in pixels of the picture that the boxes are on.

    Attributes:
        numbers: the indices of the digits of each number, from left to right.
        slope: the angle at which the line falls to the right, radians.
        x: the left end of the baseline, at the left edge of the first digit.
        y: the y of the same point.
        length: the length of the baseline, to the right edge of the last digit.
        height: the median height of its digits.
        before: how far ink goes on left of the first digit, as far as a strip shows it
            (``inkten.recognition.strips.cut_strip``); 0 before it is cut.
        after: how far it extends to the right of the last digit.
        margin: how clearly these digits, and no others, form the line: 0 for a tie with
            another line, 1 for a line on its own.
    """

    numbers: tuple[tuple[int, ...], ...]
    slope: float
    x: float
    y: float
    length: float
    height: float
    before: float = 0.0
    after: float = 0.0
    margin: float = 1.0

    @property
    def digits(self) -> tuple[int, ...]:
        """The indices of all its digits, from left to right."""
        return tuple(index for number in self.numbers for index in number)

    @property
    def order_confidence(self) -> float:
        """The probability that the order is right, relative to a clear line."""
        clear = 1 + math.exp(-ORDER.bias - ORDER.margin)
        return clear / (1 + math.exp(-ORDER.bias - ORDER.margin * self.margin))

    @property
    def ends(self) -> tuple[float, float]:
        """Where its strip starts and ends, along the line from its first digit."""
        margin = ENDS * self.height
        return -self.before - margin, self.length + self.after + margin

    def turned(self, angle: float) -> "Line":
        """The line on a page turned clockwise about its top left corner, by radians."""
        cosine, sine = math.cos(angle), math.sin(angle)
        x, y = self.x * cosine - self.y * sine, self.x * sine + self.y * cosine
        return replace(self, slope=self.slope + angle, x=x, y=y)

    def places(
        self, boxes: NDArray[np.floating]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Where the centres of (N, 4) boxes are: along the line, and above it, (N,)."""
        x, y = centres(boxes.astype(np.float64)).T
        across, down = x - self.x, y - self.y
        cosine, sine = math.cos(self.slope), math.sin(self.slope)
        return across * cosine + down * sine, across * sine - down * cosine

    def shows(self, boxes: NDArray[np.floating], within: float) -> NDArray[np.bool_]:
        """Which of (N, 4) boxes have their centre on its strip, (N,).

        Args:
            boxes: in pixels of the picture.
            within: how far above or below the middle of its digits, digit heights.
        """
        along, above = self.places(boxes)
        start, end = self.ends
        off = np.abs(above / self.height - 0.5)
        return np.asarray((along > start) & (along < end) & (off < within), np.bool_)

    def point(self, along: float, above: float) -> tuple[float, float]:
        """The point of the picture at this place; the inverse of ``places``."""
        cosine, sine = math.cos(self.slope), math.sin(self.slope)
        return (
            self.x + along * cosine + above * sine,
            self.y + along * sine - above * cosine,
        )

    def strip(self, gray: NDArray[np.uint8], height: int) -> NDArray[np.uint8]:
        """Cut the line out as a straight strip.

        Args:
            gray: (H, W) uint8, the picture.
            height: the height of the strip, pixels; digits are five ninths as high.

        Returns:
            (height, W) uint8. Beyond the picture, its border is repeated.
        """
        zoom = height / ((ABOVE + BELOW) * self.height)
        left = self.before + ENDS * self.height
        width = left + self.length + self.after + ENDS * self.height
        cosine, sine = math.cos(self.slope), math.sin(self.slope)
        up = ABOVE * self.height
        # The top left corner of the strip, on the picture
        corner_x = self.x - left * cosine + up * sine
        corner_y = self.y - left * sine - up * cosine
        to_picture = np.array(
            [
                [cosine / zoom, -sine / zoom, corner_x],
                [sine / zoom, cosine / zoom, corner_y],
            ]
        )
        size = (max(1, round(width * zoom)), height)
        return warp_part(gray, to_picture, size)
