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
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inkten.digits import Box
from inkten.errors import DataError
from inkten.forms.colours import Dropout
from inkten.forms.fields import CheckDigit, Checks, Field, Kind

VERSION = 1  # raised when a key is removed or changes meaning
VERSION_KEY = "inkten_form"
DATA_URL = "data:image/"
BASE64 = ";base64,"
KEYS = (VERSION_KEY, "reference", "dropout", "marks", "fields")
FIELD_KEYS = ("name", "kind", "box", "length", "sign", "checks")
CHECK_KEYS = ("required", "range", "length", "check_digit", "sum_of")
MARKS = 4  # the corners of the form


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
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise DataError(
            f"cannot be read ({error.strerror}); expected a form.json, which "
            "'inkten form new' writes",
            name=str(path),
        ) from None
    except ValueError as error:  # not JSON, or not UTF-8
        raise DataError(
            f"not JSON ({error}); expected a form.json, which 'inkten form new' writes",
            name=str(path),
        ) from None
    try:
        return parse(data, path.parent)
    except DataError as error:
        error.name = str(path)
        raise


def parse(data: object, folder: Path) -> Template:
    """The template in the plain data of a form.json.

    Args:
        data: what the file holds.
        folder: where a reference picture that is named lies.

    Raises:
        DataError: there is a mistake; says in which field.
    """
    with _saying("the template"):
        values = _checked(data, KEYS)
        version = values.get(VERSION_KEY)
        if version != VERSION:
            raise ValueError(
                f"{VERSION_KEY} {version!r}; this version of inkten reads {VERSION}"
            )
        listed = values.get("fields")
        if not isinstance(listed, list) or not listed:
            raise ValueError(f"fields {listed!r}; expected a list of fields")
        dropout = values.get("dropout")
        colour = None if dropout is None else _choice(Dropout, "dropout", dropout)
        marks = tuple(_box("marks", mark) for mark in values.get("marks", ()))
        if len(marks) not in (0, MARKS):
            raise ValueError(f"{len(marks)} marks; expected {MARKS} or none")
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
    with _saying(f"field {name!r}" if name else f"field {number}, without a name"):
        values = _checked(data, FIELD_KEYS)
        length = values.get("length")
        if length is not None and type(length) is not int:
            raise ValueError(f"length {length!r}; expected a whole number")
        sign = values.get("sign", False)
        if type(sign) is not bool:
            raise ValueError(f"sign {sign!r}; expected true or false")
        return Field(
            name=name if isinstance(name, str) else "",
            kind=_choice(Kind, "kind", values.get("kind")),
            box=_box("box", values.get("box")),
            length=length,
            sign=sign,
            checks=_checks(values.get("checks", {})),
        )


def _checks(data: object) -> Checks:
    values = _checked(data, CHECK_KEYS)
    required = values.get("required", False)
    if type(required) is not bool:
        raise ValueError(f"required {required!r}; expected true or false")
    limits = values.get("range", [None, None])
    if not _is_pair(limits, int, type(None)):
        raise ValueError(
            f"range {limits!r}; expected [least, largest]: whole numbers, or null for "
            "no limit"
        )
    length = values.get("length")
    if type(length) is int:
        length = [length, length]
    if length is not None and not _is_pair(length, int):
        raise ValueError(
            f"length {length!r}; expected the number of digits, or [least, largest]"
        )
    rule = values.get("check_digit")
    parts = values.get("sum_of", [])
    if not isinstance(parts, list) or not all(isinstance(each, str) for each in parts):
        raise ValueError(f"sum_of {parts!r}; expected a list of names of fields")
    return Checks(
        required=required,
        range=(limits[0], limits[1]),
        length=(length[0], length[1]) if length else None,
        check_digit=None if rule is None else _choice(CheckDigit, "check_digit", rule),
        sum_of=tuple(parts),
    )


def _check_names(fields: Sequence[Field]) -> None:
    """Check that names differ, and that those which a sum refers to exist.

    Raises:
        DataError: two fields have one name, or a sum names no other field.
    """
    names = {field.name for field in fields}
    taken: set[str] = set()
    for field in fields:
        with _saying(f"field {field.name!r}"):
            if field.name.lower() in taken:
                raise ValueError("another field has this name; each needs its own")
            taken.add(field.name.lower())
            for part in field.checks.sum_of:
                if part not in names or part == field.name:
                    raise ValueError(f"sum_of names {part!r}, which is no other field")


def _reference(value: object, folder: Path) -> bytes:
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


def _checked(data: object, known: Sequence[str]) -> dict[str, Any]:
    """An object whose keys are all known."""
    if not isinstance(data, dict):
        raise ValueError(f"{data!r:.60}; expected an object with {', '.join(known)}")
    unknown = [key for key in data if key not in known]
    if unknown:
        raise ValueError(f"unknown {unknown[0]!r}; expected {', '.join(known)}")
    return data


def _choice(kinds: Any, name: str, value: object) -> Any:
    try:
        return kinds(value)
    except ValueError:
        expected = ", ".join(kinds)
        raise ValueError(f"{name} {value!r}; expected {expected}") from None


def _box(name: str, value: Any) -> Box:
    is_box = isinstance(value, list) and len(value) == 4
    if not is_box or any(type(side) not in (int, float) for side in value):
        raise ValueError(f"{name} {value!r}; expected [x, y, width, height] in pixels")
    x, y, width, height = map(float, value)
    return Box(x, y, width, height)


def _sides(box: Box) -> list[float]:
    return [round(side, 1) for side in (box.x, box.y, box.width, box.height)]


def _is_pair(value: object, *kinds: type) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    return all(type(each) in kinds for each in value)
