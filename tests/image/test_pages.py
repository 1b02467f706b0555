import io

import pytest
from PIL import Image

from inkten.image.decode import decode
from inkten.image.pages import TiffPage, page_offsets


def tiff(*grays, **options):
    first, *others = (Image.new("L", (20, 10), gray) for gray in grays)
    file = io.BytesIO()
    first.save(file, "TIFF", save_all=True, append_images=others, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    "options", [{}, {"big_tiff": True}, {"compression": "packbits"}]
)
def test_each_page_of_a_tiff_file_becomes_a_file_of_its_own(options):
    content = tiff(10, 20, 30, **options)
    offsets = page_offsets(content, 99)
    pages = [decode(TiffPage(content, offset).to_file()) for offset in offsets]
    assert [page.pixels[5, 5] for page in pages] == [10, 20, 30]


def test_counting_ends_at_the_most_pages_that_are_wanted():
    assert len(page_offsets(tiff(1, 2, 3, 4), 2)) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"II",
        b"MM\0*",
        b"II*\0\xff\xff\xff\xff",
        b"MM\0+" + b"\xff" * 12,
        b"\x89PNG",
    ],
)
def test_of_a_damaged_or_another_file_at_most_one_page_is_found(content):
    assert len(page_offsets(content, 99)) <= 1
