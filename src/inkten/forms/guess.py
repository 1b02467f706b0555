"""A first template from a blank form: its boxes, combs and lines become fields.

People correct it on the page that ``inkten form new`` opens; to find most fields and
their places is enough.
"""

from collections.abc import Iterator
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.digits import Box
from inkten.drawing import encode_png
from inkten.errors import DataError
from inkten.forms.colours import Colours, Dropout, colour_share, on_white, paper_of
from inkten.forms.fields import MAX_LENGTH, Field, Kind
from inkten.forms.marks import corner_marks
from inkten.forms.template import Template
from inkten.image.colour import decode_colour
from inkten.image.source import Limits, Picture

Gray = NDArray[np.uint8]

MIN_SIDE = 100  # px: on less, no field is large enough to see
REFERENCE_SIDE = 1800  # px: A4 at 154 dots per inch; a cell of 5 mm is 30 px wide
GRAY_DIFFERENCE = 12  # gray levels between channels: less is no colour
COLOURED = 0.12  # share of print in one colour from which dropping it is proposed
PRINT = 0.25  # of the light that print absorbs at least
MIN_HEIGHT, MAX_HEIGHT = 0.011, 0.05  # of the long side: the height of a field
MIN_WIDTH = 0.5  # of its height
FILLED = 0.88  # of its rectangle: a box with a label in it is less empty
DIGIT_CELL = 1.25  # width to height: wider cells hold numbers, not digits
SAME_ROW = 0.25  # heights: how far cells of one field are up or down
CELL_GAP = 0.6  # heights: the widest gap between cells of one field
ALIKE = 0.2  # how much the widths of cells of one field differ
TICK_ASPECT = 0.85, 1.18  # width to height of a tick box
TICK_HEIGHT = 0.024  # of the long side: a square that is not higher is ticked ...
LOWER = 0.8  # ... and so is one that is lower than this, in heights of digit cells
LINE_LENGTH = 0.05  # of the long side: the least length of a line to write on
LINE_FIELD = 0.025  # of the long side: the height of the field above it
TEETH = 0.35  # of that height: how high the teeth of a comb are looked for
MIN_TEETH = 3
EVEN = 0.25  # how much the distances of a comb's teeth differ
MOST = 300  # fields: more are a pattern, not a form


def guess_template(picture: Picture, limits: Limits | None = None) -> Template:
    """A template with the fields that the rules of a blank form suggest.

    Args:
        picture: a scan or straight photo of the blank form.
        limits: the largest picture that is read.

    Raises:
        PictureError: the picture cannot be read.
        DataError: it shows nothing that looks like a field.
    """
    colours = _reduced(decode_colour(picture, limits))
    height, width = colours.shape[:2]
    if max(height, width) < MIN_SIDE:
        raise DataError(
            f"a picture of only {width}x{height} pixels; expected a sharp picture of "
            f"the blank form, at least {MIN_SIDE} pixels long"
        )
    gray = np.asarray(cv2.cvtColor(colours, cv2.COLOR_RGB2GRAY), np.uint8)
    white = on_white(gray, paper_of(gray))
    marks = corner_marks(gray)
    boxes = [box for box in _boxes(white) if not _is_mark(box, marks)]
    fields = [*_boxed_fields(boxes, height, width), *_lined_fields(white, boxes)]
    if not fields:
        raise DataError(
            "no boxes, combs or lines to write on were found; expected a sharp, "
            "straight picture of the blank form"
        )
    rows = sorted(fields[:MOST], key=lambda field: _reading_order(field[1], gray.shape))
    dropout = _print_colour(colours)
    is_gray = int(np.ptp(colours, axis=2).max()) < GRAY_DIFFERENCE
    return Template(
        reference=encode_png(gray if is_gray else colours),
        fields=tuple(
            Field(f"field_{number}", kind, box, length)
            for number, (kind, box, length) in enumerate(rows, 1)
        ),
        dropout=dropout,
        marks=marks,
    )


_Guess = tuple[Kind, Box, int | None]


def _boxed_fields(boxes: list[Box], height: int, width: int) -> Iterator[_Guess]:
    """Boxes next to each other as cells of one field, the others as fields.

    ``height`` and ``width`` are those of the picture.
    """
    long_side = max(height, width)
    runs = _runs(boxes)
    heights = [row[0].height for row in runs if len(row) > 1]
    of_ticks = max(TICK_HEIGHT * long_side, LOWER * median(heights) if heights else 0.0)
    for row in runs:
        first, last = row[0], row[-1]
        box = Box.around(row)
        if len(row) > 1 and len(row) <= MAX_LENGTH:
            # Cells with gaps between them: each reaches to the middle of the gap.
            gap = max((box.width - sum(cell.width for cell in row)) / (len(row) - 1), 0)
            left, right = max(first.x - gap / 2, 0), min(last.right + gap / 2, width)
            yield Kind.CELLS, _span(left, box.y, right, box.bottom), len(row)
            continue
        for cell in row:
            aspect = cell.width / cell.height
            is_square = TICK_ASPECT[0] <= aspect <= TICK_ASPECT[1]
            if is_square and cell.height <= of_ticks:
                yield Kind.TICK, cell, None
            elif aspect <= DIGIT_CELL:
                yield Kind.CELLS, cell, 1
            else:
                yield Kind.NUMBER, cell, None


