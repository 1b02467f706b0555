"""The least sure pictures of a run, on a page for someone to look at."""

from collections.abc import Iterator
from heapq import nsmallest
from itertools import islice

import pyarrow.compute as compute

from inkten.batch.pages import pages_of
from inkten.batch.results import Results
from inkten.batch.row import Row
from inkten.batch.worker import Job
from inkten.drawing import Mark, draw_marks, encode_png
from inkten.evaluation.report import ReportPage, Table, html_report
from inkten.image.decode import decode
from inkten.image.source import UNREADABLE
from inkten.reading import UNSURE
from inkten.versions import versions

SHOWN = 24  # pictures: as many as are looked at in one go


def review_page(results: Results, job: Job) -> str:
    """Write the page as HTML; the pictures are opened once more, and shown in it."""
    plan = results.plan
    return html_report(
        ReportPage(
            title="The least sure pictures",
            subtitle=f"{plan.pictures:,} pictures, read by inkten {plan.version} with "
            f"the {plan.model}. The least sure come first.",
            figures=Table(("", "pages"), list(figures(results).items())),
            plots=dict(_pictures(results, job)),
            details={"results": str(results.folder)} | versions(),
        )
    )


def figures(results: Results) -> dict[str, str]:
    """What has been read so far: name -> how many pages."""
    parts = results.finished.values()
    rows, errors = sum(p.rows for p in parts), sum(p.errors for p in parts)
    empty = sum(part.empty for part in parts)
    return {
        "pages": f"{rows:,}",
        "read": f"{rows - errors - empty:,}",
        "without any digit": f"{empty:,}",
        "could not be read": f"{errors:,}",
    }


def least_sure(results: Results, count: int = SHOWN) -> list[Row]:
    """The rows of pages with digits that are least sure of them, the least first."""
    return nsmallest(count, _doubtful(results, count), key=lambda r: r["confidence"])


def _doubtful(results: Results, count: int) -> Iterator[Row]:
    """The least sure of each part: only these become rows, of a million."""
    for table in results.tables():
        with_digits = table.filter(compute.not_equal(table["text"], ""))
        yield from with_digits.sort_by("confidence").slice(0, count).to_pylist()


def _pictures(results: Results, job: Job) -> Iterator[tuple[str, bytes]]:
    for row in least_sure(results):
        page = f", page {row['page']}" if row["page"] > 1 else ""
        heading = f"{row['path']}{page}: {row['text']!r}, {row['confidence']:.3f}"
        picture = _drawn(row, job)
        if picture:
            yield heading, picture


def _drawn(row: Row, job: Job) -> bytes | None:
    """The picture, its digits boxed if it is known where; None if it is gone since."""
    pages = pages_of(row["path"], job.base, job.options.limits)
    page = next(islice(pages, row["page"] - 1, None), None)
    if page is None or isinstance(page.picture, UNREADABLE):
        return None
    try:
        gray = decode(page.picture, job.options.limits)
    except UNREADABLE:
        return None
    if (
        job.options.rotate == "auto"
    ):  # it is not known which turn was kept, or where boxes are
        return encode_png(gray.pixels)
    gray = gray.rotated(job.options.rotate)
    marks = (
        Mark(
            digit["x"] / gray.scale,
            digit["y"] / gray.scale,
            digit["width"] / gray.scale,
            digit["height"] / gray.scale,
            UNSURE if digit["value"] is None else str(digit["value"]),
            sure=digit["value"] is not None,
        )
        for digit in row["digits"]
    )
    return encode_png(draw_marks(gray.pixels, marks))
