"""A TIFF file of several pages -> its pages, one at a time."""

from collections.abc import Iterator
from itertools import count

from PIL import Image

from inkten.image.header import check_image, damaged, open_header, pillow_pixel_limit
from inkten.image.source import UNREADABLE, Limits, Unreadable


def tiff_pages(
    content: bytes, limits: Limits, *, start: int = 0
) -> Iterator[Image.Image | Unreadable]:
    """Decode the pages of a file, each only when it is asked for.

    A page that cannot be read is given as its error: the pages after it may be sound.

    Args:
        content: the bytes of the file.
        limits: the largest pages that are decoded.
        start: the first page that is wanted, from 0.

    Raises:
        PictureError: the file is not a picture, or its header is damaged.
        MissingExtra: a HEIC file where pillow-heif is not installed.
    """
    with open_header(content) as file:
        for index in count(start):  # n_frames would fail on a damaged last page
            try:
                file.seek(index)
            except EOFError:
                return
            except Exception as error:  # codecs raise many kinds on damaged files
                yield damaged(error)
                return
            yield _page(file, limits)


def _page(file: Image.Image, limits: Limits) -> Image.Image | Unreadable:
    try:
        check_image(file, limits)
        with pillow_pixel_limit(limits.max_pixels):
            return file.copy()
    except UNREADABLE as error:
        return error
    except Exception as error:  # as above
        return damaged(error)
