"""The names given to 'inkten read' or 'table' -> pictures, one at a time."""

import glob
import os
import shlex
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import urlsplit

from inkten.errors import PictureError
from inkten.image.decode import decode
from inkten.image.header import damaged
from inkten.image.pages import tiff_pages
from inkten.image.pdf import pdf_pages
from inkten.image.source import UNREADABLE, Limits, Picture, Unreadable, read_bytes

STANDARD_INPUT = "-"
FILE_URL = "file://"
TIFF_SUFFIXES = (".tif", ".tiff")
PDF_SUFFIX = ".pdf"

Pages: TypeAlias = Iterator[Picture | Unreadable]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A picture to read, or why it cannot be read; ``page`` counts from 1."""

    name: str
    picture: Picture | Unreadable
    page: int = 1

    @property
    def label(self) -> str:
        """What messages call the picture."""
        name = "standard input" if self.name == STANDARD_INPUT else self.name
        return f"{name}, page {self.page}" if self.page > 1 else name

    def readable(self) -> Picture:
        """The picture.

        Raises:
            PictureError: why it cannot be read.
            MissingExtra: it needs a part that is not installed.
        """
        if isinstance(self.picture, UNREADABLE):
            raise self.picture
        return self.picture


def expand(names: Iterable[str]) -> list[str]:
    """Replace file:// URLs, and patterns that the shell did not expand, with paths."""
    expanded = []
    for name in names:
        path = path_of_url(name)
        is_pattern = glob.has_magic(path) and not os.path.exists(path)  # noqa: PTH110
        matches = sorted(glob.glob(path, recursive=True)) if is_pattern else []  # noqa: PTH207
        expanded += matches or [path]  # a pattern without matches is a missing file
    return expanded


def path_of_url(name: str) -> str:
    """The path that a file:// URL stands for; any other name stays as it is."""
    if not name.lower().startswith(FILE_URL):
        return name
    from urllib.request import url2pathname  # loads all of HTTP and TLS

    return url2pathname(urlsplit(name).path)


def sources_of(name: str, limits: Limits, *, pdf: bool = False) -> Iterator[Source]:
    """The pictures of one name: several only for a file of several pages.

    Args:
        name: a path, or - for standard input.
        limits: the largest pictures that are read.
        pdf: render the pages of PDF files, as tables are read from them; otherwise
            they are refused.
    """
    if name == STANDARD_INPUT:
        yield Source(name, sys.stdin.buffer)
        return
    if pdf and name.lower().endswith(PDF_SUFFIX) and os.path.isfile(name):  # noqa: PTH113
        for number, page in enumerate(rendered_pages(name, limits), 1):
            yield Source(name, page, number)
        return
    problem = _problem(name, tables=pdf)
    yield Source(name, PictureError(problem, name=name) if problem else name)
    if name.lower().endswith(TIFF_SUFFIXES):
        for number, page in enumerate(_later_pages(name, limits), 2):
            yield Source(name, page, number)


def check_readable(name: str, limits: Limits) -> None:
    """Decode a picture to find out whether it can be read.

    Raises:
        PictureError: it cannot be read.
        MissingExtra: it needs a part that is not installed.
    """
    decode(next(sources_of(name, limits)).readable(), limits)


def _problem(name: str, *, tables: bool) -> str | None:
    """Why 'inkten read' (or table) does not read this name, and the command for it."""
    quoted = shlex.quote(name)
    batch = f"inkten batch {quoted} --out readings"
    if "://" in name:
        added = " --table" if tables else ""
        return f"a URL; download the picture, or use: {batch}{added}"
    if os.path.isdir(name):  # noqa: PTH112 - Path.is_dir may raise
        of_tables = f"inkten table {quoted}/* --out tables.xlsx"
        return f"a folder; use: {of_tables if tables else batch}"
    if name.lower().endswith(PDF_SUFFIX) and os.path.isfile(name):  # noqa: PTH113
        return f"a PDF document; use: {batch}"
    return None


def rendered_pages(path: str, limits: Limits, *, colour: bool = False) -> Pages:
    """The pages of a PDF file; those that cannot be rendered as their errors."""
    try:
        yield from pdf_pages(read_bytes(path, limits), limits, colour=colour)
    except UNREADABLE as error:
        yield error
    except Exception as error:  # PDFium raises many kinds on damaged files
        yield damaged(error)


def _later_pages(path: str, limits: Limits) -> Pages:
    """The pages of a TIFF file after the first, which is read as any picture is."""
    try:
        yield from tiff_pages(read_bytes(path, limits), limits, start=1)
    except UNREADABLE:  # reported with the first page
        return
