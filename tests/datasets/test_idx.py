"""IDX files with random content; ``test_mnist`` has the known kinds of damage."""

import gzip
import random
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from inkten.datasets.idx import parse_file, parse_idx
from inkten.errors import DataError

labels = arrays.arrays(np.uint8, st.tuples(st.integers(0, 50)))
pictures = arrays.arrays(
    np.uint8, st.tuples(st.integers(0, 5), st.integers(0, 9), st.integers(0, 9))
)


@given(st.one_of(labels, pictures), st.booleans())
def test_a_written_array_is_read_back(idx, array, packed):
    content, name = idx(array), "t10k"
    if packed:
        content, name = gzip.compress(content), "t10k.gz"
    assert np.array_equal(parse_file(content, Path(name)), array)


@settings(max_examples=500)
@given(st.one_of(labels, pictures), st.booleans(), st.integers(0, 2**32))
def test_a_damaged_file_is_read_or_refused_with_its_name(
    idx, mutate, array, packed, seed
):
    content, name = idx(array), "t10k"
    if packed:
        content, name = gzip.compress(content), "t10k.gz"
    message = f"{name}: read"
    try:
        read = parse_file(mutate(content, random.Random(seed)), Path(name))
    except DataError as error:
        read, message = array, str(error)
    assert message.startswith(f"{name}: ")
    assert "\n" not in message
    assert read.dtype == np.uint8
    assert read.ndim in (1, 3)


@given(st.binary(max_size=60))
def test_any_bytes_after_the_magic_number_are_read_or_refused(idx, rest):
    try:
        read = parse_idx(b"\0\0\x08" + rest)
    except DataError:
        return
    assert idx(read) == b"\0\0\x08" + rest
