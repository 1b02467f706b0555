"""Boxes and digits drawn on a picture."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.errors import InktenError

SURE = (0, 140, 70)  # RGB; both colours keep 3:1 contrast on white and on black
UNSURE = (214, 106, 0)
WHITE = (255, 255, 255)
MIN_LONG_SIDE = 320  # px; a 28x28 picture is enlarged until its labels can be read
MAX_LONG_SIDE = 1600  # px; a photo needs no more to show its boxes
FONT = cv2.FONT_HERSHEY_SIMPLEX
FONT_HEIGHT = 22  # px, of a capital of that font at size 1
LABEL_SHARE = 0.33  # of a box's height: a label stays smaller than its digit
MIN_LABEL, MAX_LABEL = 9, 26  # px of letter height: legible, but never dominant
SUFFIXES = (".png", ".jpg", ".jpeg")


@dataclass(frozen=True, slots=True)
class Mark:
    """One labelled box to draw: corner and size in pixels of the gray picture."""

    x: float
    y: float
    width: float
    height: float
    label: str
    sure: bool


@dataclass(frozen=True, slots=True)
class _Area:
    """A rectangle of the canvas, in whole pixels."""

    left: int
    top: int
    right: int
    bottom: int

    def of(self, canvas: NDArray[np.generic]) -> NDArray[np.generic]:
        return canvas[max(self.top, 0) : self.bottom, max(self.left, 0) : self.right]


def draw_marks(gray: NDArray[np.uint8], marks: Iterable[Mark]) -> NDArray[np.uint8]:
    """Return an (H, W, 3) uint8 RGB copy of an (H, W) gray picture with its marks.

    Pictures too small to be labelled are enlarged, large ones are reduced. A label
    stands beside its digit if there is room, else inside the digit's box.
    """
    zoom = _zoom(max(gray.shape))
    interpolation = cv2.INTER_NEAREST if zoom > 1 else cv2.INTER_AREA
    height, width = (max(1, round(side * zoom)) for side in gray.shape)
    zoomed = cv2.resize(gray, (width, height), interpolation=interpolation)
    canvas = np.asarray(cv2.cvtColor(zoomed, cv2.COLOR_GRAY2RGB), np.uint8)
    pen = max(1, max(canvas.shape) // 800)
    boxes = [(mark, _box(mark, zoom)) for mark in marks]
    taken = np.zeros(canvas.shape[:2], np.bool_)
    for _, box in boxes:
        box.of(taken)[:] = True
    for mark, box in boxes:
        colour = SURE if mark.sure else UNSURE
        cv2.rectangle(canvas, (box.left, box.top), (box.right, box.bottom), colour, pen)
        _draw_label(canvas, mark.label, box, colour, taken)
    return canvas


def encode_png(rgb: NDArray[np.uint8]) -> bytes:
    """Return an (H, W, 3) uint8 RGB or (H, W) gray picture as the bytes of a PNG."""
    return _encode(rgb, ".png")


def encode_for(path: Path, rgb: NDArray[np.uint8]) -> bytes:
    """Return an (H, W, 3) uint8 RGB picture in the format of the path's extension.

    Raises:
        InktenError: the path does not end in .png, .jpg or .jpeg.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InktenError(
            "pictures are saved as PNG or JPEG; give a name ending in .png or .jpg",
            name=str(path),
        )
    return _encode(rgb, suffix)


def _encode(rgb: NDArray[np.uint8], suffix: str) -> bytes:
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR) if rgb.ndim == 3 else rgb
    return cv2.imencode(suffix, bgr)[1].tobytes()


def _zoom(long_side: int) -> float:
    if long_side < MIN_LONG_SIDE:
        return float(-(-MIN_LONG_SIDE // long_side))  # whole: pixels stay square
    return min(1.0, MAX_LONG_SIDE / long_side)


def _box(mark: Mark, zoom: float) -> _Area:
    return _Area(
        round(mark.x * zoom),
        round(mark.y * zoom),
        round((mark.x + mark.width) * zoom),
        round((mark.y + mark.height) * zoom),
    )


def _draw_label(
    canvas: NDArray[np.uint8],
    label: str,
    box: _Area,
    colour: tuple[int, int, int],
    taken: NDArray[np.bool_],
) -> None:
    letter = np.clip(LABEL_SHARE * (box.bottom - box.top), MIN_LABEL, MAX_LABEL)
    size, pen = float(letter) / FONT_HEIGHT, 1 if letter < 16 else 2
    (width, height), _ = cv2.getTextSize(label, FONT, size, pen)
    area = _free_area(box, width + 4, height + 4, taken)
    area.of(taken)[:] = True
    corner = (area.right - 1, area.bottom - 1)
    cv2.rectangle(canvas, (area.left, area.top), corner, colour, -1)
    foot = (area.left + 2, area.bottom - 3)
    cv2.putText(canvas, label, foot, FONT, size, WHITE, pen, cv2.LINE_AA)


def _free_area(box: _Area, width: int, height: int, taken: NDArray[np.bool_]) -> _Area:
    """Find room for a label beside the box, else use the box's upper left corner."""
    rows, columns = taken.shape
    for left, top in _places(box, width, height):
        area = _Area(left, top, left + width, top + height)
        inside = left >= 0 and top >= 0 and area.right <= columns
        if inside and area.bottom <= rows and not area.of(taken).any():
            return area
    left = min(max(box.left, 0), max(columns - width, 0))
    top = min(max(box.top, 0), max(rows - height, 0))
    return _Area(left, top, left + width, top + height)


def _places(box: _Area, width: int, height: int) -> Iterator[tuple[int, int]]:
    """Left and top of a label beside a box: right, left, above, below."""
    yield box.right + 2, box.top
    yield box.left - width - 1, box.top
    yield box.left, box.top - height - 1
    yield box.left, box.bottom + 2
