"""``inkten table``: pages in, spreadsheets out."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from itertools import chain
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
from inkten.cli.sources import STANDARD_INPUT, Source, expand, sources_of
from inkten.cli.targets import refuse_input
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
            "several .csv files.",
            show_default=False,
        ),
    ] = None,
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
    decimal_mark: WrittenMark = "auto",
    model: ModelOption = None,
    max_pixels: MaxPixels = LIMITS.max_pixels,
    max_bytes: MaxBytes = LIMITS.max_bytes,
) -> None:
    """Read the table of numbers on each page.

    Rows and columns follow the drawn rules, or the alignment of the numbers.

    Exit status:
    - 0: every page was read and has numbers
    - 1: a page could not be read or has no digits, or the table could not be written
    - 2: usage error
    """
    if out is not None:
        _check_target(out, pages)
    options = read_options(
        single=False,
        rotate=rotate,
        min_confidence=min_confidence,
        max_pixels=max_pixels,
        max_bytes=max_bytes,
        decimal_mark=decimal_mark,
    )
    reader = Reader(load_model(model))
    options = options.changed(signs=reader.names_signs)
    sources = chain.from_iterable(
        sources_of(name, options.limits, pdf=True) for name in expand(pages)
    )
    tables: dict[str, Table] = {}
    failed = False
    for source in sources:
        found = _read(reader, source, options, keep_text_columns=keep_text_columns)
        if found is None:
            failed = True
            continue
        name = _free_name(source, tables)
        if out is None:
            _print(found, header=header, first=not tables)
            if unsure := len(found.unsure(sure)):
                to_check = _count(unsure, "cell")
                print_error(f"{source.label}: {to_check} to check; {MARKING}")
        else:
            typer.echo(f"{one_line(source.label)}: {_summary(found, sure)}")
        if found.left_out:
            print_error(f"{source.label}: {_left_out(found)}")
        tables[name] = found
    if out is not None and tables:
        _write(out, tables, header=header, sure=sure)
    if failed:
        raise typer.Exit(1)


def _check_target(out: Path, pages: list[str]) -> None:
    """Refuse, before any work is done, a file that cannot be written."""
    suffix = out.suffix.lower()
    if suffix not in SUFFIXES:
        raise typer.BadParameter(
            f"{out}: expected a name ending in .csv, .xlsx or .html",
            param_hint="--out",
        )
    refuse_input(out, expand(pages), "--out")
    if suffix == ".xlsx":
        spreadsheet.require_openpyxl()
    make_room(out)


def _read(
    reader: Reader, source: Source, options: ReadOptions, *, keep_text_columns: bool
) -> Table | None:
    """Read one page; a bad one is reported and does not stop the others."""
    try:
        reading = replace(reader.read(source.readable(), options), page=source.page)
        found = reading.table(
            keep_text_columns=keep_text_columns,
            read_again=partial(reader.read_many, options=options),
        )
    except ModelError:
        raise  # every page would fail
    except InktenError as error:
        if error.name is None:
            error.name = source.label
        print_error(error)
        return None
    if not found.rows:
        print_error(
            InktenError(
                "no table of handwritten numbers was found; if the page lies on its "
                "side, turn it",
                name=source.label,
                parameter="rotate",
            )
        )
        return None
    return found


def _free_name(source: Source, taken: Mapping[str, Table]) -> str:
    """What the page's sheet is called: its file's name, with a number if need be."""
    stem = "page" if source.name == STANDARD_INPUT else Path(source.name).stem
    plain = f"{stem}-{source.page}" if source.page > 1 else stem
    name, count = plain, 1
    while name in taken:
        count += 1
        name = f"{plain}-{count}"
    return name


def _summary(found: Table, sure: float) -> str:
    height, width = found.shape
    unsure = len(found.unsure(sure))
    size = f"{_count(height, 'row')}, {_count(width, 'column')}"
    return f"{size}; {_count(unsure, 'cell')} to check"


def _left_out(found: Table) -> str:
    count = _count(len(found.left_out), "number")
    texts = ", ".join(number.text for number in found.left_out[:NAMED])
    more = ", ..." if len(found.left_out) > NAMED else ""
    return f"{count} outside the table or among words left out ({texts}{more})"


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _print(found: Table, *, header: bool, first: bool) -> None:
    if not first:
        sys.stdout.write("\n")  # between the tables of two pages
    sys.stdout.write(found.to_csv(header=header))
    sys.stdout.flush()


def _write(
    out: Path, tables: Mapping[str, Table], *, header: bool, sure: float
) -> None:
    """Write the tables of all pages.

    Raises:
        InktenError: a file cannot be written.
    """
    contents: dict[Path, str | bytes]
    match out.suffix.lower():
        case ".xlsx":
            book = spreadsheet.to_xlsx(tables, header=header, sure=sure)
            contents = {out: book}
        case ".html":
            contents = {out: review.to_html(tables, header=header, sure=sure)}
        case _:
            several = len(tables) > 1
            contents = {
                out.with_stem(f"{out.stem}-{number}") if several else out: each.to_csv(
                    header=header
                )
                for number, each in enumerate(tables.values(), 1)
            }
            if any(each.unsure(sure) for each in tables.values()):
                print_error(f"the cells to check are not marked in CSV; {MARKING}")
    for path, content in contents.items():
        write_whole(path, content)
        typer.echo(f"See {path}")
