"""``inkten batch``: folders of pictures in, a table out; an unfinished run resumes."""

from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from inkten.cli.errors import INTERRUPTED, print_error
from inkten.cli.options import (
    LIMITS,
    READING_GROUP,
    SHIPPED,
    MaxBytes,
    MaxPixels,
    MinConfidence,
    Rotate,
    Signs,
    Single,
    WrittenMark,
    announce_model,
    finite,
    read_options,
)
from inkten.cli.progress import progress_bar
from inkten.cli.targets import refuse_input
from inkten.models.registry import DEFAULT
from inkten.options import MIN_CONFIDENCE

if TYPE_CHECKING:
    from inkten.batch.results import Results
    from inkten.batch.run import Progress

RUN_GROUP = "How to run"
# As inkten.batch has them: it is not imported here, because it needs its extra.
SECONDS_PER_PICTURE = 60.0
PART = 2_000  # pictures
FILES = (".csv", ".html", ".json", ".jsonl", ".ods", ".parquet", ".xls", ".xlsx")
FAST = 10  # pictures per second: slower ones are shown with a decimal
MAX_LISTED = 3  # files with errors that are named


def batch(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Folders, globs, pictures, PDF files, lists of paths (.txt; .csv or "
            ".parquet with a column 'path') or URLs such as s3://bucket/folder.",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER",
            help="Write the results here; an unfinished run in it resumes.",
        ),
    ],
    output_format: Annotated[
        Literal["parquet", "jsonl", "csv"],
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="Format of the results: parquet, jsonl or csv.",
        ),
    ] = "parquet",
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write an HTML page for review, with the least confident readings; "
            "with --form, with the fields that fail a check or are unsure. An existing "
            "file is replaced.",
        ),
    ] = None,
    form: Annotated[
        Path | None,
        typer.Option(
            metavar="FORM.JSON",
            help="Each page is this form, filled in: write a column for each of its "
            "fields. 'inkten form new' makes one.",
            rich_help_panel=READING_GROUP,
        ),
    ] = None,
    table: Annotated[
        bool,
        typer.Option(
            "--table",
            help="Add a column with the cells of the table on each page.",
        ),
    ] = False,
    single: Single = False,
    rotate: Rotate = "auto",
    min_confidence: MinConfidence = MIN_CONFIDENCE,
    signs: Signs = False,
    decimal_mark: WrittenMark = "auto",
    model: Annotated[
        str,
        typer.Option(
            metavar="MODEL",
            help=f"The classifier: {SHIPPED}, or a file, .onnx, .keras or .h5.",
            rich_help_panel=READING_GROUP,
        ),
    ] = DEFAULT,
    engine: Annotated[
        Literal["local", "ray"],
        typer.Option(
            metavar="ENGINE",
            help="Read with processes on this machine (local) or on a Ray cluster "
            "(ray).",
            rich_help_panel=RUN_GROUP,
        ),
    ] = "local",
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            metavar="NUMBER",
            help="Number of processes (default: one per core).",
            rich_help_panel=RUN_GROUP,
        ),
    ] = None,
    ray_address: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Address of a running Ray cluster (default: start Ray on this "
            "machine).",
            rich_help_panel=RUN_GROUP,
        ),
    ] = None,
    retry: Annotated[
        bool,
        typer.Option(
            "--retry",
            help="Read again what an earlier run could not read, and the rest of its "
            "file of results.",
            rich_help_panel=RUN_GROUP,
        ),
    ] = False,
    max_errors: Annotated[
        int | None,
        typer.Option(
            min=0,
            metavar="NUMBER",
            help="Stop when more pages than this cannot be read.",
            rich_help_panel=RUN_GROUP,
        ),
    ] = None,
    seconds_per_picture: Annotated[
        float,
        typer.Option(
            min=0.1,
            callback=finite,
            metavar="SECONDS",
            help="Give up on a picture that takes longer.",
            rich_help_panel=RUN_GROUP,
        ),
    ] = SECONDS_PER_PICTURE,
    part_size: Annotated[
        int,
        typer.Option(
            min=1,
            max=1_000_000,
            metavar="NUMBER",
            show_default=f"{PART:,}",
            help="Pictures per file of results.",
            rich_help_panel=RUN_GROUP,
        ),
    ] = PART,
    max_pixels: MaxPixels = LIMITS.max_pixels,
    max_bytes: MaxBytes = LIMITS.max_bytes,
) -> None:
    """Read many pictures into a table, one row per page.

    If the run is stopped, the same command resumes it. Pictures whose files have
    changed since are read again.

    Exit status:
    - 0: every page was read, with digits or without
    - 1: a page could not be read, or results could not be written
    - 2: usage error
    - 130: stopped by Ctrl-C
    """
    if ray_address and engine != "ray":
        raise typer.BadParameter("--ray-address needs --engine ray")
    _check_combination(
        form=form is not None,
        table=table,
        single=single,
        signs=signs,
        rotate=rotate != "auto",
        decimal_mark=decimal_mark != "auto",
    )
    if out.suffix.lower() in FILES and not out.is_dir():
        raise typer.BadParameter(
            f"{out}: expected the name of a folder, not of a file: the results are "
            "files in it, in the format of --format",
            param_hint="--out",
        )
    from inkten.batch import run
    from inkten.batch.form_report import form_figures, form_review_page
    from inkten.batch.report import figures, review_page
    from inkten.batch.sources import is_picture, paths_of
    from inkten.batch.table import FileFormat
    from inkten.batch.worker import Job
    from inkten.files import make_room, write_whole
    from inkten.forms.form import Form

    if report:
        listed = sources if is_picture(report.name) else []  # it may be one in them
        pictures = chain.from_iterable(map(paths_of, listed))
        inputs = [*sources, model, *([str(form)] if form else [])]
        refuse_input(report, chain(inputs, pictures), "--report")
        make_room(report)
    options = read_options(
        single=single,
        rotate=rotate,
        min_confidence=min_confidence,
        max_pixels=max_pixels,
        max_bytes=max_bytes,
        signs=signs,
        decimal_mark=decimal_mark,
    )
    announce_model(model)
    template = Form.load(form).template if form else None
    job = Job(model, options, table=table, form=template)
    config = run.RunConfig(
        sources=sources,
        out=out,
        file_format=FileFormat(output_format),
        part_size=part_size,
        engine=run.Engine(engine),
        workers=workers,
        ray_address=ray_address,
        max_errors=max_errors,
        seconds_per_picture=seconds_per_picture,
        retry=retry,
    )
    try:
        with progress_bar() as update:
            results, progress = run.run(
                config,
                job,
                lambda now: update(now.done, now.pictures, _rates(now)),
            )
    except KeyboardInterrupt:
        print_error("stopped; run the same command again to resume")
        raise typer.Exit(INTERRUPTED) from None
    if report:
        page = form_review_page if form else review_page
        write_whole(report, page(results, job))
    numbers = form_figures(results, template) if template else figures(results)
    _print_summary(results, progress, numbers)
    if report:
        typer.echo(f"See {report}")
    elif numbers.get("fields to review", "0") != "0":
        typer.echo("The same command with --report review.html shows what to review.")
    if progress.errors:
        print_error(_where_errors_are(results))
        raise typer.Exit(1)


