"""Any picture -> one gray image: upright, opaque, 8 bits, with its scale.

The header is read first, so that limits are checked before anything is decoded.
OpenCV decodes the common formats, Pillow the others (palettes, CMYK, alpha, 16 bits,
GIF, AVIF, HEIC).
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inkten.errors import PictureError
from inkten.image import png
from inkten.image.header import (
    check_pixels,
    damaged,
    open_checked,
    pillow_pixel_limit,
)
from inkten.image.pixels import array_to_gray, compose, rgb_to_gray
from inkten.image.source import Limits, Picture, naming, read_bytes

ENOUGH_PIXELS = 960  # px, the long side: more than the finest level of most pictures
EXIF_MARKS = (b"eXIf", b"exif", b"adobe:xmp", b"adobe.xmp")
EXIF_ORIENTATION = 0x0112  # TIFF 6.0 / EXIF 2.32, tag 274
TURNS = {  # EXIF orientation -> what makes the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = (5, 6, 7, 8)  # these orientations swap width and height
OPENCV_MODES = {  # what OpenCV converts to gray just as Pillow does, but faster
    "JPEG": ("L", "RGB"),
    "MPO": ("L", "RGB"),  # a JPEG followed by more pictures, as phones write
    "PNG": ("L", "RGB"),
    "BMP": ("L", "RGB"),
    "WEBP": ("RGB",),
}


@dataclass(frozen=True, slots=True)
class GrayImage:
    """An upright gray picture.

    Attributes:
        pixels: (H, W) uint8.
        original_size: width and height of the upright original, if that was decoded
            at reduced scale, as a large JPEG is.
    """

    pixels: NDArray[np.uint8]
    original_size: tuple[int, int] | None = None

    @property
    def scale(self) -> float:
        """Pixels of the upright original per pixel of this one, 1.0 or more."""
        if self.original_size is None:
            return 1.0
        return float(max(self.original_size) / max(self.pixels.shape))

    def rotated(self, degrees: int) -> "GrayImage":
        """The picture turned clockwise by a multiple of 90 degrees."""
        quarters = degrees // 90
        if quarters == 0:
            return self
        pixels = np.ascontiguousarray(np.rot90(self.pixels, -quarters))
        size = self.original_size
        return GrayImage(pixels, size[::-1] if size and quarters % 2 else size)


def decode(
    picture: Picture, limits: Limits | None = None, *, full_size: bool = False
) -> GrayImage:
    """Turn any picture into a gray image.

    Args:
        picture: a path, the bytes of a file, an open binary file, a PIL image, or an
            array: (H, W) gray, (H, W, 3) RGB or (H, W, 4) RGBA, uint8, uint16, bool,
            or floats in 0..1 or 0..255.
        limits: bytes and pixels above which a picture is refused undecoded.
        full_size: decode even a large JPEG at its full size.

    Raises:
        PictureError: not a picture, damaged, empty, missing, or unreadable.
        PictureTooLarge: above one of the limits.
        MissingExtra: a HEIC file where pillow-heif is not installed.
    """
    limits = limits or Limits()
    with naming(picture):
        if isinstance(picture, np.ndarray):
            check_pixels(picture.shape[1::-1], limits)
            return GrayImage(array_to_gray(picture))
        if isinstance(picture, Image.Image):
            return _decode_image(picture, limits)
        content = read_bytes(picture, limits)
        return _decode_bytes(content, limits, full_size=full_size)


def decode_as_opencv(
    picture: Picture, limits: Limits | None = None
) -> NDArray[np.uint8]:
    """Turn a picture into (H, W) uint8 gray just as ``cv2.imread`` and ``cvtColor`` do.

    Transparency is dropped and nothing is decoded at reduced scale; what OpenCV does
    not read is decoded as usual. Limits and errors are those of ``decode``.
    """
    limits = limits or Limits()
    if isinstance(picture, np.ndarray | Image.Image):
        return decode(picture, limits).pixels
    with naming(picture):
        content = read_bytes(picture, limits)
        open_checked(content, limits).close()
        bgr = _imdecode(content, cv2.IMREAD_COLOR)
        if bgr is None:
            return _decode_bytes(content, limits, full_size=True).pixels
    return cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY).astype(np.uint8, copy=False)


def _decode_image(image: Image.Image, limits: Limits) -> GrayImage:
    check_pixels(image.size, limits)
    try:
        gray = _pillow_gray(image, limits)
    except PictureError:
        raise
    except Exception as error:  # closed, or from a damaged file: all kinds of errors
        raise PictureError(f"the image cannot be read ({error})") from None
    return GrayImage(_upright(gray, _orientation(image)))


def _decode_bytes(content: bytes, limits: Limits, *, full_size: bool) -> GrayImage:
    plain = _plain_png_gray(content, limits)
    if plain is not None:
        return GrayImage(plain)
    with open_checked(content, limits) as image:
        try:
            gray = _opencv_gray(content, image, full_size=full_size)
            if gray is None:
                gray = _pillow_gray(image, limits)
        except PictureError:  # about the pixels, such as floats below 0
            raise
        except Exception as error:
            # Codecs raise many errors on damaged files (OSError, SyntaxError,
            # struct.error, zlib.error...); all mean the same to the sender.
            raise damaged(error) from None
        # Read last: where Pillow turned a picture upright, no orientation is left.
        # For a PNG only if it may have one: to look, Pillow would decode all of it.
        may_turn = image.format != "PNG" or any(mark in content for mark in EXIF_MARKS)
        orientation = _orientation(image) if may_turn else 1
        upright = _upright(gray, orientation)
        if max(gray.shape) == max(image.size):
            return GrayImage(upright)
        width, height = image.size
        return GrayImage(
            upright, (height, width) if orientation in SIDEWAYS else (width, height)
        )


def _plain_png_gray(content: bytes, limits: Limits) -> NDArray[np.uint8] | None:
    """Decode a plain PNG, of 8-bit gray or RGB pixels only; None for other files.

    For a small picture, reading the header with Pillow takes longer than decoding.
    """
    size = png.size_if_plain(content)
    if size is None:
        return None
    check_pixels(size, limits)
    return _as_opencv(content, cv2.IMREAD_GRAYSCALE)


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(EXIF_ORIENTATION, 1))
    except Exception:  # broken EXIF says nothing about the pixels
        return 1


def _upright(gray: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    turn = TURNS.get(orientation)
    if turn is None:
        return gray
    return np.asarray(Image.fromarray(gray).transpose(turn))


def _opencv_gray(
    content: bytes, image: Image.Image, *, full_size: bool
) -> NDArray[np.uint8] | None:
    """Decode what OpenCV reads well, large JPEGs at reduced scale; else None."""
    plain = image.mode in OPENCV_MODES.get(image.format or "", ())
    if not plain or "transparency" in image.info:
        return None
    flags = cv2.IMREAD_GRAYSCALE
    if image.format in ("JPEG", "MPO") and not full_size:
        flags = _reduced(max(image.size))
    # Pillow is tried where OpenCV fails: it says what is wrong with the file.
    return _imdecode(content, flags | cv2.IMREAD_IGNORE_ORIENTATION)


def _imdecode(content: bytes, flags: int) -> NDArray[np.uint8] | None:
    if content.startswith(png.SIGNATURE) and not png.is_for_opencv(content):
        return None
    return _as_opencv(content, flags)


def _as_opencv(content: bytes, flags: int) -> NDArray[np.uint8] | None:
    try:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), flags)
    except cv2.error:  # such as more than 2^20 pixels a side; Pillow is tried next
        return None
    return None if pixels is None else pixels.astype(np.uint8, copy=False)


def _reduced(long_side: int) -> int:
    for divisor, flag in (
        (8, cv2.IMREAD_REDUCED_GRAYSCALE_8),
        (4, cv2.IMREAD_REDUCED_GRAYSCALE_4),
        (2, cv2.IMREAD_REDUCED_GRAYSCALE_2),
    ):
        if long_side / divisor >= ENOUGH_PIXELS:
            return flag
    return cv2.IMREAD_GRAYSCALE


def _pillow_gray(image: Image.Image, limits: Limits) -> NDArray[np.uint8]:
    if image.width * image.height <= (Image.MAX_IMAGE_PIXELS or limits.max_pixels):
        return _image_to_gray(image)
    with pillow_pixel_limit(limits.max_pixels):  # TIFF and GIF check it again
        return _image_to_gray(image)


def _image_to_gray(image: Image.Image) -> NDArray[np.uint8]:
    if 0 in image.size:
        raise PictureError(f"an image of {image.width}x{image.height} holds no pixels")
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        return array_to_gray(np.asarray(image))
    if image.has_transparency_data:
        with_alpha = np.asarray(image.convert("RGBA"))
        return compose(rgb_to_gray(with_alpha[..., :3]), with_alpha[..., 3])
    return np.asarray(image.convert("L"))
