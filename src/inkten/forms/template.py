"""form.json: a template as a file. What is wrong with it is said by the field's name.

    {
      "inkten_form": 1,
      "reference": "form.png",
      "fields": [
        {"name": "points", "kind": "cells", "box": [120, 310, 96, 40], "length": 2,
         "checks": {"range": [0, 60]}}
      ]
    }

``reference`` is a picture beside the file, or the picture itself as a ``data:`` URL.
"""

import base64
import binascii
import hashlib
import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from inkten.digits import Box
from inkten.errors import DataError
from inkten.forms.colours import Dropout
from inkten.forms.fields import CheckDigit, Checks, Field, Kind
from inkten.forms.values import box_of, checked, choice, is_pair, shown

VERSION = 1  # raised when a key is removed or changes meaning
VERSION_KEY = "inkten_form"
DATA_URL = "data:image/"
BASE64 = ";base64,"
KEYS = (VERSION_KEY, "reference", "dropout", "marks", "fields")
FIELD_KEYS = ("name", "kind", "box", "length", "sign", "decimals", "checks")
CHECK_KEYS = ("required", "range", "length", "check_digit", "sum_of")
EXPECTED = "expected a form.json, which 'inkten form new' writes"
MARKS = 4  # the corners of the form
MAX_FIELDS = 1000  # an answer sheet of 200 questions with five boxes each


