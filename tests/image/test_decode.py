import contextlib
import io
import os
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from inkten.errors import InktenError, MissingExtra, PictureError, PictureTooLarge
from inkten.image.decode import decode, decode_as_opencv
from inkten.image.source import Limits

FORMATS = ["PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "AVIF", "HEIF"]
EXACT = {"PNG", "BMP", "TIFF", "GIF"}

PAGE = np.full((40, 64), 230, np.uint8)  # dark ink in the upper left of light paper
PAGE[6:14, 6:30] = 20


def encoded(image, form, **options):
    if form == "HEIF":
        pytest.importorskip("pillow_heif").register_heif_opener()
    if not isinstance(image, Image.Image):
        image = Image.fromarray(image)
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def oriented(image, form, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(image, form, exif=exif.tobytes())


def shows_page(pixels, tolerance):
    if pixels.shape != PAGE.shape:
        return False
    return np.abs(pixels.astype(int) - PAGE).mean() <= tolerance


# What is read


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_every_format_is_read(form, mode):
    gray = decode(encoded(Image.fromarray(PAGE).convert(mode), form))
    assert gray.pixels.dtype == np.uint8
    assert gray.scale == 1
    assert shows_page(gray.pixels, tolerance=0 if form in EXACT else 3)


@pytest.mark.parametrize("form", FORMATS)
def test_colours_of_a_file_keep_their_order(form):
    red = Image.new("RGB", (32, 32), (255, 0, 0))
    assert decode(encoded(red, form)).pixels.mean() == pytest.approx(76, abs=3)


def test_every_kind_of_source_is_read(tmp_path):
    content = encoded(PAGE, "PNG")
    path = tmp_path / "चित्र 7 é.png"
    path.write_bytes(content)
    with path.open("rb") as file, path.open("rb", buffering=0) as unbuffered:
        sources = [path, str(path), content, bytearray(content), memoryview(content)]
        sources += [file, unbuffered, io.BytesIO(content), Image.open(path), PAGE]
        for source in sources:
            assert shows_page(decode(source).pixels, tolerance=0), type(source)


def test_the_first_frame_of_a_gif_is_read():
    blank = Image.new("L", (64, 40), 255)
    animated = encoded(PAGE, "GIF", save_all=True, append_images=[blank])
    assert shows_page(decode(animated).pixels, tolerance=0)


@pytest.mark.parametrize("mode", ["1", "P", "CMYK", "YCbCr", "HSV", "I", "F"])
def test_every_mode_of_a_pil_image_is_read(mode):
    gray = decode(Image.fromarray(PAGE).convert(mode, dither=Image.Dither.NONE))
    assert gray.pixels[10, 20] < 30
    assert gray.pixels[30, 50] > 225


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
@pytest.mark.parametrize("gain", [257, 16], ids=["16 bits", "12 bits in 16"])
def test_sixteen_bit_files_are_read(form, gain):
    gray = decode(encoded(PAGE.astype(np.uint16) * gain, form))
    assert shows_page(gray.pixels, tolerance=1)


@pytest.mark.parametrize(("form", "mode"), [("JPEG", "CMYK"), ("PNG", "1")])
def test_print_and_fax_files_are_read(form, mode):
    image = Image.fromarray(PAGE).convert(mode, dither=Image.Dither.NONE)
    pixels = decode(encoded(image, form)).pixels
    assert pixels[8:12, 10:26].max() < 40
    assert pixels[20:, 40:].min() > 215


def test_a_transparent_palette_colour_is_not_ink():
    drawn = Image.fromarray(np.where(PAGE < 100, 1, 0).astype(np.uint8), "P")
    drawn.putpalette([0, 0, 0, 10, 10, 10])  # black, all transparent; ink nearly so
    for form in ("PNG", "GIF"):
        pixels = decode(encoded(drawn, form, transparency=0)).pixels
        assert pixels[10, 20] == 10, form
        assert pixels[30, 50] == 255, form


@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
@pytest.mark.parametrize("ink", [0, 255])
def test_ink_on_a_transparent_ground_stays_visible(form, ink):
    alpha = Image.fromarray(np.where(PAGE < 100, 255, 0).astype(np.uint8))
    drawn = Image.merge("LA", [Image.new("L", alpha.size, ink), alpha])
    pixels = decode(encoded(drawn.convert("RGBA"), form)).pixels
    assert pixels[10, 20] == pytest.approx(ink, abs=8)
    assert pixels[30, 50] == pytest.approx(255 - ink, abs=8)


def test_gray_with_alpha_is_read():
    alpha = Image.fromarray(np.where(PAGE < 100, 255, 0).astype(np.uint8))
    drawn = Image.merge("LA", [Image.new("L", alpha.size, 0), alpha])
    assert decode(encoded(drawn, "PNG")).pixels[[10, 30], [20, 50]].tolist() == [0, 255]


# Upright, with its scale

TURNED = {  # EXIF orientation -> PAGE as such a camera stores it
    1: PAGE,
    2: PAGE[:, ::-1],
    3: PAGE[::-1, ::-1],
    4: PAGE[::-1],
    5: PAGE.T,
    6: np.rot90(PAGE),
    7: PAGE[::-1, ::-1].T,
    8: np.rot90(PAGE, -1),
}


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
def test_pictures_are_turned_upright(form, mode):
    if (form, mode) == ("JPEG", "RGBA"):
        pytest.skip("JPEG has no alpha")
    for orientation, stored in TURNED.items():
        image = Image.fromarray(np.ascontiguousarray(stored)).convert(mode)
        content = oriented(image, form, orientation)
        for source in (content, Image.open(io.BytesIO(content))):
            assert shows_page(decode(source).pixels, tolerance=3), orientation


def test_an_unknown_or_damaged_orientation_is_upright():
    assert shows_page(decode(oriented(PAGE, "PNG", 9)).pixels, tolerance=0)
    damaged = oriented(PAGE, "WEBP", 6).replace(b"MM\0*", b"MM\0?")
    assert shows_page(decode(damaged).pixels, tolerance=3)


@pytest.mark.parametrize(("width", "divisor"), [(640, 1), (2560, 2), (8000, 8)])
def test_a_large_jpeg_is_decoded_at_reduced_scale(width, divisor):
    content = oriented(Image.new("L", (width, 160), 200), "JPEG", 6)
    gray = decode(content)  # with orientation 6 it stands on its short side
    assert gray.scale == divisor
    assert gray.pixels.shape == (width // divisor, 160 // divisor)
    assert decode(content, full_size=True).pixels.shape == (width, 160)


def test_a_picture_at_reduced_scale_keeps_the_size_of_its_original():
    gray = decode(oriented(Image.new("L", (2561, 163), 200), "JPEG", 6))
    assert gray.original_size == (163, 2561)
    assert gray.rotated(90).original_size == (2561, 163)


def test_a_jpeg_with_more_pictures_behind_it_is_read_as_one():
    page = Image.new("L", (2560, 160), 200)
    content = encoded(page, "MPO", save_all=True, append_images=[page])
    assert decode(content).pixels.shape == (80, 1280)


def test_as_opencv_drops_transparency_and_keeps_the_size():
    drawn = Image.new("RGBA", (64, 40), (200, 200, 200, 0))
    assert (decode_as_opencv(encoded(drawn, "PNG")) == 200).all()
    large = encoded(Image.new("L", (2560, 16), 200), "JPEG")
    assert decode_as_opencv(large).shape == (16, 2560)
    assert decode_as_opencv(encoded(PAGE, "GIF")).shape == PAGE.shape


# Limits


@pytest.mark.parametrize("decoder", [decode, decode_as_opencv])
def test_too_many_pixels_are_refused_undecoded(decoder, huge_png, monkeypatch):
    monkeypatch.setattr(cv2, "imdecode", lambda *_: pytest.fail("decoded"))
    plain = huge_png(50_000, 50_000)
    for content in (plain, plain[:-12]):  # without its end, it is no plain one
        with pytest.raises(PictureTooLarge, match=r"50000x50000 .*the limit") as raised:
            decoder(content)
        assert raised.value.parameter == "max_pixels"
    with pytest.raises(PictureTooLarge):
        decoder(Image.new("1", (64, 40)), Limits(max_pixels=2559))
    with pytest.raises(PictureTooLarge):
        decoder(PAGE, Limits(max_pixels=2559))
    assert decoder(PAGE, Limits(max_pixels=2560)) is not None


def test_too_many_bytes_are_refused(tmp_path):
    content = encoded(PAGE, "PNG")
    (tmp_path / "a.png").write_bytes(content)
    for source in (content, tmp_path / "a.png", io.BytesIO(content)):
        with pytest.raises(PictureTooLarge, match="the limit") as raised:
            decode(source, Limits(max_bytes=len(content) - 1))
        assert raised.value.parameter == "max_bytes"
    assert decode(content, Limits(max_bytes=len(content)))


@pytest.mark.parametrize("form", FORMATS)
def test_limits_can_be_raised_above_pillows_own(form, monkeypatch):
    content = encoded(PAGE, form)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert decode(content).pixels.shape == PAGE.shape
    with pytest.raises(InktenError):
        decode(b"not a picture")
    assert Image.MAX_IMAGE_PIXELS == 100


# What cannot be read


def error_of(source, **options):
    with pytest.raises(PictureError) as raised:
        decode(source, **options)
    message = str(raised.value)
    assert message == " ".join(message.splitlines()).strip()
    return message


def test_a_bad_path_is_named(tmp_path):
    (tmp_path / "empty.png").touch()
    (tmp_path / "text.png").write_text("seven\n" * 99)
    (tmp_path / "folder.png").mkdir()
    for name, said in {
        "missing.png": "no such file",
        "empty.png": "the file is empty",
        "text.png": "not a picture",
        "folder.png": "a folder",
        "nul\0.png": "cannot be read",
        "text.png/7.png": "cannot be read",
        "7" * 300: "cannot be read",
    }.items():
        path = tmp_path / name
        message = error_of(path)
        assert message.startswith(f"{path}: "), name
        assert said in message, name


def test_an_empty_name_is_no_folder():
    assert error_of("") == "an empty name; expected the path of a picture"


def test_heic_without_its_extra_names_the_file_and_avif_needs_no_extra(
    tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    avif = encoded(PAGE, "AVIF")
    assert shows_page(decode(avif[:8] + b"mif1" + avif[12:]).pixels, 3)
    path = tmp_path / "photo.heic"
    path.write_bytes(b"\0\0\0\x14ftypmif1\0\0\0\0heic")
    with pytest.raises(MissingExtra, match=r"photo\.heic: Reading HEIC .*\[heic\]"):
        decode(path)


@pytest.mark.skipif(
    sys.platform == "win32" or not hasattr(os, "geteuid") or os.geteuid() == 0,
    reason="root and Windows read it all the same",
)
def test_an_unreadable_file_is_named(tmp_path):
    path = tmp_path / "locked.png"
    path.write_bytes(encoded(PAGE, "PNG"))
    path.chmod(0)
    assert error_of(path).startswith(f"{path}: cannot be read: ")


@pytest.mark.parametrize("form", FORMATS)
def test_half_a_file_is_damaged(form):
    noisy = np.random.default_rng(7).integers(0, 256, (64, 64), np.uint8)
    content = encoded(noisy, form)
    said = error_of(content[: len(content) // 2])
    assert "damaged" in said or "not a picture" in said


def test_a_text_or_closed_file_is_refused(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(encoded(PAGE, "JPEG"))
    with path.open(encoding="utf-8") as file:
        assert "binary mode" in error_of(file)
    assert "binary mode" in error_of(io.StringIO("7"))
    assert "closed file" in error_of(file)


def test_a_bad_pil_image_is_refused():
    content = encoded(PAGE, "JPEG")
    assert "truncated" in error_of(Image.open(io.BytesIO(content[:-200])))
    assert "0x7" in error_of(Image.new("L", (0, 7)))
    closed = Image.new("L", (7, 7))
    closed.close()
    assert "cannot be read" in error_of(closed)


@pytest.mark.parametrize("other", [None, 7, [1, 2], {"a": 1}])
def test_other_objects_are_refused(other):
    assert f"a {type(other).__name__} is not a picture" in error_of(other)


def test_a_png_that_claims_more_than_it_holds_allocates_nothing(monkeypatch):
    content = bytearray(encoded(PAGE, "PNG"))
    content[33:37] = (2**31 - 2).to_bytes(4, "big")  # the length of its pixels
    asked = []
    monkeypatch.setattr(cv2, "imdecode", lambda *_: asked.append("for 2 GB"))
    with contextlib.suppress(PictureError):
        decode(bytes(content))
    assert not asked


def test_formats_that_start_programs_are_refused():
    assert "not a picture" in error_of(b"%!PS-Adobe-3.0 EPSF-3.0\n" + b"%" * 999)
    assert "not a picture" in error_of(encoded(PAGE, "EPS"))


def test_examples_are_pictures():
    examples = Path(__file__).parents[2] / "examples"
    for name in ("digit.jpg", "phone_number.jpg"):
        assert decode(examples / name).pixels.shape == (900, 1200)


def test_invalid_pixel_values_do_not_make_a_file_damaged():
    below = Image.fromarray(np.full((20, 20), -1, np.float32))
    with pytest.raises(PictureError, match="array values from -1"):
        decode(encoded(below, "TIFF"))


def test_a_picture_too_wide_for_opencv_is_decoded_by_pillow():
    wide = np.full((1, 2**20 + 1), 200, np.uint8)
    assert decode_as_opencv(encoded(wide, "PNG")).shape == wide.shape
