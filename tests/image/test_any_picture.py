"""Whatever comes in: a picture comes out, or a PictureError."""

import random
import runpy
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from inkten.errors import PictureError
from inkten.image.decode import decode, decode_as_opencv
from inkten.image.source import Limits

pytest.importorskip("pillow_heif")
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
forms = runpy.run_path(str(BENCHMARKS / "file_formats.py"))
LIMITS = Limits(max_pixels=1_000_000, max_bytes=1_000_000)

grays = arrays.arrays(
    np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=40)
)


@cache
def originals():
    shaded = np.linspace(40, 220, 48 * 36).reshape(48, 36).astype(np.uint8)
    shaded[12:30, 15:19] = 20
    return forms["in_every_form"](shaded)


def pixels_of(picture, limits):
    gray = decode(picture, limits)
    assert gray.scale > 0
    return gray.pixels


DECODERS = [pixels_of, decode_as_opencv]


def decoded_or_refused(picture, decoder=pixels_of):
    refused = ""
    try:
        pixels = decoder(picture, LIMITS)
    except PictureError as error:
        refused = str(error)
    if refused:
        assert "\n" not in refused
        return None
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 2
    assert 0 < pixels.size <= LIMITS.max_pixels
    return pixels


@pytest.mark.parametrize("form", forms["FORMS"])
def test_every_format_is_decoded_completely(form):
    assert decode(originals()[form]).pixels.shape == (48, 36)


@pytest.mark.parametrize("decoder", DECODERS)
@settings(max_examples=900)
@given(st.sampled_from(sorted(forms["FORMS"])), st.integers(0, 2**32))
def test_a_damaged_file_is_decoded_or_refused(mutate, decoder, form, seed):
    damaged = mutate(originals()[form], random.Random(seed))
    decoded_or_refused(damaged, decoder)


@pytest.mark.parametrize("decoder", DECODERS)
@given(st.sampled_from(sorted(forms["FORMS"])), st.data())
def test_a_file_truncated_anywhere_is_decoded_or_refused(decoder, form, data):
    content = originals()[form]
    cut = content[: data.draw(st.integers(0, len(content)))]
    decoded_or_refused(cut, decoder)


@given(
    st.sampled_from(
        [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"BM", b"P5"]
    ),
    st.binary(max_size=200),
)
def test_bytes_that_only_begin_as_a_picture_are_refused_or_decoded(start, rest):
    decoded_or_refused(start + rest)


@given(
    arrays.arrays(
        st.one_of(
            arrays.boolean_dtypes(),
            arrays.integer_dtypes(),
            arrays.unsigned_integer_dtypes(),
            arrays.floating_dtypes(),
            arrays.complex_number_dtypes(),
            arrays.byte_string_dtypes(),
        ),
        arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5),
    )
)
def test_any_array_is_decoded_or_refused(array):
    pixels = decoded_or_refused(array)
    if pixels is not None:
        assert pixels.shape == array.shape[:2]


@given(grays, st.sampled_from(["PNG, gray", "TIFF", "PPM"]))
def test_a_lossless_format_keeps_every_pixel(gray, form):
    content = forms["_encoded"](gray, forms["FORMS"][form])
    assert np.array_equal(decode(content).pixels, gray)