@dataclass(frozen=True, slots=True)
class Template:
    """What form.json says.

    Attributes:
        reference: the bytes of the reference picture.
        fields: at least one; names differ, also in lower case.
        dropout: the colour that the form is printed in, if it is to be removed.
        marks: the boxes of the marks in the form's four corners, or none.
    """

    reference: bytes
    fields: tuple[Field, ...]
    dropout: Dropout | None = None
    marks: tuple[Box, ...] = ()

    @property
    def sha256(self) -> str:
        """A checksum of all that readings depend on: fields, checks and reference."""
        data = json.dumps(self.to_dict(), sort_keys=True)
        return hashlib.sha256(data.encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """The template as plain data, the reference picture included."""
        data: dict[str, Any] = {VERSION_KEY: VERSION}
        data["fields"] = [field.to_dict() for field in self.fields]
        if self.dropout:
            data["dropout"] = self.dropout.value
        if self.marks:
            data["marks"] = [_sides(box) for box in self.marks]
        data["reference"] = data_url(self.reference)
        return data


def load_template(path: Path) -> Template:
    """Read a form.json and the reference picture that it names.

    Raises:
        DataError: not a template, or one with a mistake: names the field.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(
            f"cannot be read ({error.strerror}); {EXPECTED}", name=str(path)
        ) from None
    try:
        return parse_json(content, path.parent)
    except DataError as error:
        error.name = str(path)
        raise


def parse_json(
    content: bytes, folder: Path | None = None, *, reference: bytes | None = None
) -> Template:
    """The template in the content of a form.json; arguments as for ``parse``.

    Raises:
        DataError: not JSON, or there is a mistake; says in which field.
    """
    try:
        data = json.loads(content)
    except RecursionError:
        raise DataError("lists are nested too deeply; expected a form.json") from None
    except ValueError as error:  # not UTF-8, or not JSON
        raise DataError(f"{_why_not_json(content, error)}; {EXPECTED}") from None
    return parse(data, folder, reference=reference)


def _why_not_json(content: bytes, error: ValueError) -> str:
    """What is wrong with a file that cannot be parsed, for whoever wrote it."""
    if content.lstrip()[:1] == b"<":
        return "a web page, not a template; the page to correct one saves it"
    if b"\0" in content or isinstance(error, UnicodeDecodeError):
        return "not a text file"
    return f"not JSON ({error})"


def parse(
    data: object, folder: Path | None = None, *, reference: bytes | None = None
) -> Template:
    """The template in the plain data of a form.json.

    Args:
        data: what the file holds.
        folder: where a reference picture that is named lies; if None, no file is
            opened, and the picture must be in the template itself.
        reference: the bytes of the reference picture, in place of the template's.

    Raises:
        DataError: there is a mistake; says in which field.
    """
    with _saying("the template"):
        values = checked(data, KEYS)
        version = values.get(VERSION_KEY)
        if version != VERSION or type(version) is not int:
            raise ValueError(
                f"{VERSION_KEY} {shown(version)}; this version of inkten reads "
                f"{VERSION}"
            )
        listed = values.get("fields")
        if not isinstance(listed, list) or not listed:
            raise ValueError(f"fields {shown(listed)}; expected a list of fields")
        if len(listed) > MAX_FIELDS:
            raise ValueError(f"{len(listed):,} fields; at most {MAX_FIELDS:,} are read")
        dropout = values.get("dropout")
        colour = None if dropout is None else choice(Dropout, "dropout", dropout)
        marks = _marks(values.get("marks", []))
        if reference is None:
            reference = _reference(values.get("reference"), folder)
    fields = tuple(_field(number, each) for number, each in enumerate(listed, 1))
    _check_names(fields)
    return Template(reference, fields, colour, marks)


@contextmanager
def _saying(what: str) -> Iterator[None]:
    """Turn the ValueError of a wrong value into a DataError that says where it is."""
    try:
        yield
    except ValueError as error:
        raise DataError(f"{what}: {error}") from None


def _field(number: int, data: object) -> Field:
    name = data.get("name") if isinstance(data, dict) else None
    is_named = name is not None and name != ""
    where = f"field {shown(name)}" if is_named else f"field {number}, without a name"
    with _saying(where):
        values = checked(data, FIELD_KEYS)
        if name is not None and not isinstance(name, str):
            raise ValueError(f"name {shown(name)}; expected text, such as 'points'")
        length = values.get("length")
        if length is not None and type(length) is not int:
            raise ValueError(f"length {shown(length)}; expected a whole number")
        sign = values.get("sign", False)
        if type(sign) is not bool:
            raise ValueError(f"sign {shown(sign)}; expected true or false")
        decimals = values.get("decimals", 0)
        if type(decimals) is not int:
            raise ValueError(f"decimals {shown(decimals)}; expected a whole number")
        return Field(
            name=name or "",
            kind=choice(Kind, "kind", values.get("kind")),
            box=box_of("box", values.get("box")),
            length=length,
            sign=sign,
            checks=_checks(values.get("checks", {})),
            decimals=decimals,
        )


def _marks(values: object) -> tuple[Box, ...]:
    if not isinstance(values, list) or len(values) not in (0, MARKS):
        raise ValueError(f"marks {shown(values)}; expected {MARKS} boxes or none")
    return tuple(box_of("marks", mark) for mark in values)


def _checks(data: object) -> Checks:
    values = checked(data, CHECK_KEYS)
    required = values.get("required", False)
    if type(required) is not bool:
        raise ValueError(f"required {shown(required)}; expected true or false")
    limits = values.get("range", [None, None])
    if not is_pair(limits, int, float, type(None)) or not all(map(_is_limit, limits)):
        raise ValueError(
            f"range {shown(limits)}; expected [least, largest]: numbers, or null for "
            "no limit"
        )
    length = values.get("length")
    if type(length) is int:
        length = [length, length]
    if length is not None and not is_pair(length, int):
        raise ValueError(
            f"length {shown(length)}; expected the number of digits, or [least, "
            "largest]"
        )
    rule = values.get("check_digit")
    parts = values.get("sum_of", [])
    if not isinstance(parts, list) or not all(isinstance(each, str) for each in parts):
        raise ValueError(f"sum_of {shown(parts)}; expected a list of names of fields")
    if "sum_of" in values and not parts:
        raise ValueError("sum_of []; expected the names of at least one field")
    return Checks(
        required=required,
        range=(_limit(limits[0]), _limit(limits[1])),
        length=(length[0], length[1]) if length else None,
        check_digit=None if rule is None else choice(CheckDigit, "check_digit", rule),
        sum_of=tuple(parts),
    )


def _is_limit(value: int | float | None) -> bool:
    # JSON may hold NaN and Infinity
    return not isinstance(value, float) or math.isfinite(value)


def _limit(value: int | float | None) -> int | Decimal | None:
    """A limit that compares as it is written: 0.1 is a tenth, exactly."""
    return Decimal(str(value)) if isinstance(value, float) else value


def _check_names(fields: Sequence[Field]) -> None:
    """Check that names differ, and that those which a sum refers to exist.

    Raises:
        DataError: two fields have one name, or a sum names no other field.
    """
    names = {field.name for field in fields}
    taken: set[str] = set()
    for field in fields:
        with _saying(f"field {shown(field.name)}"):
            if field.name.lower() in taken:
                raise ValueError("another field has this name; each needs its own")
            taken.add(field.name.lower())
            for part in field.checks.sum_of:
                if part not in names or part == field.name:
                    raise ValueError(
                        f"sum_of names {shown(part)}, which is no other field"
                    )


def _reference(value: object, folder: Path | None) -> bytes:
    if not isinstance(value, str) or not value:
        raise ValueError(
            "reference is missing; expected the name of a picture, or the picture as a "
            "data: URL"
        )
    if value.startswith("data:"):
        head, found, content = value.partition(BASE64)
        if not head.startswith(DATA_URL) or not found:
            raise ValueError(f"reference {value[:40]!r}; expected {DATA_URL}png;base64")
        try:
            return base64.b64decode(content, validate=True)
        except binascii.Error as error:
            raise ValueError(f"reference is damaged ({error})") from None
    if folder is None:
        raise DataError(
            f"the template: reference {shown(value)} is the name of a file, which is "
            "not opened here; expected the picture as a data: URL",
            parameter="reference",
        )
    try:
        return (folder / value).read_bytes()
    except OSError as error:
        raise ValueError(
            f"the reference picture {value} cannot be read ({error.strerror})"
        ) from None


def data_url(picture: bytes) -> str:
    """A picture as a ``data:`` URL."""
    kind = "jpeg" if picture.startswith(b"\xff\xd8") else "png"
    if picture.startswith(b"RIFF"):
        kind = "webp"
    return f"{DATA_URL}{kind}{BASE64}{base64.b64encode(picture).decode()}"


def _sides(box: Box) -> list[float]:
    return [round(side, 1) for side in (box.x, box.y, box.width, box.height)]
