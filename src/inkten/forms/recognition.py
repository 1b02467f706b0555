"""What was written in fields -> digits and ticks, with what is known of each field."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from inkten.digits import UNSURE, Box, Digit, Sign
from inkten.forms.cells import digits_of_cells
from inkten.forms.cutting import FieldPicture
from inkten.forms.deadline import Deadline
from inkten.forms.fields import Field, Kind
from inkten.forms.fixed_length import digits_of_length
from inkten.forms.leading_sign import sign_before
from inkten.forms.numerals import PLUS_OR_MINUS
from inkten.forms.result import TICKED
from inkten.forms.strokes import POINT, SPECK, Strokes, pen_on
from inkten.options import ReadOptions
from inkten.reader import Reader
from inkten.signs.find import FoundSign

Gray = NDArray[np.uint8]

EMPTY = 0.98  # probability that a field without strokes is empty; set by hand
TICK_AROUND = 0.15  # of a tick box's side: ticks that leave the box count, too
# The share of a tick box that is ink from which it is ticked; set by hand on synthetic
# forms. The log odds of a tick rise with the logarithm of the share.
TICK_SHARE = 0.03
TICK_SLOPE = 5.0
TOGETHER = 16  # fields of cells whose digits are classified at once
DIGIT_GAP = 0.15  # of a cell's height: as numbers are written without cells


@dataclass(frozen=True, slots=True)
class Written:
    """What was read in a field.

    Attributes:
        text: the digits and signs, ``?`` for an unsure or missing digit; ``""`` if it
            is empty.
        confidence: the probability that the text is right.
        digits: left to right; boxes in pixels of the field's picture.
        gaps: cells between others that are empty, from 1.
    """

    text: str
    confidence: float
    digits: tuple[Digit, ...] = ()
    gaps: tuple[int, ...] = ()


def read_fields(
    reader: Reader,
    pictures: Sequence[FieldPicture],
    options: ReadOptions,
    due: Deadline,
) -> list[Written]:
    """Read what was written in the fields of a form.

    Raises:
        ModelError: a field may have a sign, and no classifier names signs.
        TimeoutError: fields are still to be read at the deadline.
    """
    lines = [each for each in pictures if each.field.kind is not Kind.TICK] or pictures
    pen = pen_on(each.written for each in due.each(lines))
    found = [_look_at(picture, pen) for picture in due.each(pictures)]
    pending = [each for each in found if isinstance(each, _Pending)]
    celled = [each for each in pending if each.cells]
    strips = [each.strip for each in pending if each.strip]
    of_cells = _read_cells(reader, celled, options.min_confidence, due)
    of_strips = iter(_read_strips(reader, strips, replace(options, rotate=0), due))
    return [
        each.concluded(
            next(of_cells) if each.cells else (),
            next(of_strips) if each.strip else _Line(),
        )
        if isinstance(each, _Pending)
        else each
        for each in found
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Strip:
    """A line of writing to read, and where its corner is."""

    gray: Gray
    field: Field
    x: float = 0.0
    y: float = 0.0

    def moved(self, box: Box) -> Box:
        """A box on the strip in the field's picture."""
        return replace(box, x=box.x + self.x, y=box.y + self.y)


@dataclass(frozen=True, slots=True)
class _Line:
    """What was read on a strip: the plus or minus before all, then digits and signs."""

    parts: tuple[Digit | Sign, ...] = ()
    sign: FoundSign | Sign | None = None

    @property
    def digits(self) -> list[Digit]:
        """Its digits, left to right."""
        return [part for part in self.parts if isinstance(part, Digit)]


@dataclass(frozen=True, slots=True, eq=False)
class _Pending:
    """A field whose strokes are still to be read.

    Attributes:
        written: the field's picture.
        cells: by their numbers, from 1, the box around the strokes of each written
            cell; none if the digits are not in cells.
        strip: the field as one line. Of cells, the first two, side by side, if a sign
            may stand in the first.
        first_end: where the first cell ends on the strip.
    """

    written: Gray
    cells: Mapping[int, Box] = field(default_factory=dict)
    strip: _Strip | None = None
    first_end: float = 0.0

    def concluded(self, of_cells: Sequence[Digit], line: _Line) -> Written:
        """The field, given the digits of its cells, and what is on the strip."""
        digits: Sequence[Digit] = line.digits
        parts: Sequence[Digit | Sign] = line.parts
        gaps: tuple[int, ...] = ()
        if self.cells:
            middles = [digit.box.x + digit.box.width / 2 for digit in line.digits]
            has_digit = any(middle < self.first_end for middle in middles)
            first = 1 if line.sign and not has_digit else 0  # the cell of the sign
            digits = parts = of_cells[first:]
            filled = [*self.cells][first:]
            gaps = tuple(sorted({*range(min(filled), max(filled))} - {*filled}))
        text = "".join(part.text for part in parts) or UNSURE
        certain = math.prod(part.confidence for part in parts) if digits else 0.0
        if line.sign:
            text, certain = line.sign.value + text, line.sign.confidence * certain
        return Written(text, certain, tuple(digits), gaps)


