"""An HTML page to review fields: what failed a check or is unsure, with its picture.

One file that works offline. Corrections are downloaded as a table, and as pictures with
a labels.csv, which ``inkten evaluate`` reads.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template

from inkten.forms.fields import Kind
from inkten.script_data import script_data

PAGE = "review.html"


@dataclass(frozen=True, slots=True, eq=False)
class ReviewItem:
    """A field to review.

    Attributes:
        path: the picture.
        page: of the picture, from 1.
        field: the name of the field.
        kind: what the field holds.
        text: what was read.
        confidence: the probability that it is right.
        problems: why its checks fail.
        picture: the piece of the page with the field, as PNG.
    """

    path: str
    page: int
    field: str
    kind: Kind
    text: str
    confidence: float
    problems: Sequence[str]
    picture: bytes


def review_html(
    items: Sequence[ReviewItem],
    figures: Mapping[str, str],
    *,
    more: int = 0,
    unread: Sequence[tuple[str, str]] = (),
) -> str:
    """The page as HTML.

    Args:
        items: the fields, in the order in which they are to be reviewed.
        figures: what was read in total: name -> number.
        more: how many further fields are to be reviewed and not shown.
        unread: the pages that could not be read: their names, and why.
    """
    template = Template(files("inkten.forms").joinpath(PAGE).read_text("utf-8"))
    data = [
        {
            "path": item.path,
            "page": item.page,
            "field": item.field,
            "kind": item.kind.value,
            "text": item.text,
            "confidence": round(item.confidence, 4),
            "problems": list(item.problems),
            "picture": base64.b64encode(item.picture).decode(),
        }
        for item in items
    ]
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>"
        for name, value in figures.items()
    )
    left_out = f"{more:,} more are not shown." if more else ""
    return template.substitute(
        figures=rows, more=left_out, unread=_list(unread), items=script_data(data)
    )


def _list(unread: Sequence[tuple[str, str]]) -> str:
    """The pages that could not be read, under a heading; nothing without any."""
    if not unread:
        return ""
    lines = "".join(
        f"<li><strong>{escape(name)}</strong>: {escape(reason)}</li>"
        for name, reason in unread
    )
    return f"<h2>Pages that could not be read</h2><ul>{lines}</ul>"
