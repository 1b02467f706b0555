"""The header of any picture -> its form and size, before anything is decoded.

Pillow reads it; that of a plain PNG is read in png.py.
"""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, UnidentifiedImageError

from inkten.errors import MissingExtra, PictureError, PictureTooLarge
from inkten.image.source import Limits

READ_FORMS = "PNG, JPEG, WebP, BMP, TIFF, GIF, AVIF or PPM; HEIC with inkten[heic]"
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
FORMS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "PPM")  # of Pillow's

_opening = threading.Lock()


def open_header(content: bytes, name: str) -> Image.Image:
    """Read what a file says of itself; nothing is decoded.

    Raises:
        PictureError: not a picture, or damaged; begins with ``name``.
        MissingExtra: a HEIC file where pillow-heif is not installed.
    """
    image = _open(content, name, FORMS)
    # Asked last for HEIC, which needs its extra: AVIF shares two of its brands.
    if image is None and content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        _register_heic(name)
        image = _open(content, name, ("HEIF",))
    if image is None:
        raise PictureError(f"{name}: not a picture; expected {READ_FORMS}")
    return image


def _open(content: bytes, name: str, forms: tuple[str, ...]) -> Image.Image | None:
    """Open what is of one of ``forms``; of all, Pillow would start programs (EPS)."""
    try:
        with pillows_limit(None):
            return Image.open(io.BytesIO(content), formats=forms)
    except UnidentifiedImageError:
        return None
    except Exception as error:  # as for decoding: many kinds, one meaning
        raise PictureError(f"{name}: {damaged(error)}") from None


def _register_heic(name: str) -> None:
    try:
        from pillow_heif import register_heif_opener
    except ModuleNotFoundError:
        raise MissingExtra(f"{name}: reading HEIC pictures", "heic") from None
    register_heif_opener()


def check_pixels(size: tuple[int, ...], limits: Limits, name: str) -> None:
    """Let a picture of this width and height pass, if it is within the limits.

    Raises:
        PictureTooLarge: it has more pixels.
    """
    width, height = size if len(size) == 2 else (0, 0)
    if width * height > limits.max_pixels:
        raise PictureTooLarge(
            f"{name}: {width}x{height} is more than {limits.max_pixels:,} pixels, the "
            "limit; raise it with max_pixels (--max-pixels)"
        )


@contextmanager
def pillows_limit(pixels: int | None) -> Iterator[None]:
    """Let ``Limits`` decide what is decoded.

    Pillow's own limit is one for the whole process and below ours, so it is changed
    only while a header is read, or a picture past it is decoded.
    """
    with _opening:
        pillows = Image.MAX_IMAGE_PIXELS
        Image.MAX_IMAGE_PIXELS = pixels
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = pillows


def damaged(error: Exception) -> PictureError:
    """What a codec's error means, in one line, whatever the codec wrote."""
    reason = " ".join(str(error).split())
    return PictureError(f"damaged or truncated ({reason})")
