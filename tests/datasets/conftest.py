import struct

import pytest


@pytest.fixture(scope="session")
def idx():
    """A function from an array of bytes to the content of an IDX file."""

    def idx(array):
        header = bytes([0, 0, 8, array.ndim])
        return header + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()

    return idx
