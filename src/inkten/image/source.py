"""Any picture -> the bytes of its file, within the limits."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inkten.errors import PictureError, PictureTooLarge

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
NAMELESS = "the picture"  # what messages call one that came without a path


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused before it is decoded: files of more bytes or more pixels."""

    max_pixels: int = 100_000_000
    max_bytes: int = 100_000_000


def name_of(picture: Picture) -> str:
    """What messages call a picture: its path, if it came by one."""
    return os.fspath(picture) if isinstance(picture, str | os.PathLike) else NAMELESS


def read_bytes(picture: Picture, limits: Limits) -> bytes:
    """Return the bytes of a file, whichever way it came, within the limits.

    Raises:
        PictureError: missing, a folder, not readable, empty, or not a picture type.
        PictureTooLarge: more than ``limits.max_bytes``.
    """
    name = name_of(picture)
    if isinstance(picture, bytes | bytearray | memoryview):
        content = bytes(picture)
    elif isinstance(picture, str | os.PathLike):
        content = _read_file(name, limits)
    elif hasattr(picture, "read"):
        content = _read_open(picture.read, limits)
    else:
        raise PictureError(
            f"a {type(picture).__name__} is not a picture; expected a path, bytes, "
            "an open binary file, a PIL image or an array"
        )
    if not content:
        raise PictureError(f"{name}: the file is empty")
    if len(content) > limits.max_bytes:
        raise PictureTooLarge(
            f"{name}: more than {limits.max_bytes:,} bytes, the limit; "
            "raise it with max_bytes (--max-bytes)"
        )
    return content


def _read_open(read: Callable[[int], object], limits: Limits) -> bytes:
    try:
        content = read(limits.max_bytes + 1)
    except UnicodeDecodeError:
        content = ""
    except (OSError, ValueError) as error:  # ValueError: the file is closed
        raise PictureError(f"{NAMELESS}: cannot be read: {error}") from None
    if not isinstance(content, bytes | bytearray):
        raise PictureError(f"{NAMELESS}: open as text; open it in binary mode, 'rb'")
    return bytes(content)


def _read_file(name: str, limits: Limits) -> bytes:
    if not name:
        raise PictureError("an empty name; expected the path of a picture")
    try:
        with open(name, "rb") as file:  # noqa: PTH123 - a third of the time of Path's
            # Never more than the limit, even of /dev/zero; but read(n) sets n bytes
            # aside, so a small file is asked for no more than a block.
            content = file.read(min(BLOCK, limits.max_bytes + 1))
            if len(content) == BLOCK:
                content += file.read(limits.max_bytes + 1 - BLOCK)
            return content
    except FileNotFoundError:
        raise PictureError(f"{name}: no such file") from None
    except IsADirectoryError:
        raise PictureError(f"{name}: a folder, not a picture") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL inside the path
        reason = getattr(error, "strerror", None) or str(error)
        if os.path.isdir(name):  # noqa: PTH112 - Path.is_dir may raise
            reason = "a folder, not a picture"
        raise PictureError(f"{name}: cannot be read: {reason}") from None


def hold(picture: Picture, limits: Limits) -> Picture:
    """Make a picture one that can be decoded twice: an open file becomes its bytes."""
    return read_bytes(picture, limits) if hasattr(picture, "read") else picture
