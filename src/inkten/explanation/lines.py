"""The lines of a reading as the line reader gets them, and what it says along them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from inkten.drawing import SURE
from inkten.explanation.sheet import PAPER, TEXT, below, font, panel
from inkten.layout.lines import find_lines
from inkten.recognition.decoding import any_digit, peaks
from inkten.recognition.strips import STEP, STRIP_HEIGHT, cut_strip

if TYPE_CHECKING:
    from inkten.line_reading import ReadStrips

MAX_LINES = 6  # shown
ZOOM = 2  # a strip is 32 px high
CURVE_HEIGHT, LABEL_HEIGHT = 26, 20  # px


@dataclass(frozen=True, eq=False)
class LineStrip:
    """A line, and what the line reader says at each step along it.

    Attributes:
        pixels: (32, W) uint8: the line cut out straight, to where its ink ends.
        probabilities: (W / 4, 11) of each digit and, last, of none; or (W / 4, 24),
            followed by those of the signs.
    """

    pixels: NDArray[np.uint8]
    probabilities: NDArray[np.float32]


def line_strips(
    gray: NDArray[np.uint8], boxes: NDArray[np.float32], read: "ReadStrips"
) -> tuple[LineStrip, ...]:
    """Read the lines of some boxes once more.

    Args:
        gray: (H, W) uint8.
        boxes: (N, 4) x, y, width, height of the digits on it.
        read: the line reader.
    """
    strips = [cut_strip(gray, line) for line in find_lines(boxes)]
    answers = read(strips)
    return tuple(
        LineStrip(strip.pixels, own) for strip, own in zip(strips, answers, strict=True)
    )


def draw_lines(strips: Sequence[LineStrip], width: int) -> Image.Image:
    """Draw each strip, the digits at their steps, and how likely there is one."""
    caption = (
        "Each line cut out straight, and read without boxes. The curve below it: how "
        "likely there is a digit."
    )
    if len(strips) > MAX_LINES:
        caption += f" The first {MAX_LINES} of {len(strips)} lines."
    drawn = [_strip(strip, width) for strip in strips[:MAX_LINES]]
    return below([panel("The line reader", caption, None, width=width), *drawn], gap=8)


def _strip(strip: LineStrip, width: int) -> Image.Image:
    zoom = min(ZOOM, width / strip.pixels.shape[1])
    step = STEP * zoom
    size = max(1, round(strip.pixels.shape[1] * zoom)), round(STRIP_HEIGHT * zoom)
    pixels = cv2.resize(strip.pixels, size, interpolation=cv2.INTER_AREA)
    height = size[1] + CURVE_HEIGHT + LABEL_HEIGHT
    image = Image.new("RGB", (size[0], height), PAPER)
    image.paste(Image.fromarray(np.asarray(pixels, np.uint8)), (0, 0))
    draw = ImageDraw.Draw(image)
    bottom = size[1] + CURVE_HEIGHT
    for place, chance in enumerate(any_digit(strip.probabilities).tolist()):
        top = bottom - round((CURVE_HEIGHT - 2) * chance)
        draw.rectangle((place * step, top, (place + 1) * step - 1, bottom), SURE)
    for peak in peaks(strip.probabilities):
        digit = str(int(peak.probabilities.argmax()))
        draw.text(((peak.step + 0.5) * step - 4, bottom + 2), digit, SURE, font(TEXT))
    return image
