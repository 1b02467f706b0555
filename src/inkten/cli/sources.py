"""The names given to 'inkten read' or 'table' -> pictures, one at a time."""

import glob
import os
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from urllib.parse import urlsplit

from inkten.errors import PictureError
from inkten.image.decode import decode
from inkten.image.header import PDF_START, damaged
from inkten.image.pages import tiff_pages
from inkten.image.pdf import pdf_pages
from inkten.image.source import UNREADABLE, Limits, Picture, Unreadable, read_bytes

STANDARD_INPUT = "-"
STANDARD_INPUT_NAME = "page"  # of files and sheets made of it
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


def short_names(names: Iterable[str]) -> dict[str, str]:
    """What to call the pages of each file: its name without folder and extension.

    Where that is the same for several files, it starts with their folders, as far as
    they differ; or has the extension, if that alone differs.

    >>> short_names(["a/card.jpg", "b/card.jpg", "bill.pdf", "bill.png"])
    {'a/card.jpg': 'a-card', 'b/card.jpg': 'b-card', 'bill.pdf': 'bill.pdf', \
'bill.png': 'bill.png'}
    """
    short: dict[str, str] = {}
    by_stem: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        stem = STANDARD_INPUT_NAME if name == STANDARD_INPUT else Path(name).stem
        short[name] = stem
        if name != STANDARD_INPUT:
            by_stem.setdefault(stem.casefold(), []).append(name)
    for alike in by_stem.values():
        if len(alike) > 1:
            short |= dict(zip(alike, _told_apart(alike), strict=True))
    return short


def _told_apart(names: Sequence[str]) -> list[str]:
    """Different names for files whose stems are the same."""
    paths = [Path(os.path.abspath(name)) for name in names]  # noqa: PTH100 - ".." too
    ways = [
        ["-".join(path.relative_to(path.anchor).parts[-length:]) for path in each]
        for each in ([path.with_suffix("") for path in paths], paths)
        for length in range(1, max(len(path.parts) for path in paths))
    ]
    return next(
        (way for way in ways if len({*map(str.casefold, way)}) == len(way)), ways[-1]
    )


def path_of_url(name: str) -> str:
    """The path that a file:// URL stands for; any other name stays as it is."""
    if not name.lower().startswith(FILE_URL):
        return name
    from urllib.request import url2pathname  # loads all of HTTP and TLS

    return url2pathname(urlsplit(name).path)


def sources_of(
    name: str, limits: Limits, *, pdf: bool = False, colour: bool = False
) -> Iterator[Source]:
    """The pictures of one name: several only for a file of several pages.

    Args:
        name: a path, or - for standard input.
        limits: the largest pictures that are read.
        pdf: render the pages of PDF files, as tables and forms are read from them;
            otherwise they are refused.
        colour: render them in colour.
    """
    if name == STANDARD_INPUT:
        yield from _standard_input(limits, pdf=pdf, colour=colour)
        return
    if pdf and name.lower().endswith(PDF_SUFFIX) and os.path.isfile(name):  # noqa: PTH113
        yield from _pages(name, name, limits, colour=colour)
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
    batch = f"inkten batch {quoted} --out readings --format csv"
    if "://" in name:
        added = " --table" if tables else ""
        return f"a URL; download the picture, or use: {batch}{added}"
    if os.path.isdir(name):  # noqa: PTH112 - Path.is_dir may raise
        of_tables = f"inkten table {quoted}/* --out tables.xlsx"
        return f"a folder; use: {of_tables if tables else batch}"
    if name.lower().endswith(PDF_SUFFIX) and os.path.isfile(name):  # noqa: PTH113
        pages = f"inkten table {quoted}, or inkten batch {quoted} --out readings"
        return f"a PDF document; use: {pages} --format csv"
    return None


def _standard_input(limits: Limits, *, pdf: bool, colour: bool) -> Iterator[Source]:
    """The picture on standard input; or, with ``pdf``, the pages of a PDF file."""
    try:
        content = read_bytes(sys.stdin.buffer, limits)
    except PictureError as error:
        yield Source(STANDARD_INPUT, error)
        return
    if pdf and content.startswith(PDF_START):
        yield from _pages(STANDARD_INPUT, content, limits, colour=colour)
    else:
        yield Source(STANDARD_INPUT, content)


def _pages(
    name: str, file: Picture, limits: Limits, *, colour: bool
) -> Iterator[Source]:
    """The pages of a PDF file."""
    for number, page in enumerate(rendered_pages(file, limits, colour=colour), 1):
        yield Source(name, page, number)


def rendered_pages(file: Picture, limits: Limits, *, colour: bool = False) -> Pages:
    """The pages of a PDF file; those that cannot be rendered as their errors."""
    try:
        yield from pdf_pages(read_bytes(file, limits), limits, colour=colour)
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
