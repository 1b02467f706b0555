"""A picture shown in the terminal."""

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style

UPPER_HALF = "\u2580"  # shows two pixels: one as its foreground, one as its background
MAX_COLUMNS = 72
MIN_ROWS = 8  # of characters
ROWS_FOR_TEXT = 4  # left free for the prompt and the answer


def show_picture(console: Console, rgb: NDArray[np.uint8]) -> None:
    """Print an (H, W, 3) uint8 RGB picture, as large as the terminal allows."""
    height, width, _ = rgb.shape
    max_height = 2 * max(console.height - ROWS_FOR_TEXT, MIN_ROWS)
    max_width = min(console.width, MAX_COLUMNS)
    zoom = min(max_width / width, max_height / height, 1.0)
    size = max(1, round(width * zoom)), max(2, round(height * zoom) // 2 * 2)
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    segments = []
    for upper_row, lower_row in zip(small[::2], small[1::2], strict=True):
        segments += [
            Segment(UPPER_HALF, Style(color=_color(upper), bgcolor=_color(lower)))
            for upper, lower in zip(upper_row, lower_row, strict=True)
        ]
        segments.append(Segment.line())
    console.print(Segments(segments), end="")


def _color(rgb: NDArray[np.uint8]) -> Color:
    red, green, blue = (int(channel) for channel in rgb)
    return Color.from_rgb(red, green, blue)
