"""A field on a photo -> a flat picture of what was written in it, without the print.

A field is cut from the photo by its corners, so that it is flat even where the paper
bends. What is printed there is known from the reference picture and removed; strokes
that cross it are continued.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.digits import Box
from inkten.forms.colours import (
    Colours,
    Dropout,
    on_white,
    reduced_paper,
    without_colour,
)
from inkten.forms.fields import Field, Kind
from inkten.forms.print_density import density_of, gray_of, print_on
from inkten.forms.registration import Registration

Floats = NDArray[np.float64]
Gray = NDArray[np.uint8]

HEIGHT = (
    56  # px of a field's box: writing in it is about 35 px high, as the networks like
)
MARGIN = 0.35  # of that height, around the box: people write across its border
MAX_LENGTH = 40  # times its height: a longer field is cut at a lower resolution
PRINT = 0.13  # the least density of print
HIDES = 0.9  # density of print on a photo from which ink on it is not seen
RESIDUE_REACH = 2  # px around print where residue of it may be left
SHADOW = 0.34  # of a field's height: what is wider is no stroke
BRIDGE = 3  # px: how far strokes are continued into removed print


@dataclass(frozen=True, eq=False)
class Sheet:
    """A picture of a form to cut fields from.

    Attributes:
        colours: (H, W) gray, or (H, W, 3) RGB if a colour is dropped.
        paper: the same at low resolution, without ink.
        dropout: the colour to drop.
        leak: how dense that colour is in its own light.
    """

    colours: Colours
    paper: Colours
    dropout: Dropout | None
    leak: float

    @classmethod
    def of(
        cls, colours: Colours, dropout: Dropout | None, leak: float, widest: float
    ) -> "Sheet":
        """A sheet; ``widest`` is the share of its long side that inked areas take."""
        return cls(colours, reduced_paper(colours, widest), dropout, leak)

    def cut(self, corners: Floats, size: tuple[int, int], *, drop: bool = True) -> Gray:
        """Cut a quadrilateral out flat: gray on white, (height, width).

        Args:
            corners: (4, 2) clockwise from the upper left one.
            size: width and height of the result.
            drop: remove the colour that is to be dropped.
        """
        flat = _flattened(self.colours, corners, size)
        share = self.paper.shape[1] / self.colours.shape[1]
        paper = _flattened(self.paper, corners * share, size)
        light = np.maximum(paper, 1).astype(np.float32)
        if self.dropout and drop:
            return without_colour(flat, light, self.dropout, self.leak)
        white = on_white(flat, light)
        return white if white.ndim == 2 else np.asarray(white.min(axis=2), np.uint8)


@dataclass(frozen=True, eq=False)
class FieldPicture:
    """What was written in a field.

    Attributes:
        field: the field.
        written: (h, w) uint8 gray on white, without the print.
        near_print: (h, w) bool: where residue of the print may be left.
        box: the field's box in ``written``, pixels.
        to_photo: (3, 3) from pixels of ``written`` to pixels of the photo.
    """

    field: Field
    written: Gray
    near_print: NDArray[np.bool_]
    box: Box
    to_photo: Floats

    @property
    def cells(self) -> list[Box]:
        """The box of each cell in ``written``."""
        zoom = self.box.width / self.field.box.width
        return [
            Box(
                self.box.x + (cell.x - self.field.box.x) * zoom,
                self.box.y,
                cell.width * zoom,
                self.box.height,
            )
            for cell in self.field.cells
        ]

    def is_inside(self, photo: tuple[int, ...]) -> bool:
        """Whether all of the field is on a photo of this height and width."""
        height, width = photo[:2]
        corners = self.outline(self.box)
        return all(0 <= x <= width and 0 <= y <= height for x, y in corners)

    def outline(self, box: Box) -> tuple[tuple[float, float], ...]:
        """The corners of a box on the photo, clockwise from the upper left one."""
        corners = _corners(box).reshape(-1, 1, 2)
        mapped = cv2.perspectiveTransform(corners, self.to_photo).reshape(-1, 2)
        return tuple((round(x, 1), round(y, 1)) for x, y in mapped.tolist())

    def on_photo(self, box: Box) -> Box:
        """The upright box around a box, on the photo."""
        return Box.around(Box(x, y, 0, 0) for x, y in self.outline(box))


@dataclass(frozen=True, eq=False)
class BlankField:
    """A field of the blank form, which is the same for every photo.

    Attributes:
        field: the field.
        corners: (4, 2) of the field and its margin, on the reference picture.
        size: width and height of the picture that is cut out, pixels.
        box: the field's box in that picture, pixels.
        printed: (h, w) gray on white: all that is printed.
        kept: (h, w) what stays of it if a colour is dropped; None if none is.
        near_print: (h, w) bool: where residue of the print may be left.
    """

    field: Field
    corners: Floats
    size: tuple[int, int]
    box: Box
    printed: Gray
    kept: Gray | None
    near_print: NDArray[np.bool_]

    @classmethod
    def of(cls, field: Field, reference: Sheet) -> "BlankField":
        """The field on the reference picture."""
        box = field.box
        margin = MARGIN * box.height
        around = Box(
            box.x - margin,
            box.y - margin,
            box.width + 2 * margin,
            box.height + 2 * margin,
        )
        zoom = HEIGHT / box.height * min(1.0, MAX_LENGTH * box.height / box.width)
        size = max(1, round(around.width * zoom)), max(1, round(around.height * zoom))
        corners = _corners(around)
        printed = reference.cut(corners, size, drop=False)
        kept = reference.cut(corners, size) if reference.dropout else None
        return cls(
            field,
            corners,
            size,
            Box(margin * zoom, margin * zoom, box.width * zoom, box.height * zoom),
            printed,
            kept,
            _near(density_of(printed) > PRINT, RESIDUE_REACH),
        )

    @property
    def layers(self) -> list[NDArray[np.float32]]:
        """The density of what is printed: what is dropped, and what stays."""
        layers = [density_of(self.printed)]
        if self.kept is not None:
            kept = np.minimum(density_of(self.kept), layers[0])
            layers = [layers[0] - kept, kept]
        return [layer for layer in layers if layer.max() > PRINT]


def cut_field(
    blank: BlankField, photo: Sheet, registration: Registration
) -> FieldPicture:
    """Cut out a field, and remove what is printed there."""
    corners, size = blank.corners, blank.size
    moved = corners + [registration.offset_at(x, y) for x, y in corners.tolist()]
    on_photo = registration.to_photo(moved)
    written = _without_print(photo, on_photo, blank)
    if blank.field.kind is not Kind.TICK:  # a filled box is no shadow
        written = _without_shadows(written)
    to_photo = np.asarray(
        cv2.getPerspectiveTransform(
            _corners(Box(0, 0, *map(float, size))).astype(np.float32),
            on_photo.astype(np.float32),
        ),
        np.float64,
    )
    return FieldPicture(blank.field, written, blank.near_print, blank.box, to_photo)


def _without_print(photo: Sheet, corners: Floats, blank: BlankField) -> Gray:
    """A field without print; strokes are continued where print hides them."""
    gray = photo.cut(corners, blank.size)
    layers = blank.layers
    if not layers:
        return gray
    guide = photo.cut(corners, blank.size, drop=False) if photo.dropout else gray
    density = density_of(gray)
    printed = print_on(density, density_of(guide), layers)
    ink = gray_of(density - printed)
    hidden = (printed > HIDES).astype(np.uint8)
    return np.asarray(cv2.inpaint(ink, hidden, BRIDGE, cv2.INPAINT_TELEA), np.uint8)


def _without_shadows(written: Gray) -> Gray:
    """Level out what is wider than strokes: the edge of a hard shadow."""
    side = round(SHADOW * HEIGHT) | 1
    reach = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    paper = cv2.morphologyEx(cv2.medianBlur(written, 3), cv2.MORPH_CLOSE, reach)
    paper = cv2.GaussianBlur(paper, (0, 0), side / 4)
    return on_white(written, np.maximum(paper, 1).astype(np.float32))


def _near(mask: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    side = 2 * reach + 1
    edge = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return np.asarray(cv2.dilate(mask.astype(np.uint8), edge) > 0)


def _flattened(colours: Colours, corners: Floats, size: tuple[int, int]) -> Colours:
    """Cut out a quadrilateral; reduced by area first, so that no stroke is lost."""
    height, width = colours.shape[:2]
    low = np.clip(np.floor(corners.min(axis=0)) - 2, 0, (width - 1, height - 1))
    high = np.clip(np.ceil(corners.max(axis=0)) + 3, low + 1, (width, height))
    (left, top), (right, bottom) = low.astype(int).tolist(), high.astype(int).tolist()
    piece = colours[top:bottom, left:right]
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    zoom = min(1.0, 1.5 * max(size) / max(sides.max(), 1.0))
    if zoom < 1:
        fewer = (
            max(1, round(piece.shape[1] * zoom)),
            max(1, round(piece.shape[0] * zoom)),
        )
        piece = np.asarray(cv2.resize(piece, fewer, interpolation=cv2.INTER_AREA))
    scale = np.array(piece.shape[1::-1]) / (right - left, bottom - top)
    warp = cv2.getPerspectiveTransform(
        ((corners - (left, top)) * scale).astype(np.float32),
        _corners(Box(0, 0, *map(float, size))).astype(np.float32),
    )
    flat = cv2.warpPerspective(
        piece, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(flat, np.uint8)


def _corners(box: Box) -> Floats:
    return np.array(
        [
            (box.x, box.y),
            (box.right, box.y),
            (box.right, box.bottom),
            (box.x, box.bottom),
        ],
        np.float64,
    )
