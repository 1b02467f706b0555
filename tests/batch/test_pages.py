import io
import os

import numpy as np
import pypdfium2
import pytest
from PIL import Image

from inkten import Limits, PictureError, PictureTooLarge, Reader
from inkten.batch.pages import pages_of


@pytest.fixture(scope="module")
def reader():
    return Reader(threads=1)


@pytest.fixture
def save(tmp_path, write):
    """A function that writes a file of several pages, a number on each."""

    def save(name, *texts):
        first, *others = (Image.fromarray(write(text).gray) for text in texts)
        first.save(tmp_path / name, save_all=True, append_images=others)
        return pages_of(name, str(tmp_path), Limits())

    return save


@pytest.mark.parametrize("name", ["scan.tiff", "SCAN.PDF"])
def test_each_page_of_a_file_is_a_picture(save, reader, name):
    pages = list(save(name, "305", "42"))
    assert [(page.path, page.number) for page in pages] == [(name, 1), (name, 2)]
    assert [reader.read(page.picture).text for page in pages] == ["305", "42"]


def test_a_tiff_of_one_page_is_read_like_any_picture(save, reader):
    (page,) = save("one.tif", "71")
    assert (page.number, reader.read(page.picture).text) == (1, "71")


def test_a_png_file_named_tif_is_read_as_png(tmp_path, write, reader):
    Image.fromarray(write("305").gray).save(tmp_path / "misnamed.tif", "PNG")
    (page,) = pages_of("misnamed.tif", str(tmp_path), Limits())
    assert reader.read(page.picture).text == "305"


@pytest.mark.parametrize("name", ["bad.pdf", "bad.tif", "missing.pdf"])
def test_a_file_that_cannot_be_opened_is_a_page_with_its_error(tmp_path, name):
    if name.startswith("bad"):
        (tmp_path / name).write_bytes(b"%PDF-1.7 nothing follows")
    (page,) = pages_of(name, str(tmp_path), Limits())
    assert page.number == 1
    assert isinstance(page.picture, PictureError)


def test_a_truncated_file_gives_the_pages_before_the_damage(tmp_path):
    file = io.BytesIO()
    frames = [Image.fromarray(np.full((90, 90), i, np.uint8)) for i in range(3)]
    frames[0].save(file, "TIFF", save_all=True, append_images=frames[1:])
    (tmp_path / "cut.tif").write_bytes(file.getvalue()[:-9000])
    pages = list(pages_of("cut.tif", str(tmp_path), Limits()))
    assert not isinstance(pages[0].picture, PictureError)
    assert isinstance(pages[-1].picture, PictureError)


@pytest.mark.parametrize("name", ["large.tif", "large.pdf"])
def test_pages_above_the_limit_are_refused_before_they_are_rendered(
    save, tmp_path, name
):
    save(name, "3", "4")
    pages = pages_of(name, str(tmp_path), Limits(max_pixels=1000))
    assert [type(page.picture) for page in pages] == [PictureTooLarge] * 2


def test_a_pdf_page_that_is_refused_is_closed(save, tmp_path, monkeypatch):
    save("large.pdf", "3", "4")
    opened, open_page = [], pypdfium2.PdfDocument.__getitem__

    def note(document, index):
        opened.append(open_page(document, index))
        return opened[-1]

    monkeypatch.setattr(pypdfium2.PdfDocument, "__getitem__", note)
    for _ in pages_of("large.pdf", str(tmp_path), Limits(max_pixels=1000)):
        assert opened[-1].raw is None
    assert len(opened) == 2


def test_a_tiff_page_of_enormous_tiles_is_refused_before_it_is_decoded(
    tmp_path, tiled_tiff
):
    (tmp_path / "tiles.tif").write_bytes(tiled_tiff(46336, 46336))
    pages = list(pages_of("tiles.tif", str(tmp_path), Limits()))
    assert [type(page.picture) for page in pages] == [PictureTooLarge] * 2
    assert "46336x46336 pixels are more than" in str(pages[1].picture)


def test_a_url_is_opened_only_when_it_is_read(save, tmp_path, reader):
    save("7.png", "7")
    (page,) = pages_of(f"file://{tmp_path}/7.png", "", Limits())
    assert reader.read(page.picture).text == "7"
    (gone,) = pages_of(f"file://{tmp_path}/gone.png", "", Limits())
    with pytest.raises(PictureError, match="cannot be read"):
        reader.read(gone.picture)


def test_a_damaged_page_does_not_hide_those_after_it(tmp_path):
    file = io.BytesIO()
    frames = [Image.fromarray(np.full((90, 90), i, np.uint8)) for i in range(3)]
    options = {"save_all": True, "append_images": frames[1:], "compression": "tiff_lzw"}
    frames[0].save(file, "TIFF", **options)
    content = bytearray(file.getvalue())
    with Image.open(file) as tiff:
        tiff.seek(1)
        (start,), (size,) = tiff.tag_v2[273], tiff.tag_v2[279]  # its one strip
    content[start : start + size] = bytes([255]) * size
    (tmp_path / "bad.tif").write_bytes(content)
    pages = list(pages_of("bad.tif", str(tmp_path), Limits()))
    assert [isinstance(page.picture, PictureError) for page in pages] == [0, 1, 0]


def test_pillows_own_pixel_limit_does_not_apply(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    Image.fromarray(np.zeros((90, 90), np.uint8)).save(tmp_path / "large.tif")
    (page,) = pages_of("large.tif", str(tmp_path), Limits())
    assert page.picture.size == (90, 90)


@pytest.mark.parametrize("name", ["pipe.png", "pipe.pdf"])
def test_a_pipe_is_refused_not_waited_for(tmp_path, name):
    os.mkfifo(tmp_path / name)
    (page,) = pages_of(name, str(tmp_path), Limits())
    assert isinstance(page.picture, PictureError)
    assert str(page.picture) == "a pipe, socket or device; expected a file"


def test_a_link_to_a_device_is_refused(tmp_path):
    (tmp_path / "zero.png").symlink_to("/dev/zero")
    (page,) = pages_of("zero.png", str(tmp_path), Limits())
    assert str(page.picture) == "a pipe, socket or device; expected a file"


def test_a_folder_that_cannot_be_opened_says_so(tmp_path, monkeypatch):
    (tmp_path / "closed").mkdir()
    monkeypatch.setattr(os, "access", lambda *_: False)
    (page,) = pages_of("closed", str(tmp_path), Limits())
    assert str(page.picture) == "this folder cannot be opened (permission denied)"
