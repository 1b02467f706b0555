"""The review page of a run that read forms: fields that fail a check or are unsure."""

from collections.abc import Iterator
from itertools import groupby, islice
from typing import NamedTuple

import cv2
import numpy as np
import pyarrow.compute as compute
from numpy.typing import NDArray

from inkten.batch.form_row import CONFIDENCE, HOLDS
from inkten.batch.pages import pages_of
from inkten.batch.report import figures, name_of
from inkten.batch.results import Results
from inkten.batch.row import Row
from inkten.batch.worker import Job
from inkten.drawing import encode_png
from inkten.forms.fields import Kind
from inkten.forms.result import TICKED
from inkten.forms.review import ReviewItem, review_html
from inkten.forms.template import Template
from inkten.image.decode import decode
from inkten.image.source import UNREADABLE

SURE = 0.9  # fields of lower confidence are reviewed even if their checks hold
SHOWN = 500  # fields, and unread pages: more than anyone reviews at once; 5 kB a field
HEIGHT = 96  # px of a piece of the page
AROUND = 0.3  # of a field's height: how much is shown around it


class _Doubt(NamedTuple):
    """A field to review, and where it is on its page."""

    row: Row
    number: int  # of the field in the template
    name: str
    kind: Kind
    text: str
    confidence: float
    problems: list[str]


def form_review_page(results: Results, job: Job) -> str:
    """The page as HTML; its pictures are opened again and their pieces embedded."""
    if job.form is None:
        raise ValueError("the run has no form")
    doubts = _doubts(results, job.form)
    shown = list(islice(doubts, SHOWN))
    total = len(shown) + sum(1 for _ in doubts)
    items = [
        ReviewItem(
            doubt.row["path"],
            doubt.row["page"],
            doubt.name,
            doubt.kind,
            doubt.text,
            doubt.confidence,
            doubt.problems,
            piece,
        )
        for doubt, piece in _with_pieces(shown, job)
    ]
    unread = list(islice(_unread(results), SHOWN))
    numbers = _figures(results, to_review=total)
    return review_html(items, numbers, more=total - len(shown), unread=unread)


def form_figures(results: Results, form: Template) -> dict[str, str]:
    """What was read so far, and how much of it is to be reviewed: name -> number."""
    return _figures(results, to_review=sum(1 for _ in _doubts(results, form)))


def _figures(results: Results, *, to_review: int) -> dict[str, str]:
    """The figures, given how many fields are to be reviewed."""
    failed = 0
    for table in results.tables():
        read = table.filter(compute.is_null(table["error"]))
        failed += compute.sum(compute.not_equal(read["problems"], "")).as_py() or 0
    of_pages = figures(results)
    del of_pages["without digits"]  # a blank form is a form that was read
    return of_pages | {
        "with a check that fails": f"{failed:,}",
        "fields to review": f"{to_review:,}",
    }


def _unread(results: Results) -> Iterator[tuple[str, str]]:
    """The name of each page that could not be read, and why."""
    for table in results.tables():
        for row in table.filter(compute.is_valid(table["error"])).to_pylist():
            yield name_of(row), row["error"]


def _doubts(results: Results, form: Template) -> Iterator[_Doubt]:
    """The fields to review, page by page.

    Those that fail a check or are unsure, and the parts of a sum that fails one.
    """
    for table in results.tables():
        for row in table.to_pylist():
            if row["error"] is None:
                yield from _doubts_of(row, form)


def _doubts_of(row: Row, form: Template) -> Iterator[_Doubt]:
    lines = [line.partition(": ") for line in row["problems"].splitlines()]
    failed = [field for field in form.fields if not row[f"{field.name}{HOLDS}"]]
    sum_of = {part: field.name for field in failed for part in field.checks.sum_of}
    for number, field in enumerate(form.fields):
        confidence = row[f"{field.name}{CONFIDENCE}"]
        in_doubt = field in failed or field.name in sum_of
        if not in_doubt and confidence >= SURE:
            continue
        value = row[field.name]
        text = value if field.kind is not Kind.TICK else TICKED if value else ""
        problems = [problem for name, _, problem in lines if name == field.name]
        if field.name in sum_of:
            problems.append(f"a part of {sum_of[field.name]}, whose checks fail")
        yield _Doubt(row, number, field.name, field.kind, text, confidence, problems)


def _with_pieces(doubts: list[_Doubt], job: Job) -> Iterator[tuple[_Doubt, bytes]]:
    """Each field with its piece of the page; each page is opened once."""
    for _, group in groupby(doubts, key=lambda each: id(each.row)):
        of_page = list(group)
        gray = _page(of_page[0].row, job)
        for doubt in of_page:
            if gray is not None:
                outline = doubt.row["outlines"][doubt.number]
                yield doubt, encode_png(_piece(gray, outline))


def _page(row: Row, job: Job) -> NDArray[np.uint8] | None:
    """The page as gray; None if it can no longer be read."""
    pages = pages_of(row["path"], job.base, job.options.limits)
    page = next(islice(pages, row["page"] - 1, None), None)
    if page is None or isinstance(page.picture, UNREADABLE):
        return None
    try:
        return decode(page.picture, job.options.limits, full_size=True).pixels
    except UNREADABLE:
        return None


def _piece(gray: NDArray[np.uint8], outline: list[float]) -> NDArray[np.uint8]:
    """A field and what is around it, upright."""
    corners = np.array(outline, np.float32).reshape(4, 2)
    along, down = corners[1] - corners[0], corners[3] - corners[0]
    high = max(float(np.linalg.norm(down)), 1.0)
    wide = max(float(np.linalg.norm(along)), 1.0)
    zoom = HEIGHT / (high * (1 + 2 * AROUND))
    margin = AROUND * high * zoom
    size = round(wide * zoom + 2 * margin), HEIGHT
    inner = np.array(
        [
            (margin, margin),
            (size[0] - margin, margin),
            (size[0] - margin, HEIGHT - margin),
            (margin, HEIGHT - margin),
        ],
        np.float32,
    )
    warp = cv2.getPerspectiveTransform(corners, inner)
    piece = cv2.warpPerspective(
        gray, warp, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(piece, np.uint8)
