"""Any picture -> its colours: upright, opaque, 8 bits, at full size."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from inkten.errors import PictureError
from inkten.image.decode import decode
from inkten.image.header import (
    check_pixels,
    damaged,
    open_checked,
    pillow_pixel_limit,
)
from inkten.image.source import Limits, Picture, naming, read_bytes


def decode_colour(picture: Picture, limits: Limits | None = None) -> NDArray[np.uint8]:
    """Turn any picture into (H, W, 3) uint8 RGB.

    Args:
        picture: what ``inkten.image.decode.decode`` takes.
        limits: bytes and pixels above which a picture is refused undecoded.

    Raises:
        PictureError: not a picture, damaged, empty, missing, or unreadable.
        PictureTooLarge: above one of the limits.
        MissingExtra: a HEIC file where pillow-heif is not installed.
    """
    limits = limits or Limits()
    with naming(picture):
        if isinstance(picture, np.ndarray):
            return _array(picture, limits)
        if isinstance(picture, Image.Image):
            check_pixels(picture.size, limits)
            return _image(picture, picture, limits)
        content = read_bytes(picture, limits)
        with open_checked(content, limits) as image:
            return _image(image, content, limits)


def _array(pixels: NDArray[np.generic], limits: Limits) -> NDArray[np.uint8]:
    """An array in RGB order; any but plain colours is taken as gray."""
    if pixels.ndim == 3 and pixels.shape[2] == 3 and pixels.dtype == np.uint8:
        check_pixels(pixels.shape[1::-1], limits)
        return pixels.astype(np.uint8, copy=False)
    return _from_gray(decode(pixels, limits).pixels)


def _image(
    image: Image.Image, picture: Image.Image | bytes, limits: Limits
) -> NDArray[np.uint8]:
    is_plain = image.mode in ("RGB", "P", "CMYK", "YCbCr")
    if not is_plain or image.has_transparency_data:
        return _from_gray(decode(picture, limits, full_size=True).pixels)
    try:
        with pillow_pixel_limit(limits.max_pixels):
            upright = ImageOps.exif_transpose(image)
            return np.array(upright.convert("RGB"), np.uint8)
    except PictureError:
        raise
    except Exception as error:  # codecs raise all kinds of errors on damaged files
        raise damaged(error) from None


def _from_gray(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB), np.uint8)
