import zlib

import cv2
import numpy as np
import pytest

from inkten.image import png
from inkten.image.decode import decode


def encoded(*shape: int) -> bytes:
    return cv2.imencode(".png", np.zeros(shape, np.uint8))[1].tobytes()


@pytest.mark.parametrize("shape", [(3, 5), (3, 5, 3)])
def test_the_size_of_a_plain_png_is_read(shape):
    assert png.size_if_plain(encoded(*shape)) == (5, 3)


def test_a_png_with_more_than_pixels_is_not_plain():
    plain = encoded(3, 5)
    noted = plain[:33] + b"\0\0\0\0tEXt\0\0\0\0" + plain[33:]
    for content in (encoded(3, 5, 4), noted, plain[:-1], plain[:40], b"", b"GIF89a"):
        assert png.size_if_plain(content) is None


def test_the_name_of_a_colour_profile_is_not_printed(capfd):
    name = b"Anna Muster"
    odd = name + b"\0\0" + zlib.compress(b"\0" * 200)
    length = len(odd).to_bytes(4, "big")
    checksum = zlib.crc32(b"iCCP" + odd).to_bytes(4, "big")
    plain = encoded(3, 5, 3)
    content = plain[:33] + length + b"iCCP" + odd + checksum + plain[33:]
    assert decode(content).pixels.shape == (3, 5)
    assert capfd.readouterr() == ("", "")
