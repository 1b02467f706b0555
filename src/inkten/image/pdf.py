"""A PDF file -> its pages as pictures, one at a time."""

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from inkten.errors import MissingExtra
from inkten.image.header import check_pixels, damaged
from inkten.image.source import UNREADABLE, Limits, Unreadable

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

DOTS_PER_INCH = 200  # a usual scanner setting: digits of 4 mm are 31 px high
POINTS_PER_INCH = 72  # PDF 1.7, 8.3.2.3: the unit of a page's size


def pdf_pages(
    content: bytes, limits: Limits, *, colour: bool = False
) -> Iterator[NDArray[np.uint8] | Unreadable]:
    """Render the pages of a file, each only when it is asked for.

    A page that cannot be rendered is given as its error: the pages after it may be
    sound.

    Args:
        content: the bytes of the file.
        limits: the largest pages that are rendered.
        colour: as (H, W, 3) RGB, not as (H, W) gray.

    Raises:
        MissingExtra: pypdfium2 is not installed.
    """
    try:
        import pypdfium2
    except ModuleNotFoundError:
        raise MissingExtra("Reading PDF files", "pdf") from None
    with pypdfium2.PdfDocument(content) as document:
        for index in range(len(document)):
            yield _pdf_page_or_error(document, index, limits, colour=colour)


def _pdf_page(
    document: "PdfDocument", index: int, limits: Limits, *, colour: bool
) -> NDArray[np.uint8]:
    """A page as (H, W) gray or (H, W, 3) RGB, copied out of PDFium's memory."""
    scale = DOTS_PER_INCH / POINTS_PER_INCH
    with closing(document[index]) as page:
        width, height = (round(side * scale) for side in page.get_size())
        check_pixels((width, height), limits)
        bitmap = page.render(scale=scale, grayscale=not colour, rev_byteorder=colour)
        rendered = np.array(bitmap.to_numpy(), np.uint8)
        if colour:
            return rendered[..., :3]  # without the fourth channel, if there is one
        return rendered.reshape(rendered.shape[:2])


def _pdf_page_or_error(
    document: "PdfDocument", index: int, limits: Limits, *, colour: bool
) -> NDArray[np.uint8] | Unreadable:
    """A rendered page, or why it failed: the pages after it may still be sound."""
    try:
        return _pdf_page(document, index, limits, colour=colour)
    except UNREADABLE as error:
        return error
    except Exception as error:  # PDFium raises many kinds on damaged pages
        return damaged(error)
