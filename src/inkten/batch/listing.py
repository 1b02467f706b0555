"""The pictures of a run, listed once in a file: part after part, in order."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow
import pyarrow.parquet as parquet

from inkten.batch.remote import from_base

FILE = "_pictures.parquet"  # readers of a folder of Parquet pass over an underscore
PATHS = pyarrow.schema([("path", pyarrow.binary())])  # not every name is UTF-8


@dataclass(frozen=True)
class Listing:
    """How many pictures there are, and the SHA-256 of their whole paths."""

    pictures: int
    paths_sha256: str


def write_listing(
    file: Path, paths: Iterable[str], part_size: int, base: str
) -> Listing:
    """Write paths as they come, a row group for each part; memory holds one part.

    Relative ones count from ``base``: the same names elsewhere are other pictures.
    """
    left, digest, count = iter(paths), hashlib.sha256(), 0
    with parquet.ParquetWriter(file, PATHS, compression="zstd") as writer:
        while part := list(islice(left, part_size)):
            stored = [os.fsencode(path) for path in part]
            for path in part:
                digest.update(os.fsencode(from_base(base, path)) + b"\0")
            count += len(stored)
            table = pyarrow.table([stored], schema=PATHS)
            writer.write_table(table, row_group_size=part_size)
    return Listing(count, digest.hexdigest())


def read_parts(file: Path, numbers: Iterable[int]) -> Iterator[tuple[int, list[str]]]:
    """The number and the paths of each of these parts, when it is asked for."""
    with parquet.ParquetFile(file) as listed:
        for number in numbers:
            column = listed.read_row_group(number)["path"]
            yield number, [os.fsdecode(path) for path in column.to_pylist()]
