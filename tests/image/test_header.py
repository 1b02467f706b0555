import io
import struct

import numpy as np
import pytest
from PIL import Image

from inkten.errors import PictureError, PictureTooLarge
from inkten.image.decode import decode, decode_as_opencv
from inkten.image.header import check_pixels
from inkten.image.source import Limits

START_OF_SCAN = b"\xff\xda"
GRAY = np.full((64, 64), 200, np.uint8)


def progressive_jpeg():
    file = io.BytesIO()
    Image.fromarray(GRAY).save(file, "JPEG", progressive=True)
    return file.getvalue()


def tiled_tiff(tile_side):
    """A TIFF file of 16x16 pixels that claims tiles of another size."""
    entries = [
        (256, 16),  # width
        (257, 16),  # height
        (258, 8),  # bits per sample
        (259, 5),  # LZW
        (262, 1),  # black is zero
        (277, 1),  # samples per pixel
        (322, tile_side),
        (323, tile_side),
        (324, 134),  # where the tile starts
        (325, 16),  # its bytes
    ]
    directory = b"".join(
        struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries
    )
    head = b"II*\x00" + struct.pack("<IH", 8, len(entries))
    return head + directory + struct.pack("<I", 0) + bytes(16)


def test_a_usual_progressive_jpeg_is_read():
    content = progressive_jpeg()
    assert content.count(START_OF_SCAN) > 1
    assert decode(content).pixels.shape == GRAY.shape


@pytest.mark.parametrize("decoder", [decode, decode_as_opencv])
def test_a_jpeg_of_very_many_scans_is_refused_undecoded(decoder):
    content = progressive_jpeg()
    last = content.rindex(START_OF_SCAN)
    scans = content[:last] + content[last:-2] * 200 + content[-2:]
    with pytest.raises(PictureError, match="more than 100 scans"):
        decoder(scans)


def test_what_stands_behind_a_jpeg_or_in_its_metadata_is_not_a_scan():
    content = progressive_jpeg()
    comment = START_OF_SCAN * 300
    segment = b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment
    with_comment = content[:2] + segment + content[2:]
    for picture in (content + START_OF_SCAN * 300, with_comment):
        assert decode(picture).pixels.shape == GRAY.shape


@pytest.mark.parametrize("decoder", [decode, decode_as_opencv])
def test_a_tiff_of_enormous_tiles_is_refused_undecoded(decoder):
    with pytest.raises(PictureTooLarge, match="46336x46336 pixels"):
        decoder(tiled_tiff(46336))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"seven\n" * 30, "(it is text)"),
        (b"%PDF-1.7\n...", "(a PDF document)"),
        (b"PK\x03\x04" + bytes(40), "(a ZIP archive)"),
        (bytes(range(256)), "is not a picture;"),
    ],
)
def test_what_is_not_a_picture_is_named(content, kind):
    with pytest.raises(PictureError) as raised:
        decode(content)
    assert kind in str(raised.value)
    assert "inkten reads PNG, JPEG" in str(raised.value)


def test_limits_are_named_in_words():
    with pytest.raises(PictureTooLarge, match="40x30 pixels are more than 1,000, the"):
        check_pixels((40, 30), Limits(max_pixels=1000))
    with pytest.raises(PictureTooLarge, match=r"more than 1\.5 million, the limit"):
        check_pixels((2000, 1000), Limits(max_pixels=1_500_000))
