"""A line of writing: where it runs on the picture, and the strip it is cut out as."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

ABOVE = 1.4  # heights above the base line that a strip shows
BELOW = 0.4  # heights below it
ENDS = 0.4  # heights beyond the ink at either end


class OrderWeights(NamedTuple):
    """How the margin of a line tells whether its order is right, as log odds.

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
        x: the left end of the base line, at the left edge of the first digit.
        y: the same point's height on the picture.
        length: from there to the right edge of the last digit, along the slope.
        height: the median height of its digits.
        before: how far ink goes on to the left of the first digit, where that has been
            looked for (``inkten.layout.uncovered.extend``).
        after: how far it goes on to the right of the last digit.
        margin: how clear it is that its digits, and no others, are on it: 0 for a draw,
            1 for digits in a row on their own.
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
        """How likely its digits are its own, compared with a line that is clear."""
        clear = 1 + math.exp(-ORDER.bias - ORDER.margin)
        return clear / (1 + math.exp(-ORDER.bias - ORDER.margin * self.margin))

    def along(self, x: float, y: float) -> float:
        """How far along the line a point of the picture is, from its first digit."""
        cosine, sine = math.cos(self.slope), math.sin(self.slope)
        return (x - self.x) * cosine + (y - self.y) * sine

    def strip(self, gray: NDArray[np.uint8], height: int) -> NDArray[np.uint8]:
        """Cut the line out as a straight strip.

        Args:
            gray: (H, W) uint8, the picture.
            height: of the strip, pixels; its digits are five ninths as high.

        Returns:
            (height, W) uint8. Beyond the picture, its border is repeated.
        """
        zoom = height / ((ABOVE + BELOW) * self.height)
        left = self.before + ENDS * self.height
        width = left + self.length + self.after + ENDS * self.height
        cosine, sine = math.cos(self.slope), math.sin(self.slope)
        up = ABOVE * self.height
        # Where the strip's left top corner is on the picture
        corner_x = self.x - left * cosine + up * sine
        corner_y = self.y - left * sine - up * cosine
        to_picture = np.array(
            [
                [cosine / zoom, -sine / zoom, corner_x],
                [sine / zoom, cosine / zoom, corner_y],
            ]
        )
        size = (max(1, round(width * zoom)), height)
        shrinks = cv2.INTER_AREA if zoom < 1 else cv2.INTER_LINEAR
        strip = cv2.warpAffine(
            gray,
            to_picture,
            size,
            flags=shrinks | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(strip, np.uint8)
