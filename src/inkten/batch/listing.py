"""The file that lists all pictures of a run, part by part, in order."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow
import pyarrow.parquet as parquet

from inkten.batch.remote import from_base

FILE = "_pictures"  # a Parquet file, but "*.parquet" must match results only
PATHS = pyarrow.schema([("path", pyarrow.binary())])  # not every file name is UTF-8


@dataclass(frozen=True)
class Listing:
    """How many pictures there are, and the SHA-256 of their absolute paths."""

    pictures: int
    paths_sha256: str


def write_listing(
    file: Path, paths: Iterable[str], part_size: int, base: str
) -> Listing:
    """Write the paths as they come, one row group per part, one part in memory.

    Relative paths are hashed together with their ``base``: the same names in another
    folder are other pictures.
    """
    remaining, digest, count = iter(paths), hashlib.sha256(), 0
    with parquet.ParquetWriter(file, PATHS, compression="zstd") as writer:
        while part := list(islice(remaining, part_size)):
            encoded = [os.fsencode(path) for path in part]
            for path in part:
                digest.update(os.fsencode(from_base(base, path)) + b"\0")
            count += len(part)
            table = pyarrow.table([encoded], schema=PATHS)
            writer.write_table(table, row_group_size=part_size)
    return Listing(count, digest.hexdigest())


def read_parts(file: Path, numbers: Iterable[int]) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the paths of each of the parts, one part at a time."""
    with parquet.ParquetFile(file) as listing:
        for number in numbers:
            column = listing.read_row_group(number)["path"]
            yield number, [os.fsdecode(path) for path in column.to_pylist()]
