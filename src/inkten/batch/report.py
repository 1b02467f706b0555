"""An HTML page with the least confident readings of a run, for review."""

from collections.abc import Iterator
from heapq import nsmallest
from itertools import islice

import pyarrow.compute as compute

from inkten.batch.pages import pages_of
from inkten.batch.results import Results
from inkten.batch.row import Row
from inkten.batch.worker import Job
from inkten.digits import UNSURE
from inkten.drawing import Mark, draw_marks, encode_png
from inkten.evaluation.report import ReportPage, Table, html_report
from inkten.image.decode import decode
from inkten.image.source import UNREADABLE
from inkten.reading import LABELS
from inkten.versions import versions

SHOWN = 24  # pictures: as many as one person reviews in one sitting


def review_page(results: Results, job: Job) -> str:
    """The page as HTML; its pictures are opened again and embedded."""
    plan = results.plan
    return html_report(
        ReportPage(
            title="The least confident readings",
            subtitle=f"{plan.pictures:,} pictures, read by inkten {plan.version} with "
            f"the {plan.model}. The least confident come first.",
            figures=Table(("", "pages"), list(figures(results).items())),
            plots=dict(_pictures(results, job)),
            details={"results": str(results.folder)} | versions(),
        )
    )


def figures(results: Results) -> dict[str, str]:
    """What was read so far: name -> number of pages."""
    records = results.finished.values()
    rows = sum(record.rows for record in records)
    errors = sum(record.errors for record in records)
    empty = sum(record.empty for record in records)
    return {
        "pages": f"{rows:,}",
        "read": f"{rows - errors - empty:,}",
        "without digits": f"{empty:,}",
        "could not be read": f"{errors:,}",
    }


def name_of(row: Row) -> str:
    """What a page is called: its path, and its number if it is not the first."""
    return f"{row['path']}, page {row['page']}" if row["page"] > 1 else row["path"]


def least_sure(results: Results, count: int = SHOWN) -> list[Row]:
    """The rows with digits of the lowest confidence, the lowest first."""
    rows = _least_sure_of_each_part(results, count)
    return nsmallest(count, rows, key=lambda row: row["confidence"])


def _least_sure_of_each_part(results: Results, count: int) -> Iterator[Row]:
    """The lowest rows of each part; the others never become Python objects."""
    for table in results.tables():
        with_digits = table.filter(compute.not_equal(table["text"], ""))
        yield from with_digits.sort_by("confidence").slice(0, count).to_pylist()


def _pictures(results: Results, job: Job) -> Iterator[tuple[str, bytes]]:
    for row in least_sure(results):
        text = " | ".join(row["text"].splitlines())  # lines, as in a labels.csv
        heading = f"{name_of(row)}: {text} (confidence {row['confidence']:.2f})"
        picture = _draw(row, job)
        if picture:
            yield heading, picture


def _draw(row: Row, job: Job) -> bytes | None:
    """The picture as PNG, its digits boxed; None if it can no longer be read."""
    pages = pages_of(row["path"], job.base, job.options.limits)
    page = next(islice(pages, row["page"] - 1, None), None)
    if page is None or isinstance(page.picture, UNREADABLE):
        return None
    try:
        gray = decode(page.picture, job.options.limits)
    except UNREADABLE:
        return None
    gray = gray.rotated(row["rotation"])
    marks = (
        Mark(
            digit["x"] / gray.scale,
            digit["y"] / gray.scale,
            digit["width"] / gray.scale,
            digit["height"] / gray.scale,
            UNSURE
            if digit["value"] is None
            else LABELS.get(digit["value"], str(digit["value"])),
            sure=digit["value"] is not None,
        )
        for digit in (*row["digits"], *(row["signs"] or ()))
    )
    return encode_png(draw_marks(gray.pixels, marks))
