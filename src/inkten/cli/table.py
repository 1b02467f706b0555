"""``inkten table``: pages in, spreadsheets out."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Annotated

import typer

from inkten import InktenError, ModelError, Reader, ReadOptions
from inkten.cli.errors import one_line, print_error
from inkten.cli.options import (
    LIMITS,
    MaxBytes,
    MaxPixels,
    MinConfidence,
    ModelOption,
    Rotate,
    WrittenMark,
    finite,
    load_model,
    read_options,
)
from inkten.cli.sources import Source, expand, short_names, sources_of
from inkten.cli.targets import refuse_existing, refuse_input
from inkten.files import make_room, write_whole
from inkten.options import MIN_CONFIDENCE
from inkten.tables import review, spreadsheet
from inkten.tables.table import SUFFIXES, SURE, Table

TABLE_GROUP = "The table"
MARKING = "--out NAME.html or NAME.xlsx marks them"
NAMED = 5  # numbers that are left out are named up to this many


def table(
    pages: Annotated[
        list[str],
        typer.Argument(
            metavar="PAGE...",
            help="Pictures, PDF and TIFF files, or - for standard input.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the table to this .csv, .xlsx or .html file; without it, print "
            "CSV. Several pages become sheets of one .xlsx, pages of one .html, or "
            "several .csv files with the names of the pages.",
            show_default=False,
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Overwrite an existing file.")
    ] = False,
    header: Annotated[
        bool,
        typer.Option(
            "--header",
            help="Start with the names of the columns: A, B, C...",
            rich_help_panel=TABLE_GROUP,
        ),
    ] = False,
    keep_text_columns: Annotated[
        bool,
        typer.Option(
            "--keep-text-columns",
            help="Leave the place of headlines and columns of words empty, instead of "
            "leaving them out.",
            rich_help_panel=TABLE_GROUP,
        ),
    ] = False,
    sure: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            callback=finite,
            metavar="NUMBER",
            help="Mark cells of lower confidence (0 to 1) for review.",
            rich_help_panel=TABLE_GROUP,
        ),
    ] = SURE,
    rotate: Rotate = "auto",
    min_confidence: MinConfidence = MIN_CONFIDENCE,
    signs: Annotated[bool, typer.Option("--signs", hidden=True)] = False,
    decimal_mark: WrittenMark = "auto",
    model: ModelOption = None,
    max_pixels: MaxPixels = LIMITS.max_pixels,
    max_bytes: MaxBytes = LIMITS.max_bytes,
) -> None:
    """Read the table of numbers on each page.

    Rows and columns follow the drawn rules, or the alignment of the numbers. Numbers
    always have their signs: 12.50, -3.

    Exit status:
    - 0: every page was read and has numbers
    - 1: a page could not be read or has no digits, or the table could not be written
    - 2: usage error
    """
    names = expand(pages)
    if out is not None:
        _check_target(out, names)
    options = read_options(
        single=False,
        rotate=rotate,
        min_confidence=min_confidence,
        max_pixels=max_pixels,
        max_bytes=max_bytes,
        decimal_mark=decimal_mark,
    )
    sources = chain.from_iterable(
        sources_of(name, options.limits, pdf=True) for name in names
    )
    first_two = list(islice(sources, 2))  # one file may hold several pages
    several = len(first_two) > 1
    one_each = out if out and several and out.suffix.lower() == ".csv" else None
    if out is not None and one_each is None:
        refuse_existing(out, force=force)
    reader = Reader(load_model(model))
    options = options.changed(signs=signs or reader.names_signs)
    tables: dict[str, Table] = {}
    labels: dict[str, str] = {}
    without: dict[str, str] = {}
    failed = False
    for name, source in _named(chain(first_two, sources), short_names(names)):
        if one_each and not _is_free(_file_of(one_each, name), force=force):
            failed = True
            continue
        try:
            found = _read(reader, source, options, keep_text_columns=keep_text_columns)
        except ModelError:
            raise  # every page would fail
        except InktenError as error:  # a bad page does not stop the others
            if error.name is None:
                error.name = source.label
            print_error(error)
            without[source.label], failed = error.reason, True
            continue
        if out is None:
            _say_size(found, source, sure, several=several)
            _print(found, header=header, first=not tables)
        else:
            typer.echo(f"{one_line(source.label)}: {_summary(found, sure)}")
        if found.left_out:
            print_error(f"{source.label}: {_left_out(found)}")
        tables[name], labels[name] = found, source.label
    if one_each:
        _write_each(one_each, tables, labels, header=header)
    elif out is not None and tables:
        _write(out, tables, without, header=header, sure=sure)
    if out and out.suffix.lower() == ".csv":
        _say_unmarked(tables.values(), sure)
    if failed:
        raise typer.Exit(1)


def _check_target(out: Path, names: list[str]) -> None:
    """Refuse, before any work is done, a file that cannot be written."""
    suffix = out.suffix.lower()
    if suffix not in SUFFIXES:
        raise typer.BadParameter(
            f"{out}: expected a name ending in .csv, .xlsx or .html",
            param_hint="--out",
        )
    refuse_input(out, names, "--out")
    if suffix == ".xlsx":
        spreadsheet.require_openpyxl()
    make_room(out)


def _read(
    reader: Reader, source: Source, options: ReadOptions, *, keep_text_columns: bool
) -> Table:
    """Read one page.

    Raises:
        InktenError: it cannot be read, or has no table.
    """
    reading = replace(reader.read(source.readable(), options), page=source.page)
    found = reading.table(
        keep_text_columns=keep_text_columns,
        read_again=partial(reader.read_many, options=options),
    )
    if not found.rows:
        raise InktenError(
            "no table of handwritten numbers was found; if the page lies on its side, "
            "turn it",
            parameter="rotate",
        )
    return found


def _named(
    sources: Iterable[Source], short: Mapping[str, str]
) -> Iterator[tuple[str, Source]]:
    """Each page with the name of its sheet: that of its file, and its number there."""
    taken: set[str] = set()
    for source in sources:
        stem = short[source.name]
        plain = f"{stem}-{source.page}" if source.page > 1 else stem
        name, count = plain, 1
        while name in taken:  # the same file again
            count += 1
            name = f"{plain} ({count})"
        taken.add(name)
        yield name, source


def _file_of(out: Path, name: str) -> Path:
    """The file of one of several pages."""
    return out.with_stem(f"{out.stem}-{name}")


def _is_free(file: Path, *, force: bool) -> bool:
    """Whether the file of a page may be written; if not, the others still are."""
    try:
        refuse_existing(file, force=force)
    except InktenError as error:
        print_error(error)
        return False
    return True


def _summary(found: Table, sure: float) -> str:
    height, width = found.shape
    unsure = len(found.unsure(sure))
    size = f"{_count(height, 'row')}, {_count(width, 'column')}"
    return f"{size}; {_count(unsure, 'cell')} to check"


def _left_out(found: Table) -> str:
    count = _count(len(found.left_out), "number")
    texts = ", ".join(f"'{number.text}'" for number in found.left_out[:NAMED])
    more = ", ..." if len(found.left_out) > NAMED else ""
    return f"{count} left out: {texts}{more} (outside the table or among words)"


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _say_size(found: Table, source: Source, sure: float, *, several: bool) -> None:
    """Say what cannot be printed among the cells: which page they are of, and marks."""
    unsure = len(found.unsure(sure))
    marking = f"; {MARKING}" if unsure else ""
    if several:
        print_error(f"{source.label}: {_summary(found, sure)}{marking}")
    elif unsure:
        print_error(f"{source.label}: {_count(unsure, 'cell')} to check{marking}")


def _print(found: Table, *, header: bool, first: bool) -> None:
    if not first:
        sys.stdout.write("\n")  # between the tables of two pages
    sys.stdout.write(found.to_csv(header=header))
    sys.stdout.flush()


def _write(
    out: Path,
    tables: Mapping[str, Table],
    without: Mapping[str, str],
    *,
    header: bool,
    sure: float,
) -> None:
    """Write the tables of all pages to one file; it names those ``without`` one.

    Raises:
        InktenError: the file cannot be written.
    """
    content: str | bytes
    match out.suffix.lower():
        case ".xlsx":
            content = spreadsheet.to_xlsx(
                tables, header=header, sure=sure, without=without
            )
        case ".html":
            content = review.to_html(tables, header=header, sure=sure, without=without)
        case _:
            (only,) = tables.values()
            content = only.to_csv(header=header)
    write_whole(out, content)
    typer.echo(f"See {out}")


def _write_each(
    out: Path, tables: Mapping[str, Table], labels: Mapping[str, str], *, header: bool
) -> None:
    """Write the table of each page to a CSV file of its own, and say which it holds.

    Raises:
        InktenError: a file cannot be written.
    """
    for name, found in tables.items():
        file = _file_of(out, name)
        write_whole(file, found.to_csv(header=header))
        typer.echo(f"See {file}")
        print_error(f"{file} has the table of {labels[name]}")


def _say_unmarked(tables: Iterable[Table], sure: float) -> None:
    if any(found.unsure(sure) for found in tables):
        print_error(f"the cells to check are not marked in CSV; {MARKING}")
