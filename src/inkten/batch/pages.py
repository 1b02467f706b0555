"""A path -> its pages: one for a picture, one for each page of a TIFF or PDF file."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias, cast

from inkten.batch import remote
from inkten.errors import PictureError
from inkten.image.header import damaged
from inkten.image.pages import tiff_pages
from inkten.image.pdf import pdf_pages
from inkten.image.source import (
    UNREADABLE,
    Limits,
    Picture,
    Unreadable,
    read_bytes,
)

Pictures: TypeAlias = Iterator[Picture | Unreadable]


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """One page of a file: a picture to read, or why it cannot be read."""

    path: str
    number: int  # from 1
    picture: Picture | Unreadable


def pages_of(path: str, base: str, limits: Limits) -> Iterator[Page]:
    """Open a file page by page, each page only when it is needed.

    Args:
        path: a path or a URL, as the results name it.
        base: the folder that relative paths start from.
        limits: the largest pictures that are read.
    """
    open_pages = _opener(path)
    number = 0
    try:
        picture = _picture(path, base)
        if open_pages is None:
            yield Page(path, 1, picture)
            return
        content = read_bytes(picture, limits)
        for number, page in enumerate(open_pages(content, limits), 1):
            yield Page(path, number, page)
    except UNREADABLE as error:
        yield Page(path, number + 1, error)
    except Exception as error:  # codecs raise all kinds of errors on damaged files
        yield Page(path, number + 1, damaged(error))


def _picture(path: str, base: str) -> Picture:
    if remote.is_url(path):
        return cast("Picture", remote.RemoteFile(path))  # it has read(), all we need
    path = remote.from_base(base, path)
    _check_kind(path)
    return path


def _check_kind(path: str) -> None:
    """Refuse files that may never end, and folders that cannot be opened."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):  # a missing file is reported when it is read
        return
    if stat.S_ISDIR(mode):
        if not os.access(path, os.R_OK | os.X_OK):
            raise PictureError("this folder cannot be opened (permission denied)")
    elif not stat.S_ISREG(mode):
        raise PictureError("a pipe, socket or device; expected a file")


def _opener(path: str) -> Callable[[bytes, Limits], Pictures] | None:
    extension = os.path.splitext(path.partition("?")[0])[1].lower()
    openers: dict[str, Callable[[bytes, Limits], Pictures]] = {
        ".pdf": pdf_pages,
        ".tif": tiff_pages,
        ".tiff": tiff_pages,
    }
    return openers.get(extension)
