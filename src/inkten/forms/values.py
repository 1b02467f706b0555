"""The plain values of a form.json, checked; the input may be of any type and size."""

import reprlib
from collections.abc import Sequence
from typing import Any

from inkten.digits import Box

MAX_SIDE = 1_000_000  # px: no picture is larger

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 80


def shown(value: object) -> str:
    """A value as an error shows it, shortened.

    >>> shown(["a"] * 100)
    "['a', 'a', 'a', 'a', 'a', 'a', ...]"
    """
    return _short.repr(value)


def checked(data: object, known: Sequence[str]) -> dict[str, Any]:
    """An object whose keys are all known.

    Raises:
        ValueError: it is not an object, or has another key.
    """
    if not isinstance(data, dict):
        raise ValueError(f"{shown(data)}; expected an object with {', '.join(known)}")
    unknown = [key for key in data if key not in known]
    if unknown:
        raise ValueError(f"unknown {shown(unknown[0])}; expected {', '.join(known)}")
    return data


def choice(kinds: Any, name: str, value: object) -> Any:
    """One of the values of an enumeration.

    Raises:
        ValueError: it is none of them.
    """
    try:
        return kinds(value)
    except ValueError:
        expected = ", ".join(kinds)
        raise ValueError(f"{name} {shown(value)}; expected {expected}") from None


def box_of(name: str, value: object) -> Box:
    """A box, from a list of x, y, width and height.

    Raises:
        ValueError: it is no such list.
    """
    if not isinstance(value, list) or len(value) != 4 or not all(map(_is_side, value)):
        raise ValueError(
            f"{name} {shown(value)}; expected [x, y, width, height] in pixels"
        )
    x, y, width, height = map(float, value)
    return Box(x, y, width, height)


def is_pair(value: object, *kinds: type) -> bool:
    """Whether a value is a list of two of these types."""
    if not isinstance(value, list) or len(value) != 2:
        return False
    return all(type(each) in kinds for each in value)


def _is_side(value: Any) -> bool:
    # JSON may hold NaN, which is not below anything, and whole numbers of any length
    return type(value) in (int, float) and abs(value) <= MAX_SIDE
