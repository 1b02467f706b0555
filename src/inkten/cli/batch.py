"""``inkten batch``: folders of pictures in, a table out; a stopped run goes on."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from inkten.cli.errors import INTERRUPTED, complain
from inkten.cli.options import MaxBytes, MaxPixels, MinConfidence, Rotate, Single
from inkten.image.source import Limits
from inkten.models.registry import DEFAULT, shipped_classifiers
from inkten.options import MIN_CONFIDENCE, ROTATIONS, ReadOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inkten.batch.results import Results
    from inkten.batch.run import Progress as RunProgress

LIMITS = Limits()  # unless told otherwise


def batch(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="A folder, a glob, pictures, PDF files, a list of paths (.txt, .csv "
            "or .parquet with a column path), or a URL: s3://bucket/folder.",
        ),
    ],
    out: Annotated[
        Path, typer.Option(help="The folder of results; begun ones are gone on with.")
    ],
    form: Annotated[
        Literal["parquet", "jsonl", "csv"],
        typer.Option("--format", help="How results are written."),
    ] = "parquet",
    engine: Annotated[
        Literal["local", "ray"], typer.Option(help="Processes of this machine, or Ray.")
    ] = "local",
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; one for each core by default.")
    ] = None,
    ray_address: Annotated[
        str | None,
        typer.Option(help="A running Ray cluster; one of this machine by default."),
    ] = None,
    single: Single = False,
    rotate: Rotate = "0",
    min_confidence: MinConfidence = MIN_CONFIDENCE,
    model: Annotated[
        str,
        typer.Option(help=f"{' or '.join(shipped_classifiers())}, or a file: M.onnx."),
    ] = DEFAULT,
    max_errors: Annotated[
        int | None,
        typer.Option(min=0, help="Stop once more pages than this cannot be read."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(help="Write a page with the least sure pictures (HTML)."),
    ] = None,
    part_size: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=1_000_000,
            help="Pictures for each file of results; 2,000 if not given.",
        ),
    ] = None,
    max_pixels: MaxPixels = LIMITS.max_pixels,
    max_bytes: MaxBytes = LIMITS.max_bytes,
) -> None:
    """Read many pictures into a table, a row for each.

    Whatever stops it, the same command goes on where it was.

    Exit status: 0 all read, pages without a digit among them; 1 something could not be
    read or written; 2 wrong usage; 130 stopped by Ctrl-C.
    """
    if ray_address and engine != "ray":
        raise typer.BadParameter("--ray-address goes with --engine ray")
    from inkten.batch import plan, run
    from inkten.batch.report import review_page
    from inkten.batch.table import FileFormat
    from inkten.batch.worker import Job
    from inkten.files import make_room, write_whole

    if report:
        make_room(report)
    limits = Limits(max_pixels, max_bytes)
    job = Job(model, ReadOptions(single, ROTATIONS[rotate], min_confidence, limits))
    order = run.RunConfig(
        sources,
        out,
        FileFormat(form),
        part_size or plan.PART,
        run.Engine(engine),
        workers,
        ray_address,
        max_errors,
    )
    try:
        with _progress() as tell:
            results, tally = run.run(order, job, tell)
    except KeyboardInterrupt:
        complain("stopped; the same command goes on where it was")
        raise typer.Exit(INTERRUPTED) from None
    if report:
        write_whole(report, review_page(results, job))
    _print_summary(results, tally)
    if tally.errors:
        raise typer.Exit(1)


@contextmanager
def _progress() -> "Iterator[Callable[[RunProgress], None]]":
    """A bar on standard error, where that is a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    with Progress(
        MofNCompleteColumn(),
        BarColumn(),
        TextColumn("{task.fields[figures]}"),
        TimeRemainingColumn(),
        console=console,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("", figures="", total=None)

        def tell(tally: "RunProgress") -> None:
            figures = f"{tally.per_second:,.0f}/s  {tally.errors:,} errors"
            bar.update(
                task, completed=tally.done, total=tally.pictures, figures=figures
            )

        yield tell


def _print_summary(results: "Results", tally: "RunProgress") -> None:
    from rich.console import Console
    from rich.table import Table

    from inkten.batch.report import figures

    table = Table("", "", show_header=False)
    for name, number in figures(results).items():
        table.add_row(name, number)
    if tally.done > tally.done_before:
        table.add_row("pictures a second", f"{tally.per_second:,.0f}")
    Console().print(table)
    typer.echo(f"See {results.folder}")  # a path is no markup
