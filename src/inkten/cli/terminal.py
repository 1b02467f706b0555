"""A picture shown in the terminal."""

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style

UPPER_HALF = "\u2580"  # one character shows two pixels: its ink and its ground
MOST_COLUMNS = 72


def show_picture(console: Console, rgb: NDArray[np.uint8]) -> None:
    """Print an (H, W, 3) uint8 RGB picture, as wide as the terminal allows."""
    height, width, _ = rgb.shape
    rows_of_pixels = 2 * max(console.height - 4, 8)
    zoom = min(min(console.width, MOST_COLUMNS) / width, rows_of_pixels / height, 1.0)
    size = max(1, round(width * zoom)), max(2, round(height * zoom) // 2 * 2)
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    segments = []
    for upper, lower in zip(small[::2], small[1::2], strict=True):
        segments += [
            Segment(UPPER_HALF, Style(color=_colour(above), bgcolor=_colour(below)))
            for above, below in zip(upper, lower, strict=True)
        ]
        segments.append(Segment.line())
    console.print(Segments(segments), end="")


def _colour(rgb: NDArray[np.uint8]) -> Color:
    red, green, blue = (int(level) for level in rgb)
    return Color.from_rgb(red, green, blue)
