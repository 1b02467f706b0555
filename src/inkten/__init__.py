"""inkten reads handwritten digits from any picture.

>>> import inkten
>>> inkten.read("examples/digit.jpg").text
'7'

A picture becomes gray (``picture``), digits are found on it (``detector``), each is cut
as a tile (``tiles``) and classified (``models``); ``reader`` tells that story and
``answer`` is what comes out. ``training``, ``evaluation`` and ``doors`` stand on top.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from inkten.errors import (
    DataError,
    InktenError,
    MissingExtra,
    ModelError,
    PictureError,
    PictureTooLarge,
    RunError,
)

if TYPE_CHECKING:
    from inkten.image.source import Limits
    from inkten.reader import Reader, read
    from inkten.reading import Box, Digit, Number, Reading

__version__ = "0.1.0"
__all__ = [
    "Box",
    "DataError",
    "Digit",
    "InktenError",
    "Limits",
    "MissingExtra",
    "ModelError",
    "Number",
    "PictureError",
    "PictureTooLarge",
    "Reader",
    "Reading",
    "RunError",
    "read",
]

_ROOMS = {
    "Box": "answer",
    "Digit": "answer",
    "Limits": "content",
    "Number": "answer",
    "Reader": "reader",
    "Reading": "answer",
    "read": "reader",
}


def __getattr__(name: str) -> Any:
    """Fetch a name from its room when it is first used: importing stays instant."""
    if name not in _ROOMS:
        raise AttributeError(f"module 'inkten' has no attribute {name!r}")
    found = getattr(import_module(f"inkten.{_ROOMS[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *_ROOMS])