def _look_at(picture: FieldPicture, pen: float) -> "Written | _Pending":
    """See what strokes are in a field; it may be empty, or a tick box."""
    field = picture.field
    is_line = field.kind in (Kind.NUMBER, Kind.DIGITS)
    strokes = Strokes.of(
        picture.written,
        picture.near_print,
        picture.box.height,
        pen,
        POINT if is_line else SPECK,
    )
    if field.kind is Kind.TICK:
        return _tick(picture, strokes)
    strokes = strokes.within(_reach(picture))
    if not strokes.is_written:
        return Written("", EMPTY)
    if field.kind is Kind.CELLS:
        return _cells(picture, strokes)
    shown = strokes.picture(picture.written, picture.box)
    around = Box.around((picture.box, *strokes.boxes))
    strip = _Strip(shown, field, max(int(around.x), 0), max(int(around.y), 0))
    return _Pending(picture.written, strip=strip)


def _cells(picture: FieldPicture, strokes: Strokes) -> "Written | _Pending":
    written = {
        number: own
        for number, own in enumerate(strokes.in_cells(picture.cells), 1)
        if own.is_written
    }
    if not written:
        return Written("", EMPTY)
    boxes = {number: Box.around(own.boxes) for number, own in written.items()}
    if not picture.field.sign:
        return _Pending(picture.written, boxes)
    beginning = _beginning(picture, [*written.values()][:2])
    return _Pending(picture.written, boxes, *beginning)


def _beginning(picture: FieldPicture, cells: Sequence[Strokes]) -> tuple[_Strip, float]:
    """The strokes of some cells side by side, as numbers are written without cells.

    Also returns where the first cell ends.
    """
    height, _ = picture.written.shape
    paper = np.full((height, round(DIGIT_GAP * picture.box.height)), 255, np.uint8)
    shown = [paper]
    for own in cells:
        box = Box.around(own.boxes)
        window = Box(box.x, 0, box.width, height)
        shown += [own.picture(picture.written, window)[:height], paper]
    first_end = sum(part.shape[1] for part in shown[:2])
    return _Strip(np.hstack(shown), picture.field), first_end


def _tick(picture: FieldPicture, strokes: Strokes) -> Written:
    """Whether a box is ticked, by the share of it that is ink."""
    box = _grown(picture.box, TICK_AROUND * picture.box.height)
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


def _grown(box: Box, more: float) -> Box:
    return Box(box.x - more, box.y - more, box.width + 2 * more, box.height + 2 * more)


def _read_cells(
    reader: Reader, fields: Sequence[_Pending], min_confidence: float, due: Deadline
) -> Iterator[tuple[Digit, ...]]:
    """The digits of each field with cells, many fields at once."""
    for start in due.each(range(0, len(fields), TOGETHER)):
        some = fields[start : start + TOGETHER]
        yield from digits_of_cells(
            reader,
            [field.written for field in some],
            [[*field.cells.values()] for field in some],
            min_confidence,
        )


def _read_strips(
    reader: Reader, strips: Sequence[_Strip], options: ReadOptions, due: Deadline
) -> list[_Line]:
    """What is on each strip; with the digits that it is known to have.

    Signs that no field allows are read, too, so that 2.5 does not become 25.
    """
    grays = due.each(strip.gray for strip in strips)
    options = replace(options, single=False, signs=reader.names_signs)
    lines = []
    for strip, reading in due.each(
        zip(strips, reader.read_many(grays, options), strict=True)
    ):
        field = strip.field
        parts = [part for number in reading.numbers for part in number.parts]
        sign: FoundSign | Sign | None = None
        if field.sign:
            sign = sign_before(reader, reading)
            if parts and isinstance(parts[0], Sign) and parts[0].value in PLUS_OR_MINUS:
                sign = sign or parts[0]
                parts = parts[1:]
        digits = [part for part in parts if isinstance(part, Digit)]
        if field.length and len(digits) != field.length and not sign:
            digits = [
                *digits_of_length(
                    reader, strip.gray, field.length, options.min_confidence
                )
            ]
            # A slash may be a 1: that many digits are there
            if all(_is_digit(part, digits) for part in parts if isinstance(part, Sign)):
                parts = [*digits]
        moved = tuple(replace(part, box=strip.moved(part.box)) for part in parts)
        lines.append(_Line(moved, sign))
    return lines


def _is_digit(sign: Sign, digits: Sequence[Digit]) -> bool:
    """Whether the ink of a sign is that of a digit."""
    middle = sign.box.x + sign.box.width / 2
    return any(digit.box.x <= middle <= digit.box.right for digit in digits)
