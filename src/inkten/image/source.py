"""Any picture -> the bytes of its file, within the limits."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inkten.errors import MissingExtra, PictureError, PictureTooLarge

Picture: TypeAlias = (
    str
    | os.PathLike[str]
    | bytes
    | bytearray
    | memoryview
    | BinaryIO
    | Image.Image
    | NDArray[np.generic]
)

BLOCK = 1 << 16  # bytes; most pictures of digits are smaller
UNREADABLE = (PictureError, MissingExtra)  # of one picture only
Unreadable: TypeAlias = PictureError | MissingExtra


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest pictures that are read.

    Attributes:
        max_pixels: pictures of more pixels are refused undecoded.
        max_bytes: larger files are refused unread.
        max_digits: pictures on which more digits are detected are refused.

    Raises:
        ValueError: a limit below 1.
    """

    max_pixels: int = 100_000_000
    max_bytes: int = 100_000_000
    max_digits: int = 50_000

    def __post_init__(self) -> None:
        """Check the values."""
        least = min(self.max_pixels, self.max_bytes, self.max_digits)
        if least < 1:
            raise ValueError(f"a limit of {least}; expected 1 or more")


@contextmanager
def naming(picture: Picture) -> Iterator[None]:
    """Add the picture's path, if it has one, to the errors of the block."""
    try:
        yield
    except UNREADABLE as error:
        if isinstance(picture, str | os.PathLike):
            error.name = os.fspath(picture)
        raise


def read_bytes(picture: Picture, limits: Limits) -> bytes:
    """Return the bytes of a picture's file, within the limits.

    Raises:
        PictureError: missing, a folder, not readable, empty, or not a picture type.
        PictureTooLarge: more than ``limits.max_bytes``.
    """
    if isinstance(picture, bytes | bytearray | memoryview):
        content = bytes(picture)
    elif isinstance(picture, str | os.PathLike):
        content = _read_file(os.fspath(picture), limits)
    elif hasattr(picture, "read"):
        content = _read_open(picture.read, limits)
    else:
        raise PictureError(
            f"a {type(picture).__name__} is not a picture; expected a path, bytes, "
            "an open binary file, a PIL image or an array"
        )
    if not content:
        raise PictureError("the file is empty")
    if len(content) > limits.max_bytes:
        raise PictureTooLarge(
            f"more than {limits.max_bytes / 1e6:g} MB, the limit",
            parameter="max_bytes",
        )
    return content


def _read_open(read: Callable[[int], object], limits: Limits) -> bytes:
    try:
        content = read(limits.max_bytes + 1)
    except UnicodeDecodeError:
        content = ""
    except (OSError, ValueError) as error:  # ValueError: the file is closed
        raise PictureError(f"cannot be read: {error}") from None
    if not isinstance(content, bytes | bytearray):
        raise PictureError("the file is open as text; open it in binary mode, 'rb'")
    return bytes(content)


def _read_file(path: str, limits: Limits) -> bytes:
    if not path:
        raise PictureError("an empty name; expected the path of a picture")
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - a third of the time of Path's
            # Never more than the limit, even from /dev/zero. read(n) allocates n bytes,
            # so a small file is read with one small block.
            content = file.read(min(BLOCK, limits.max_bytes + 1))
            if len(content) == BLOCK:
                content += file.read(limits.max_bytes + 1 - BLOCK)
            return content
    except FileNotFoundError:
        raise PictureError("no such file") from None
    except IsADirectoryError:
        raise PictureError("a folder, not a picture") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL inside the path
        reason = getattr(error, "strerror", None) or str(error)
        if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir may raise
            raise PictureError("a folder, not a picture") from None
        raise PictureError(f"cannot be read: {reason}") from None


def check_digits(count: int, limits: Limits) -> None:
    """Check that the number of detections on one picture is within the limits.

    Raises:
        PictureTooLarge: there are more.
    """
    if count > limits.max_digits:
        raise PictureTooLarge(
            f"{count:,} marks look like digits; at most {limits.max_digits:,} are read "
            "on one picture. Cut it into parts.",
            parameter="max_digits",
        )


def hold(picture: Picture, limits: Limits) -> Picture:
    """Make a picture one that can be decoded twice: an open file becomes its bytes."""
    return read_bytes(picture, limits) if hasattr(picture, "read") else picture
