"""A source -> the paths of its pictures, one at a time, always in the same order.

    photos/               a folder, searched through: names that end as a picture's do
    'scans/**/*.tif'      a glob
    list.txt              a list: a path a line
    list.csv              ... or a column "path" or "file", also of a .parquet
    sheet.jpg             a picture, or a PDF
    s3://bucket/photos/   any of them where pyarrow or fsspec finds it

A path in a list counts from where the list lies. At most one folder's names are in
memory at a time.
"""

import csv
import glob
import os
from collections.abc import Iterator
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
COLUMNS = ("path", "file")  # of a list; the first that is there
EXPECTED = (
    "a folder, a glob, a picture, or a list of paths: .txt, or .csv or .parquet with a "
    "column path or file"
)


def paths_of(source: str) -> Iterator[str]:
    """List the pictures of a source as it is walked through.

    Raises:
        DataError: nothing is there, or it cannot be listed.
    """
    try:
        if remote.is_url(source):
            yield from _remote_paths(source)
        elif os.path.isdir(source):  # unlike Path.is_dir it never raises
            yield from _in_folder(source)
        elif os.path.isfile(source):
            yield from _of_file(source)
        elif glob.has_magic(source):
            found = glob.iglob(source, recursive=True)
            yield from sorted(path for path in found if not os.path.isdir(path))
        else:
            raise DataError(f"{source} is not there; expected {EXPECTED}.")
    except (OSError, UnicodeError, csv.Error, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(
            f"{source} cannot be listed ({reason}); expected {EXPECTED}."
        ) from error


def is_picture(name: str) -> bool:
    """Whether a name ends as a picture's does, and is not hidden."""
    return name.lower().endswith(PICTURES) and not name.startswith(".")


def _in_folder(folder: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        inside = sorted(
            (entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries
        )
    for name, is_folder in inside:
        path = os.path.join(folder, name)
        if is_folder and not name.startswith("."):
            yield from _in_folder(path)
        elif not is_folder and is_picture(name):
            yield path


def _of_file(source: str) -> Iterator[str]:
    if not source.lower().endswith(LISTS):
        yield source
        return
    folder = os.path.dirname(source)
    with open(source, "rb") as file:
        for path in _listed(source, file):
            yield remote.from_base(folder, path)


def _remote_paths(url: str) -> Iterator[str]:
    plain, mark, query = url.partition("?")  # what follows says how to get there
    if not plain.lower().endswith(LISTS):
        yield from remote.find(url, is_picture)
        return
    folder = plain.rpartition("/")[0]
    with remote.open_url(url) as file:
        for path in _listed(plain, file):
            yield path if remote.is_url(path) else f"{folder}/{path}{mark}{query}"


def _listed(name: str, file: IO[Any]) -> Iterator[str]:
    match PurePosixPath(name.lower()).suffix:
        case ".txt":
            lines = (line.decode("utf-8-sig").strip() for line in file)
            yield from (line for line in lines if line)
        case ".csv":
            # utf-8-sig: spreadsheets put a byte order mark in front
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
            f"{name}: its column {column} holds {kind}; expected text. Save the paths "
            "as strings."
        )


def _column(name: str, columns: "list[str] | tuple[str, ...] | Any") -> str:
    for column in COLUMNS:
        if column in columns:
            return column
    raise DataError(
        f"{name} has the columns {', '.join(columns) or 'none'}; expected "
        f"{' or '.join(COLUMNS)}. Name one of its columns so."
    )
