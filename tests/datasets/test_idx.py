"""IDX files of any content; ``test_mnist`` has the damage that is known."""

import gzip
import random
import runpy
import struct
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from inkten.datasets.idx import parse_file, parse_idx
from inkten.errors import DataError

MUTATE = Path(__file__).parents[2] / "benchmarks" / "mutate.py"
mutate = runpy.run_path(str(MUTATE))["mutate"]

labels = arrays.arrays(np.uint8, st.tuples(st.integers(0, 50)))
pictures = arrays.arrays(
    np.uint8, st.tuples(st.integers(0, 5), st.integers(0, 9), st.integers(0, 9))
)


def idx(array):
    header = bytes([0, 0, 8, array.ndim])
    return header + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@given(st.one_of(labels, pictures), st.booleans())
def test_what_was_written_is_read(array, packed):
    content, name = idx(array), "t10k"
    if packed:
        content, name = gzip.compress(content), "t10k.gz"
    assert np.array_equal(parse_file(content, Path(name)), array)


@settings(max_examples=500)
@given(st.one_of(labels, pictures), st.booleans(), st.integers(0, 2**32))
def test_a_damaged_file_is_read_as_it_says_or_refused(array, packed, seed):
    content, name = idx(array), "t10k"
    if packed:
        content, name = gzip.compress(content), "t10k.gz"
    said = f"{name}: read"
    try:
        read = parse_file(mutate(content, random.Random(seed)), Path(name))
    except DataError as error:
        read, said = array, str(error)
    assert said.startswith(f"{name}: ")
    assert "\n" not in said
    assert read.dtype == np.uint8
    assert read.ndim in (1, 3)


@given(st.binary(max_size=60))
def test_any_bytes_behind_the_magic_number_are_read_or_refused(rest):
    try:
        read = parse_idx(b"\0\0\x08" + rest)
    except DataError:
        return
    assert idx(read) == b"\0\0\x08" + rest
