"""IDX, the format of MNIST's files: bytes after a short header with their shape.

Described at http://yann.lecun.com/exdb/mnist/. Files can come from anywhere, so the
header is checked against the content, and neither can exhaust memory.
"""

import math
import zlib
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inkten.errors import DataError

Bytes: TypeAlias = NDArray[np.uint8]
MAX_PICTURES = 1_000_000  # EMNIST, MNIST's largest relative, has 814,255
MAX_BYTES = 16 + MAX_PICTURES * 28 * 28


def parse_idx(content: bytes) -> Bytes:
    """Parse an IDX file: two zeros, a type, the number of axes, their lengths, data.

    Args:
        content: the complete file, uncompressed.

    Returns:
        A read-only view of the content: (N,) labels or (N, 28, 28) pictures, uint8.

    Raises:
        DataError: this is not an IDX file of bytes, or it is not complete.
    """
    if len(content) < 4 or content[:3] != b"\0\0\x08":
        raise DataError(
            f"starts with {content[:4].hex(' ') or 'nothing'}; an IDX file of bytes "
            "starts with 00 00 08. Download the file again."
        )
    axes = content[3]
    start = 4 + 4 * axes
    if axes not in (1, 3) or len(content) < start:
        raise DataError(
            f"has {axes} axes in a header of {len(content[:start])} bytes; labels "
            "have 1 axis, pictures 3. Download the file again."
        )
    shape = [int(length) for length in np.frombuffer(content[4:start], ">u4")]
    expected = start + math.prod(shape)  # Python integers: no header can overflow them
    if len(content) != expected:
        raise DataError(
            f"has {len(content):,} bytes; its header announces {expected:,} "
            f"(shape {tuple(shape)}). Download the file again."
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def parse_file(content: bytes, path: Path) -> Bytes:
    """Parse the content of an IDX file, compressed if its name ends in ``.gz``.

    Raises:
        DataError: says which file and what is wrong with it.
    """
    try:
        return parse_idx(_gunzip(content) if path.suffix == ".gz" else content)
    except DataError as error:
        raise DataError(f"{path}: {error}") from error


def read_bounded(path: Path) -> bytes:
    """Read a file of no more than `MAX_BYTES`.

    Raises:
        DataError: it is larger, or cannot be read.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise DataError(
                f"{path}: {size:,} bytes; expected at most {MAX_BYTES:,} "
                f"({MAX_PICTURES:,} pictures). Use a smaller file."
            )
        return path.read_bytes()
    except OSError as error:
        raise DataError(
            f"{path}: cannot be read ({error.strerror}). Check that the file "
            "exists and that you may read it."
        ) from error


def _gunzip(content: bytes) -> bytes:
    """Decompress at most MAX_BYTES, so that a small file cannot exhaust memory."""
    stream = zlib.decompressobj(wbits=31)  # with gzip's header and checksum
    try:
        plain = stream.decompress(content, MAX_BYTES)
    except zlib.error as error:
        raise DataError(
            f"is damaged ({error}); expected a gzip file. Download the file again."
        ) from error
    if stream.unconsumed_tail:
        raise DataError(
            f"holds more than {MAX_BYTES:,} bytes uncompressed; expected at most "
            f"{MAX_PICTURES:,} pictures. Use a smaller file."
        )
    if not stream.eof:
        raise DataError(
            "ends too early; expected a complete gzip file. Download the file again."
        )
    return plain
