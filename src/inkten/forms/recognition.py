"""What was written in fields -> digits and ticks, with what is known of each field."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inkten.digits import UNSURE, Box, Digit
from inkten.forms.cutting import FieldPicture
from inkten.forms.fields import Field, Kind
from inkten.forms.fixed_length import digits_of_length
from inkten.forms.result import TICKED
from inkten.forms.strokes import Strokes
from inkten.options import ReadOptions
from inkten.reader import Reader

Gray = NDArray[np.uint8]

CELL_MARGIN = 0.15  # of a cell's height: paper shown around it
EMPTY = 0.98  # probability that a field without strokes is empty; set by hand
TICK_AROUND = 0.15  # of a tick box's side: ticks that leave the box count, too
# The share of a tick box that is ink from which it is ticked; set by hand on synthetic
# forms. The log odds of a tick rise with the logarithm of the share.
TICK_SHARE = 0.03
TICK_SLOPE = 5.0


@dataclass(frozen=True, slots=True)
class Written:
    """What was read in a field.

    Attributes:
        text: the digits, ``?`` for an unsure or missing one; ``""`` if it is empty.
        confidence: the probability that the text is right.
        digits: left to right; boxes in pixels of the field's picture.
        gaps: cells between others that are empty, from 1.
    """

    text: str
    confidence: float
    digits: tuple[Digit, ...] = ()
    gaps: tuple[int, ...] = ()


def read_fields(
    reader: Reader, pictures: Sequence[FieldPicture], options: ReadOptions
) -> list[Written]:
    """Read what was written in the fields of a form."""
    found = [_look_at(picture) for picture in pictures]
    pending = [each for each in found if isinstance(each, _Pending)]
    singles = [piece for each in pending if each.single for piece in each.pieces]
    strips = [piece for each in pending if not each.single for piece in each.pieces]
    options = replace(options, rotate=0)
    of_single = iter(_read(reader, singles, replace(options, single=True)))
    of_strip = iter(_read_strips(reader, strips, replace(options, single=False)))
    return [
        each.concluded(
            [next(of_single if each.single else of_strip) for _ in each.pieces]
        )
        if isinstance(each, _Pending)
        else each
        for each in found
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """A part of a field to read, where its corner is, and how many digits it has."""

    gray: Gray
    x: float
    y: float
    length: int | None = None

    def moved(self, digit: Digit) -> Digit:
        """The digit with its box in the field's picture."""
        box = replace(digit.box, x=digit.box.x + self.x, y=digit.box.y + self.y)
        return replace(digit, box=box)


@dataclass(frozen=True, slots=True, eq=False)
class _Pending:
    """A field whose pieces are still to be read."""

    field: Field
    pieces: tuple[_Piece, ...]
    single: bool
    sign: str = ""
    gaps: tuple[int, ...] = ()

    def concluded(self, digits: Sequence[Sequence[Digit]]) -> Written:
        """The field, given the digits of each piece."""
        if self.single:
            text = "".join(own[0].text if own else UNSURE for own in digits)
            certain = math.prod(own[0].confidence if own else 0.0 for own in digits)
        else:
            text = "".join(digit.text for own in digits for digit in own) or UNSURE
            certain = math.prod(digit.confidence for own in digits for digit in own)
        every = tuple(digit for own in digits for digit in own)
        return Written(self.sign + text, certain if every else 0.0, every, self.gaps)


def _look_at(picture: FieldPicture) -> "Written | _Pending":
    """See what strokes are in a field; it may be empty, or a tick box."""
    field = picture.field
    strokes = Strokes.of(picture.written, picture.near_print, picture.box.height)
    if field.kind is Kind.TICK:
        return _tick(picture, strokes)
    strokes = strokes.within(_reach(picture))
    if not strokes.is_written:
        return Written("", EMPTY)
    if field.kind is Kind.CELLS:
        return _cells(picture, strokes)
    sign = ""
    if field.sign:
        strokes, sign = strokes.without_sign()
        if not strokes.is_written:
            return Written(sign, EMPTY)
    shown = strokes.picture(picture.written, picture.box)
    around = Box.around((picture.box, *strokes.boxes))
    length = None if sign else field.length
    piece = _Piece(shown, max(int(around.x), 0), max(int(around.y), 0), length)
    return _Pending(field, (piece,), single=False, sign=sign)


def _cells(picture: FieldPicture, strokes: Strokes) -> "Written | _Pending":
    cells = picture.cells
    margin = CELL_MARGIN * picture.box.height
    pieces: list[_Piece] = []
    filled: list[int] = []
    sign = ""
    for number, (cell, own) in enumerate(
        zip(cells, strokes.in_cells(cells), strict=True), 1
    ):
        if picture.field.sign and not filled and not sign:
            own, sign = own.without_sign()
        if not own.is_written:
            continue
        window = Box(
            cell.x - margin,
            cell.y - margin,
            cell.width + 2 * margin,
            cell.height + 2 * margin,
        )
        around = Box.around((window, *own.boxes))
        shown = own.picture(picture.written, window)
        pieces.append(_Piece(shown, max(int(around.x), 0), max(int(around.y), 0)))
        filled.append(number)
    if not pieces:
        return Written(sign, EMPTY)
    gaps = tuple(set(range(filled[0], filled[-1])) - set(filled))
    return _Pending(picture.field, tuple(pieces), single=True, sign=sign, gaps=gaps)


def _tick(picture: FieldPicture, strokes: Strokes) -> Written:
    """Whether a box is ticked, by the share of it that is ink."""
    box = _grown(picture.box, TICK_AROUND)
    inside = strokes.labels[
        max(int(box.y), 0) : int(box.bottom) + 1,
        max(int(box.x), 0) : int(box.right) + 1,
    ]
    share = float((inside > 0).mean())
    log_odds = TICK_SLOPE * math.log(max(share, 1e-4) / TICK_SHARE)
    ticked = 1 / (1 + math.exp(-log_odds))
    return Written(TICKED, ticked) if ticked >= 0.5 else Written("", 1 - ticked)


def _reach(picture: FieldPicture) -> Box:
    """Where strokes of a field may be: people run out of room on the right."""
    box = picture.box
    if picture.field.kind is Kind.CELLS:
        return box
    return replace(box, width=picture.written.shape[1] - box.x)


def _grown(box: Box, share: float) -> Box:
    more = share * box.height
    return Box(box.x - more, box.y - more, box.width + 2 * more, box.height + 2 * more)


def _read(
    reader: Reader, pieces: Sequence[_Piece], options: ReadOptions
) -> list[tuple[Digit, ...]]:
    """The digits of each piece, with boxes in the field's picture."""
    readings = reader.read_many([piece.gray for piece in pieces], options)
    return [
        tuple(map(piece.moved, reading.digits))
        for piece, reading in zip(pieces, readings, strict=True)
    ]


def _read_strips(
    reader: Reader, pieces: Sequence[_Piece], options: ReadOptions
) -> list[tuple[Digit, ...]]:
    """The digits of each strip, as many as it is known to have."""
    found = _read(reader, pieces, options)
    for place, piece in enumerate(pieces):
        if piece.length and len(found[place]) != piece.length:
            digits = digits_of_length(
                reader, piece.gray, piece.length, options.min_confidence
            )
            found[place] = tuple(map(piece.moved, digits))
    return found