def _runs(boxes: list[Box]) -> list[list[Box]]:
    """Boxes in runs of digit cells, each from left to right."""
    runs: list[list[Box]] = []
    for box in sorted(boxes, key=lambda box: box.x):
        for run in runs:
            if _continues(run[-1], box):
                run.append(box)
                break
        else:
            runs.append([box])
    return runs


def _continues(last: Box, box: Box) -> bool:
    """Whether a box is the next digit cell after another."""
    height = last.height
    return (
        box.width <= DIGIT_CELL * height
        and abs(box.y - last.y) <= SAME_ROW * height
        and abs(box.height - height) <= SAME_ROW * height
        and abs(box.width - last.width) <= ALIKE * last.width
        and -SAME_ROW * height <= box.x - last.right <= CELL_GAP * height
    )


def _boxes(white: Gray) -> list[Box]:
    """The empty rectangles that are enclosed by print, or by the picture's edge."""
    height, width = white.shape
    long_side = max(height, width)
    is_print = (white < 255 * (1 - PRINT)).astype(np.uint8)
    closed = cv2.morphologyEx(is_print, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(1 - closed, connectivity=4)
    return [
        _span(  # to the middle of its rules
            max(x - 1, 0),
            max(y - 1, 0),
            min(x + wide + 1, width),
            min(y + high + 1, height),
        )
        for x, y, wide, high, area in stats[1:].tolist()
        if MIN_HEIGHT * long_side <= high <= MAX_HEIGHT * long_side
        and wide >= MIN_WIDTH * high
        and area >= FILLED * wide * high
    ]


def _span(left: float, top: float, right: float, bottom: float) -> Box:
    return Box(left, top, right - left, bottom - top)


def _lined_fields(white: Gray, boxes: list[Box]) -> Iterator[_Guess]:
    """The fields above lines that are no side of a box; a comb is a line with teeth."""
    long_side = max(white.shape)
    is_print = (white < 255 * (1 - PRINT)).astype(np.uint8)
    length = round(LINE_LENGTH * long_side)
    lines = cv2.morphologyEx(is_print, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(lines)
    high = LINE_FIELD * long_side
    for x, y, wide, thick, _ in stats[1:].tolist():
        above = Box(x, max(y - high, 0), wide, min(high, y) + thick)
        is_side = any(_overlap(box, above) for box in boxes)
        if thick > MIN_HEIGHT * long_side or is_side or above.height < high:
            continue
        teeth = _teeth(is_print, x, y, wide, round(TEETH * high))
        if teeth:
            yield Kind.CELLS, above, len(teeth) - 1
        elif not is_print[round(above.y) : y - 2, x : x + wide].any():
            yield Kind.NUMBER, above, None


def _teeth(is_print: Gray, x: int, y: int, wide: int, high: int) -> list[float]:
    """The x of the teeth on a line, from left to right; empty if it is no comb."""
    margin = 3
    left = max(x - margin, 0)
    band = is_print[max(y - high, 0) : y - 1, left : x + wide + margin]
    if not band.size:
        return []
    # Rows next to the line: teeth may be lower than they are looked for.
    columns = (band[-max(high // 2, 2) :].mean(axis=0) > 0.8).astype(np.uint8)
    middles = cv2.connectedComponentsWithStats(columns[None])[3]
    teeth = sorted(left + float(middle[0]) for middle in middles[1:])
    gaps = np.diff(teeth)
    reaches = len(teeth) >= MIN_TEETH and teeth[0] - x <= gaps.mean() / 2
    is_even = reaches and bool(np.ptp(gaps) <= EVEN * gaps.mean())
    return teeth if is_even and len(teeth) <= MAX_LENGTH else []


def _overlap(box: Box, other: Box) -> bool:
    return (
        min(box.right, other.right) > max(box.x, other.x)
        and min(box.bottom, other.bottom) + 2 > max(box.y, other.y) - 2
    )


def _is_mark(box: Box, marks: tuple[Box, ...]) -> bool:
    return any(_overlap(box, mark) for mark in marks)


def _reading_order(box: Box, shape: tuple[int, ...]) -> tuple[int, float]:
    """Rows of fields from top to bottom, each from left to right."""
    row = LINE_FIELD * max(shape)
    return round((box.y + box.height / 2) / row), box.x


def _print_colour(colours: Colours) -> Dropout | None:
    """The colour that much of the print has."""
    shares = {dropout: colour_share(colours, dropout) for dropout in Dropout}
    best = max(shares, key=lambda dropout: shares[dropout])
    return best if shares[best] >= COLOURED else None


def _reduced(colours: Colours) -> Colours:
    height, width = colours.shape[:2]
    zoom = min(1.0, REFERENCE_SIDE / max(height, width))
    if zoom == 1:
        return colours
    size = max(1, round(width * zoom)), max(1, round(height * zoom))
    return np.asarray(cv2.resize(colours, size, interpolation=cv2.INTER_AREA), np.uint8)
