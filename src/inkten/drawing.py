"""Boxes and digits drawn on a picture."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

SURE = (0, 140, 70)  # RGB; both colours keep 3:1 contrast on white and on black
UNSURE = (214, 106, 0)
MIN_LONG_SIDE = 320  # px; a 28x28 picture is enlarged until its labels can be read
MAX_LONG_SIDE = 1600  # px; a photo needs no more to show its boxes


@dataclass(frozen=True, slots=True)
class Mark:
    """One labelled box to draw: corner and size in pixels of the gray picture."""

    x: float
    y: float
    width: float
    height: float
    label: str
    sure: bool


def draw_marks(gray: NDArray[np.uint8], marks: Iterable[Mark]) -> NDArray[np.uint8]:
    """Return an (H, W, 3) uint8 RGB copy of an (H, W) gray picture with its marks.

    Pictures too small to be labelled are enlarged, large ones are made smaller.
    """
    zoom = _zoom(max(gray.shape))
    smooth = cv2.INTER_NEAREST if zoom > 1 else cv2.INTER_AREA
    height, width = (max(1, round(side * zoom)) for side in gray.shape)
    zoomed = cv2.resize(gray, (width, height), interpolation=smooth)
    canvas = np.asarray(cv2.cvtColor(zoomed, cv2.COLOR_GRAY2RGB), np.uint8)
    pen = max(2, max(canvas.shape) // 400)
    for mark in marks:
        _draw_mark(canvas, mark, zoom, pen)
    return canvas


def encode_png(rgb: NDArray[np.uint8]) -> bytes:
    """Return an (H, W, 3) uint8 RGB or (H, W) gray picture as the bytes of a PNG."""
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR) if rgb.ndim == 3 else rgb
    return cv2.imencode(".png", bgr)[1].tobytes()


def _zoom(long_side: int) -> float:
    if long_side < MIN_LONG_SIDE:
        return float(-(-MIN_LONG_SIDE // long_side))  # whole: pixels stay square
    return min(1.0, MAX_LONG_SIDE / long_side)


def _draw_mark(canvas: NDArray[np.uint8], mark: Mark, zoom: float, pen: int) -> None:
    colour = SURE if mark.sure else UNSURE
    left, top = round(mark.x * zoom), round(mark.y * zoom)
    right = round((mark.x + mark.width) * zoom)
    bottom = round((mark.y + mark.height) * zoom)
    cv2.rectangle(canvas, (left, top), (right, bottom), colour, pen)

    font, size = cv2.FONT_HERSHEY_SIMPLEX, 0.3 * pen
    (width, height), _ = cv2.getTextSize(mark.label, font, size, pen)
    # The label stands on the box, or inside it where the picture ends above.
    foot = top - pen if top > height + 3 * pen else top + height + 2 * pen
    corner = (left + width + 2 * pen, foot + pen)
    cv2.rectangle(canvas, (left, foot - height - pen), corner, colour, -1)
    cv2.putText(
        canvas, mark.label, (left + pen, foot), font, size, (255, 255, 255), pen
    )
