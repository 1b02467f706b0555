"""A TIFF file of several pages -> its pages, one at a time."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from PIL import Image

from inkten.image.header import check_image, damaged, open_header, pillow_pixel_limit
from inkten.image.source import UNREADABLE, Limits, Unreadable

BYTE_ORDERS = {b"II": "<", b"MM": ">"}
# TIFF 6.0, section 2, and BigTIFF. By version: where the offset of the first page's
# directory is, the formats of offsets and of counts of entries, the bytes of an entry.
LAYOUTS = {42: (4, "I", "H", 12), 43: (8, "Q", "Q", 20)}


@dataclass(frozen=True, slots=True, eq=False)
class TiffPage:
    """A page of a TIFF file, not decoded yet; its directory is at ``offset``."""

    content: bytes
    offset: int

    def to_file(self) -> bytes:
        """A file that starts with this page: no decoder has to walk through others."""
        order = BYTE_ORDERS[self.content[:2]]
        (version,) = struct.unpack_from(f"{order}H", self.content, 2)
        first, link, _, _ = LAYOUTS[version]
        start = struct.pack(order + link, self.offset)
        return self.content[:first] + start + self.content[first + len(start) :]


def page_offsets(content: bytes, most: int) -> list[int]:
    """Where the directories of a TIFF file's pages are; the first ``most`` of them.

    Any other file has none. Only the links from page to page are followed: this takes
    microseconds a page, whatever is in the file.
    """
    order = BYTE_ORDERS.get(content[:2])
    offsets: dict[int, None] = {}  # a damaged file may link its pages in a circle
    if order is None:
        return []
    try:
        (version,) = struct.unpack_from(f"{order}H", content, 2)
        first, link, size, entry = LAYOUTS[version]
        (offset,) = struct.unpack_from(order + link, content, first)
        while offset and offset not in offsets and len(offsets) < most:
            offsets[offset] = None
            (entries,) = struct.unpack_from(order + size, content, offset)
            after = offset + struct.calcsize(order + size) + entries * entry
            (offset,) = struct.unpack_from(order + link, content, after)
    except (KeyError, IndexError, OverflowError, struct.error):  # damaged from here on
        pass
    return list(offsets)


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
