"""A source -> the paths of its pictures, one at a time, always in the same order.

    photos/               a folder and its subfolders: files with a picture's extension
    'scans/**/*.tif'      a glob
    list.txt              a list: one path per line
    list.csv              ... or a column "path" or "file"; also in .parquet
    sheet.jpg             a picture, or a PDF
    s3://bucket/photos/   any of these behind a URL that pyarrow or fsspec can open

Relative paths in a list start from the folder of the list. At most the names in one
folder are in memory at a time.
"""

import csv
import glob
import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import PurePosixPath
from typing import IO, Any

import pyarrow
import pyarrow.parquet as parquet

from inkten.batch import remote
from inkten.errors import DataError

PICTURES = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".webp", ".bmp", ".gif", ".tif", ".tiff"),
    *(".avif", ".heic", ".heif", ".ppm", ".pgm", ".pbm", ".pdf"),
)
LISTS = (".txt", ".csv", ".parquet")
COLUMNS = ("path", "file")  # of a list; the first one present is used
TRIED = 100  # lines of a list: if none of them names a file, it is no list
MAX_LINE = 80  # characters of a line that a message repeats
EXPECTED = (
    "a folder, a glob, a picture, or a list of paths: .txt, or .csv or .parquet with a "
    "column path or file"
)


def paths_of(source: str) -> Iterator[str]:
    """List the pictures of a source lazily.

    A folder below the source that cannot be opened is listed as if it were a picture,
    so that it becomes a row with its error.

    Raises:
        DataError: the source does not exist, or cannot be listed.
    """
    try:
        if remote.is_url(source):
            yield from _in_url(source)
        elif os.path.isdir(source):  # unlike Path.is_dir it never raises
            yield from _in_folder(source, _entries(source))
        elif os.path.isfile(source):
            yield from _in_file(source)
        elif os.path.exists(source):  # a pipe or a device: a row with an error
            yield source
        elif glob.has_magic(source):
            matches = glob.iglob(source, recursive=True)
            yield from sorted(path for path in matches if not os.path.isdir(path))
        else:
            raise DataError(f"no such file or folder; expected {EXPECTED}", name=source)
    except (OSError, UnicodeError, csv.Error, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(
            f"cannot be listed ({reason}); expected {EXPECTED}", name=source
        ) from error


def is_picture(name: str) -> bool:
    """Whether a file name has a picture's extension, and is not hidden."""
    return name.lower().endswith(PICTURES) and not name.startswith(".")


def _entries(folder: str) -> list[tuple[str, bool]]:
    """The names in a folder, sorted, and whether each is a folder."""
    with os.scandir(folder) as scan:
        # Links to folders are not followed: they may lead back here.
        return sorted(
            (entry.name, entry.is_dir(follow_symlinks=False)) for entry in scan
        )


def _in_folder(folder: str, entries: list[tuple[str, bool]]) -> Iterator[str]:
    for name, is_folder in entries:
        path = os.path.join(folder, name)
        if is_folder and not name.startswith("."):
            try:
                inside = _entries(path)
            except OSError:  # it becomes a row that says why
                yield path
            else:
                yield from _in_folder(path, inside)
        elif not is_folder and is_picture(name):
            yield path


def _in_file(source: str) -> Iterator[str]:
    if not source.lower().endswith(LISTS):
        yield source
        return
    folder = os.path.dirname(source)
    with open(source, "rb") as file:
        paths = (remote.from_base(folder, path) for path in _in_list(source, file))
        first = list(islice(paths, TRIED))
        if source.lower().endswith(".txt"):
            _check_list(source, first)
        yield from first
        yield from paths


def _check_list(source: str, first: Sequence[str]) -> None:
    """Refuse notes that stand among the pictures: 'photos/*' names them, too."""
    if first and not any(map(_may_be_picture, first)):
        raise DataError(
            "is taken for a list of pictures, one path per line, but its first line "
            f"names no file: {first[0][:MAX_LINE]!r}. Leave it out, or correct the "
            "paths.",
            name=source,
        )


def _may_be_picture(path: str) -> bool:
    return remote.is_url(path) or os.path.exists(path)


def _in_url(url: str) -> Iterator[str]:
    address, mark, query = url.partition("?")  # the query says how to connect
    if not address.lower().endswith(LISTS):
        yield from remote.find(url, is_picture)
        return
    folder = address.rpartition("/")[0]
    with remote.open_url(url) as file:
        for path in _in_list(address, file):
            yield path if remote.is_url(path) else f"{folder}/{path}{mark}{query}"


def _in_list(name: str, file: IO[Any]) -> Iterator[str]:
    match PurePosixPath(name.lower()).suffix:
        case ".txt":
            lines = (line.decode("utf-8-sig").strip() for line in file)
            yield from (line for line in lines if line)
        case ".csv":
            # utf-8-sig: spreadsheets begin the file with a byte order mark
            text = (line.decode("utf-8-sig") for line in file)
            rows = csv.DictReader(text)
            column = _column(name, rows.fieldnames or ())
            yield from (row[column] for row in rows if row[column])
        case _:
            table = parquet.ParquetFile(file)
            column = _column(name, table.schema_arrow.names)
            _check_text(name, column, table.schema_arrow.field(column).type)
            for batch in table.iter_batches(columns=[column]):
                yield from (path for path in batch[column].to_pylist() if path)


def _check_text(name: str, column: str, kind: pyarrow.DataType) -> None:
    if not (pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind)):
        raise DataError(
            f"the column {column} holds {kind}; expected text. Save the paths as "
            "strings.",
            name=name,
        )


def _column(name: str, columns: Sequence[str]) -> str:
    for column in COLUMNS:
        if column in columns:
            return column
    raise DataError(
        f"has the columns {', '.join(columns) or 'none'}; expected "
        f"{' or '.join(COLUMNS)}. Rename the column that holds the paths.",
        name=name,
    )
