"""The file that lists all pictures of a run, part by part, in order."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pyarrow
import pyarrow.compute as compute
import pyarrow.parquet as parquet

from inkten.batch.remote import from_base, is_url

FILE = "_pictures"  # a Parquet file, but "*.parquet" must match results only
LISTED = pyarrow.schema(
    [
        ("path", pyarrow.binary()),  # not every file name is UTF-8
        ("size", pyarrow.int64()),  # bytes; null behind a URL, or if it is missing
        ("modified", pyarrow.int64()),  # seconds: not every file system keeps more
    ]
)
STATE = ["size", "modified"]


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
    folder are other pictures. Size and time of each file are only stored, so that
    ``changed_pictures`` finds out which were replaced.
    """
    remaining, digest, count = iter(paths), hashlib.sha256(), 0
    with parquet.ParquetWriter(file, LISTED, compression="zstd") as writer:
        while part := list(islice(remaining, part_size)):
            rows = []
            for path in part:
                full = from_base(base, path)
                digest.update(os.fsencode(full) + b"\0")
                rows.append((os.fsencode(path), *_state(full)))
            count += len(part)
            columns = map(list, zip(*rows, strict=True))
            table = pyarrow.table(list(columns), schema=LISTED)
            writer.write_table(table, row_group_size=part_size)
    return Listing(count, digest.hexdigest())


def read_parts(file: Path, numbers: Iterable[int]) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the paths of each of the parts, one part at a time."""
    with parquet.ParquetFile(file) as listing:
        for number in numbers:
            column = listing.read_row_group(number, columns=["path"])["path"]
            yield number, [os.fsdecode(path) for path in column.to_pylist()]


def changed_pictures(earlier: Path, now: Path) -> dict[int, int]:
    """How many pictures of a part have another size or time than before, by part.

    What is unknown, in either listing, counts as unchanged: pictures behind URLs, those
    that are gone, and all pictures of a listing by an older version of inkten.

    Args:
        earlier: the listing of an earlier run; it may be missing.
        now: a listing of the same paths.
    """
    try:
        with parquet.ParquetFile(earlier) as before, parquet.ParquetFile(now) as after:
            if not set(STATE) <= set(before.schema_arrow.names):
                return {}
            parts = range(min(before.num_row_groups, after.num_row_groups))
            counts = {number: _changed(before, after, number) for number in parts}
    except (OSError, pyarrow.ArrowException):  # none, or a damaged one
        return {}
    return {number: count for number, count in counts.items() if count}


def _changed(
    before: parquet.ParquetFile, after: parquet.ParquetFile, number: int
) -> int:
    """How many pictures of this part have changed."""
    old, new = (each.read_row_group(number, columns=STATE) for each in (before, after))
    if len(old) != len(new):  # other paths, which are refused
        return 0
    differ = compute.or_(
        *(compute.not_equal(old[name], new[name]) for name in STATE)
    )  # null where either is unknown
    return int(compute.sum(differ).as_py() or 0)


def _state(path: str) -> tuple[int | None, int | None]:
    """Bytes of a file, and when it was last changed, in seconds."""
    if is_url(path):
        return None, None
    try:
        status = os.stat(path)
    except (OSError, ValueError):  # a missing file is reported when it is read
        return None, None
    return status.st_size, int(status.st_mtime)
