"""A PDF file -> its pages as gray pictures, one at a time."""

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
    content: bytes, limits: Limits
) -> Iterator[NDArray[np.uint8] | Unreadable]:
    """Render the pages of a file, each only when it is asked for.

    A page that cannot be rendered is given as its error: the pages after it may be
    sound.

    Args:
        content: the bytes of the file.
        limits: the largest pages that are rendered.

    Raises:
        MissingExtra: pypdfium2 is not installed.
    """
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
) -> NDArray[np.uint8] | Unreadable:
    """A rendered page, or why it failed: the pages after it may still be sound."""
    try:
        return _pdf_page(document, index, limits)
    except UNREADABLE as error:
        return error
    except Exception as error:  # PDFium raises many kinds on damaged pages
        return damaged(error)
