"""The header of any picture -> its format and size, before anything is decoded.

Pillow reads it; that of a plain PNG is read in png.py.
"""

import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, UnidentifiedImageError

from inkten.errors import MissingExtra, PictureError, PictureTooLarge
from inkten.image.source import Limits

READ_FORMATS = "PNG, JPEG, WebP, BMP, TIFF, GIF, AVIF, PPM and HEIC files"
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PPM")  # Pillow's names
PDF_START = b"%PDF"  # ISO 32000-1, 7.5.2
OTHER_KINDS = {PDF_START: "a PDF document", b"PK\x03\x04": "a ZIP archive"}
SNIFFED = 512  # bytes that tell text from other files
TILE_WIDTH, TILE_LENGTH = 322, 323  # TIFF 6.0, section 15
# JPEG markers, ITU-T T.81, table B.1. In compressed data 0xff is followed by 0 or by a
# restart marker, and before a marker it may be repeated.
JPEG_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
START_OF_IMAGE, END_OF_IMAGE, START_OF_SCAN, TEMPORARY = 0xD8, 0xD9, 0xDA, 0x01
MAX_SCANS = 100  # progressive JPEGs have about ten; each one costs a full decoding pass

_opening = threading.Lock()


def open_header(content: bytes) -> Image.Image:
    """Read the header of a file; nothing is decoded.

    Raises:
        PictureError: not a picture, or damaged.
        MissingExtra: a HEIC file where pillow-heif is not installed.
    """
    image = _open(content, FORMATS)
    # HEIC is tried last, as it needs its extra: AVIF shares two of its brands.
    if image is None and content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        _register_heic()
        image = _open(content, ("HEIF",))
    if image is None:
        raise PictureError(
            f"this file is not a picture{_kind(content)}; inkten reads {READ_FORMATS}"
        )
    return image


def open_checked(content: bytes, limits: Limits) -> Image.Image:
    """Read the header of a file, and refuse what is too large to decode.

    Raises:
        PictureError: not a picture, or damaged.
        PictureTooLarge: above one of the limits.
        MissingExtra: a HEIC file where pillow-heif is not installed.
    """
    image = open_header(content)
    check_image(image, limits)
    if image.format in ("JPEG", "MPO"):
        check_scans(content)
    return image


def _open(content: bytes, formats: tuple[str, ...]) -> Image.Image | None:
    """Open a file in one of ``formats``; for EPS, Pillow would start a program."""
    try:
        with pillow_pixel_limit(None):
            return Image.open(io.BytesIO(content), formats=formats)
    except UnidentifiedImageError:
        return None
    except Exception as error:  # as in decoding: all kinds of errors, one meaning
        raise damaged(error) from None


def _kind(content: bytes) -> str:
    """What a file that is not a picture seems to be, in brackets, or nothing."""
    for start, kind in OTHER_KINDS.items():
        if content.startswith(start):
            return f" ({kind})"
    text = content[:SNIFFED].decode(errors="ignore")
    is_text = bool(text.strip()) and all(c.isprintable() or c.isspace() for c in text)
    return " (it is text)" if is_text and len(text) > len(content[:SNIFFED]) / 2 else ""


def _register_heic() -> None:
    try:
        from pillow_heif import register_heif_opener
    except ModuleNotFoundError:
        raise MissingExtra("Reading HEIC pictures", "heic") from None
    register_heif_opener()


def check_pixels(size: tuple[int, ...], limits: Limits) -> None:
    """Check that a picture of this width and height is within the limits.

    Raises:
        PictureTooLarge: it has more pixels.
    """
    width, height = size if len(size) == 2 else (0, 0)
    if width * height > limits.max_pixels:
        raise PictureTooLarge(
            f"{width}x{height} pixels are more than {_in_words(limits.max_pixels)}, "
            "the limit",
            parameter="max_pixels",
        )


def check_image(image: Image.Image, limits: Limits) -> None:
    """Check the header of a picture, or of one page of a file, against the limits.

    A decoder allocates a whole tile of a TIFF file, however small the picture is.

    Raises:
        PictureTooLarge: the picture or a tile of it has more pixels.
    """
    check_pixels(image.size, limits)
    tags = getattr(image, "tag_v2", {})
    check_pixels((tags.get(TILE_WIDTH, 0), tags.get(TILE_LENGTH, 0)), limits)


def check_scans(content: bytes) -> None:
    """Check that a JPEG file is decoded in a reasonable number of passes.

    Raises:
        PictureError: it has more scans.
    """
    at = scans = 0
    while found := JPEG_MARKER.search(content, at):
        at = found.end()
        marker = content[at - 1]
        if marker == END_OF_IMAGE:  # a phone may have put a film behind it
            return
        if marker in (START_OF_IMAGE, TEMPORARY):  # these have no length
            continue
        at += int.from_bytes(content[at : at + 2], "big")
        scans += marker == START_OF_SCAN
        if scans > MAX_SCANS:
            raise PictureError(
                f"a JPEG of more than {MAX_SCANS} scans, the limit; pictures have "
                "about ten"
            )


def _in_words(pixels: int) -> str:
    return f"{pixels / 1e6:g} million" if pixels >= 1_000_000 else f"{pixels:,}"


@contextmanager
def pillow_pixel_limit(pixels: int | None) -> Iterator[None]:
    """Let ``Limits`` decide what is decoded, not Pillow's own limit.

    Pillow's limit is global to the process and lower than ours, so it is changed
    only while a header is read, or a picture that exceeds it is decoded.
    """
    with _opening:
        before = Image.MAX_IMAGE_PIXELS
        Image.MAX_IMAGE_PIXELS = pixels
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = before


def damaged(error: Exception) -> PictureError:
    """A codec's error as a PictureError of one line, whatever the codec wrote."""
    reason = " ".join(str(error).split())
    return PictureError(f"damaged or truncated ({reason})")
