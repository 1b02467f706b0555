"""A path -> its pages: one for a picture, one for each page of a TIFF or PDF file."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from inkten.batch import remote
from inkten.errors import MissingExtra, PictureError
from inkten.image.header import check_pixels, damaged
from inkten.image.pages import tiff_pages
from inkten.image.source import (
    UNREADABLE,
    Limits,
    Picture,
    Unreadable,
    read_bytes,
)

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

DOTS_PER_INCH = 200  # a usual scanner setting: digits of 4 mm are 31 px high
POINTS_PER_INCH = 72  # PDF 1.7, 8.3.2.3: the unit of a page's size
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
    openers = {".pdf": _pdf_pages, ".tif": tiff_pages, ".tiff": tiff_pages}
    return openers.get(extension)


def _pdf_pages(content: bytes, limits: Limits) -> Pictures:
    try:
        import pypdfium2
    except ModuleNotFoundError:
        raise MissingExtra("Reading PDF files", "pdf") from None
    with pypdfium2.PdfDocument(content) as document:
        for index in range(len(document)):
            yield _pdf_page_or_error(document, index, limits)


def _pdf_page(document: "PdfDocument", index: int, limits: Limits) -> NDArray[np.uint8]:
    """A page as (H, W) gray, copied out of PDFium's memory."""
    scale = DOTS_PER_INCH / POINTS_PER_INCH
    with closing(document[index]) as page:
        width, height = (round(side * scale) for side in page.get_size())
        check_pixels((width, height), limits)
        rendered = page.render(scale=scale, grayscale=True).to_numpy()
        return np.array(rendered, np.uint8).reshape(rendered.shape[:2])


def _pdf_page_or_error(
    document: "PdfDocument", index: int, limits: Limits
) -> Picture | Unreadable:
    """A rendered page, or why it failed: the pages after it may still be sound."""
    try:
        return _pdf_page(document, index, limits)
    except UNREADABLE as error:
        return error
    except Exception as error:  # PDFium raises many kinds on damaged pages
        return damaged(error)
