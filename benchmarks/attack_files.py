"""The files that attacks send: small, and far larger once they are decoded."""

import io
import struct

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inkten.datasets import mnist

PITCH = 33  # px from digit to digit: 14,000 of them fill 16 million pixels
TIFF_HEADER, TIFF_ENTRY = "<IH", "<HHII"
SCANS = 200


def page_of(count: int) -> bytes:
    """A PNG file full of handwritten digits."""
    columns = int(np.ceil(np.sqrt(count)))
    page = np.full((PITCH * columns, PITCH * columns), 255, np.uint8)
    digits = np.random.default_rng(0).permutation(mnist.load().test_images)
    for place in range(count):
        y, x = (PITCH * each for each in divmod(place, columns))
        page[y : y + 28, x : x + 28] = 255 - digits[place % len(digits)]
    return encoded(".png", page)


def blank_webp(side: int) -> bytes:
    """A WebP file of about 2 KB for any number of pixels."""
    return encoded(".webp", np.full((side, side, 3), 255, np.uint8))


def jpeg_of_many_scans() -> bytes:
    """A progressive JPEG file whose last scan is repeated."""
    file = io.BytesIO()
    Image.new("L", (2000, 2000), 255).save(file, "JPEG", progressive=True)
    content = file.getvalue()
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * SCANS + content[-2:]


def tiff_of_wide_tiles(side: int = 46_336) -> bytes:
    """A TIFF file of 16x16 pixels that claims enormous tiles."""
    size_and_kind = [(256, 16), (257, 16), (258, 8), (259, 5), (262, 1), (277, 1)]
    entries = [*size_and_kind, (322, side), (323, side), (324, 134), (325, 16)]
    packed = [struct.pack(TIFF_ENTRY, tag, 4, 1, value) for tag, value in entries]
    head = b"II*\0" + struct.pack(TIFF_HEADER, 8, len(entries))
    return head + b"".join(packed) + bytes(4 + 16)


def form_of_many_parts(count: int = 100_000) -> bytes:
    """A form of empty files, each of which takes memory."""
    part = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n\r\n'
    return part * count + b"--x--"


def encoded(form: str, pixels: NDArray[np.uint8]) -> bytes:
    """A picture as the bytes of a file."""
    return bytes(cv2.imencode(form, pixels)[1])
