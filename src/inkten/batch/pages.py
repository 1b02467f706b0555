"""A path -> its pages: one for a picture, one for each page of a TIFF or PDF file."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inkten.batch import remote
from inkten.errors import MissingExtra
from inkten.image.header import check_pixels, damaged, open_header, pillow_pixel_limit
from inkten.image.source import (
    UNREADABLE,
    Limits,
    Picture,
    Unreadable,
    read_bytes,
)

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

DOTS_PER_INCH = 200  # a usual scan's: digits of 4 mm are 31 px high
POINTS_PER_INCH = 72  # PDF 1.7, 8.3.2.3: the unit of a page's size
Pictures: TypeAlias = Iterator[Picture | Unreadable]


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """A picture to read, or why it cannot be; ``number`` counts from 1."""

    path: str
    number: int
    picture: Picture | Unreadable


def pages_of(path: str, base: str, limits: Limits) -> Iterator[Page]:
    """Open a file page by page, each when it is asked for.

    Args:
        path: a path or a URL, as the results name it.
        base: the folder that relative paths count from.
        limits: the largest pictures that are read.
    """
    picture = _picture(path, base)
    pages_in = _opener(path)
    if pages_in is None:
        yield Page(path, 1, picture)
        return
    number = 0
    try:
        for number, page in enumerate(pages_in(read_bytes(picture, limits), limits), 1):
            yield Page(path, number, page)
    except UNREADABLE as error:
        yield Page(path, number + 1, error)
    except Exception as error:  # codecs raise many kinds on damaged files
        yield Page(path, number + 1, damaged(error))


def _picture(path: str, base: str) -> Picture:
    if remote.is_url(path):
        return cast("Picture", remote.RemoteFile(path))  # it can read, and need no more
    return remote.from_base(base, path)


def _opener(path: str) -> Callable[[bytes, Limits], Pictures] | None:
    ending = os.path.splitext(path.partition("?")[0])[1].lower()
    return {".pdf": _pdf_pages, ".tif": _tiff_pages, ".tiff": _tiff_pages}.get(ending)


def _tiff_pages(content: bytes, limits: Limits) -> Pictures:
    with open_header(content) as file:
        for place in count():  # n_frames would fail on a damaged last page
            try:
                file.seek(place)
            except EOFError:
                return
            yield _or_error(_copied, file, limits)


def _copied(file: Image.Image, limits: Limits) -> Image.Image:
    check_pixels(file.size, limits)
    with pillow_pixel_limit(limits.max_pixels):
        return file.copy()


def _pdf_pages(content: bytes, limits: Limits) -> Pictures:
    try:
        import pypdfium2
    except ModuleNotFoundError:
        raise MissingExtra("Reading PDF files", "pdf") from None
    with pypdfium2.PdfDocument(content) as document:
        for place in range(len(document)):
            yield _or_error(_drawn, document, place, limits)


def _drawn(document: "PdfDocument", place: int, limits: Limits) -> NDArray[np.uint8]:
    """A page as (H, W) gray, in memory of our own."""
    page = document[place]
    scale = DOTS_PER_INCH / POINTS_PER_INCH
    width, height = (round(side * scale) for side in page.get_size())
    check_pixels((width, height), limits)
    drawn = page.render(scale=scale, grayscale=True).to_numpy()
    gray = np.array(drawn, np.uint8).reshape(drawn.shape[:2])
    page.close()
    return gray


def _or_error(draw: Callable[..., Picture], *told: object) -> Picture | Unreadable:
    """A page as it is drawn, or why it cannot be: those after it may still be sound."""
    try:
        return draw(*told)
    except UNREADABLE as error:
        return error
    except Exception as error:  # of many kinds, as for the whole file
        return damaged(error)