def _check_combination(*, form: bool, table: bool, **others: bool) -> None:
    """Refuse options that would do nothing, but would have to be given to resume."""
    given = [f"--{name.replace('_', '-')}" for name, is_set in others.items() if is_set]
    if form and (table or given):
        other = "--table" if table else given[0]
        raise typer.BadParameter(
            f"--form and {other} exclude each other: the template says how each field "
            "is read"
        )
    if table and others["single"]:
        raise typer.BadParameter("--table and --single exclude each other")
    if table and others["signs"]:
        raise typer.BadParameter("--table reads signs in any case; leave --signs out")


def _rates(progress: "Progress") -> str:
    return f"{progress.per_second:,.0f} per second, {progress.errors:,} errors"


def _print_summary(
    results: "Results", progress: "Progress", numbers: Mapping[str, str]
) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("", "", show_header=False)
    for name, value in numbers.items():
        table.add_row(name, value)
    if progress.done > progress.done_before:
        rate = progress.per_second
        digits = 1 if rate < FAST else 0
        table.add_row("pictures per second", f"{rate:,.{digits}f}")
    else:
        retry = " --retry tries those again that failed." if progress.errors else ""
        typer.echo(f"Nothing left to do: an earlier run has read all pictures.{retry}")
    if results.changed:
        noun = "picture" if results.changed == 1 else "pictures"
        typer.echo(
            f"Read again: {results.changed:,} {noun} changed since the last run."
        )
    Console().print(table)
    typer.echo(f"See {results.folder}")  # not through rich: a path may hold [brackets]


def _where_errors_are(results: "Results") -> str:
    """Name the files of results that have rows with errors."""
    from inkten.batch.results import part_path

    files = [
        str(part_path(results.folder, number, results.file_format))
        for number, part in sorted(results.finished.items())
        if part.errors
    ]
    more = len(files) - MAX_LISTED
    listed = ", ".join(files[:MAX_LISTED]) + (f" and {more:,} more" if more > 0 else "")
    return f"some pages could not be read; see the column 'error' in {listed}"
