"""Start here: a template reads pictures of the filled-in form.

picture --> register --> cut fields --> remove print --> read --> check
"""

import json
import math
import os
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.decimals import MARKS
from inkten.errors import DataError
from inkten.files import write_whole
from inkten.forms.checks import problems_of
from inkten.forms.colours import print_leak
from inkten.forms.cutting import BlankField, FieldPicture, Sheet, cut_field
from inkten.forms.deadline import Deadline
from inkten.forms.fields import Field, Kind
from inkten.forms.recognition import Written, read_fields
from inkten.forms.registration import Printed, Registration, register
from inkten.forms.result import FieldReading, FormReading
from inkten.forms.template import Template, load_template
from inkten.image.colour import decode_colour
from inkten.image.decode import decode
from inkten.image.source import UNREADABLE, Limits, Picture, hold, naming
from inkten.options import ReadOptions
from inkten.reader import Reader, default_reader

Colours = NDArray[np.uint8]
TICK_MARGIN = 1.6  # of a tick box: how far ink may reach when it is filled
WITHOUT_MARK = 0.8  # the highest confidence where decimals may be, and no mark was read
MAX_INKED = 0.15  # of the form's long side: what is wider is a shadow, not a filled box


class Form:
    """A form whose fields are known: reads pictures of it, filled in by hand.

    >>> form = inkten.Form.load("examples/form/form.json")  # doctest: +SKIP
    >>> form.read("examples/form/filled.jpg")["points"].text  # doctest: +SKIP
    '42'
    """

    def __init__(self, template: Template, *, limits: Limits | None = None) -> None:
        """Prepare to read by a template.

        Args:
            template: what the form is.
            limits: the largest reference picture that is read.

        Raises:
            DataError: its reference picture is damaged, or fields lie outside it.
        """
        self.template = template
        self._limits = limits or Limits()
        self._by_name = {field.name: field for field in template.fields}
        self._blanks: dict[str, BlankField] = {}
        height, width = self._reference.colours.shape[:2]
        for field in template.fields:
            box = field.box
            if box.x < 0 or box.y < 0 or box.right > width or box.bottom > height:
                sides = [box.x, box.y, box.width, box.height]
                raise DataError(
                    f"field {field.name!r}: box {sides} is not all on the reference "
                    f"picture of {width}x{height} pixels"
                )

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Form":
        """Load a form.json; ``inkten form new`` makes one.

        Raises:
            DataError: not a template, or one with a mistake: names the field.
        """
        template = load_template(Path(path))
        try:
            return cls(template)
        except DataError as error:
            error.name = os.fspath(path)
            raise

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save as a form.json, the reference picture included.

        Raises:
            InktenError: the file cannot be written.
        """
        write_whole(Path(path), json.dumps(self.template.to_dict(), indent=1) + "\n")

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of the template."""
        return self.template.fields

    def read(
        self,
        picture: Picture,
        options: ReadOptions | None = None,
        *,
        reader: Reader | None = None,
        deadline: float = math.inf,
    ) -> FormReading:
        """Read the fields of one filled-in form.

        Args:
            picture: a photo or scan of it, in any position: a path, bytes, an open
                binary file, a PIL image or an array (RGB order).
            options: its ``min_confidence`` and ``limits`` count; those of the reader if
                None.
            reader: what reads the digits; that of ``inkten.read`` if None.
            deadline: by ``time.monotonic()``; none by default.

        Raises:
            PictureError: the picture cannot be read, or the form is not on it; says
                which and why.
            TimeoutError: fields are still to be read at the deadline.
        """
        due = Deadline(deadline)
        reader = reader or default_reader()
        options = options or reader.options
        with naming(picture):
            photo = self._decode(picture, options.limits)
            registration = register(self._printed, _gray(photo))
        sheet = self._sheet(photo, registration)
        pictures = [
            cut_field(self._blank(field), sheet, registration)
            for field in due.each(self.fields)
        ]
        written = read_fields(reader, pictures, options, due)
        texts = {
            field.name: own.text
            for field, own in zip(self.fields, written, strict=True)
        }
        return FormReading(
            tuple(
                self._field_reading(picture, own, texts, photo.shape)
                for picture, own in zip(pictures, written, strict=True)
            ),
            registration.agreement,
        )

    def _field_reading(
        self,
        picture: FieldPicture,
        own: Written,
        texts: Mapping[str, str],
        size: tuple[int, ...],
    ) -> FieldReading:
        """What was read in a field, where it is, and which checks fail."""
        field = picture.field
        problems = list(problems_of(field, texts, self._by_name))
        problems += [f"cell {number} is empty" for number in own.gaps]
        if not picture.is_inside(size):
            problems.append("part of the field is outside the picture")
        return FieldReading(
            name=field.name,
            kind=field.kind,
            text=own.text,
            confidence=_confidence(field, own),
            box=picture.on_photo(picture.box),
            outline=picture.outline(picture.box),
            digits=tuple(
                replace(digit, box=picture.on_photo(digit.box)) for digit in own.digits
            ),
            problems=tuple(problems),
            decimals=field.decimals,
        )

    def _decode(self, picture: Picture, limits: Limits) -> Colours:
        """(H, W) gray, or (H, W, 3) RGB if a colour is to be dropped; at full size."""
        source = hold(picture, limits)
        if self.template.dropout is None:
            return decode(source, limits, full_size=True).pixels
        return decode_colour(source, limits)

    def _sheet(self, photo: Colours, registration: Registration) -> Sheet:
        """The photo to cut fields from, with how dense the print's colour is on it."""
        dropout, leak = self.template.dropout, 0.0
        if dropout:
            shrink = np.diag([self._printed.scale, self._printed.scale, 1.0])
            size = self._printed.gray.shape[::-1]
            flat = cv2.warpPerspective(
                photo,
                registration.homography @ shrink,
                size,
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            )
            is_print = self._printed.blocks.is_print > 0
            leak = print_leak(np.asarray(flat, np.uint8), dropout, is_print)
        return Sheet.of(photo, dropout, leak, self._widest)

    @cached_property
    def _reference(self) -> Sheet:
        """The reference picture to cut fields from."""
        dropout = self.template.dropout
        leak = print_leak(self._reference_colours, dropout) if dropout else 0.0
        return Sheet.of(self._reference_colours, dropout, leak, self._widest)

    def _blank(self, field: Field) -> BlankField:
        """A field of the blank form, cut out when the first photo is read."""
        if field.name not in self._blanks:
            self._blanks[field.name] = BlankField.of(field, self._reference)
        return self._blanks[field.name]

    @property
    def _widest(self) -> float:
        """How wide a filled tick box is, as a share of the form's long side."""
        height, width = self._reference_colours.shape[:2]
        ticks = [each.box for each in self.fields if each.kind is Kind.TICK]
        widest = max((max(box.width, box.height) for box in ticks), default=0.0)
        return min(TICK_MARGIN * widest / float(max(height, width)), MAX_INKED)

    @cached_property
    def _reference_colours(self) -> Colours:
        try:
            return self._decode(self.template.reference, self._limits)
        except UNREADABLE as error:
            raise DataError(f"the reference picture: {error.reason}") from None

    @cached_property
    def _printed(self) -> Printed:
        return Printed.of(_gray(self._reference_colours), self.template.marks)


def _confidence(field: Field, written: Written) -> float:
    """How sure the text of a field is, its decimal mark included.

    A point is easily missed: 1250 in a field of amounts may be 12.50.
    """
    has_mark = any(mark in written.text for mark in MARKS)
    if field.decimals and len(written.digits) > field.decimals and not has_mark:
        return min(written.confidence, WITHOUT_MARK)
    return written.confidence


def _gray(colours: Colours) -> Colours:
    return colours if colours.ndim == 2 else decode(colours).pixels
