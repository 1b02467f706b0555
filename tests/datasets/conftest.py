import struct

import pytest


@pytest.fixture(scope="session")
def idx():
    """A function that encodes an array of bytes as an IDX file."""

    def idx(array):
        header = bytes([0, 0, 8, array.ndim])
        return header + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()

    return idx
