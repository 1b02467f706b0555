"""A report as one self-contained HTML file."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from string import Template
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkten.drawing import encode_png
from inkten.evaluation.measure import (
    Scores,
    Share,
    TextScores,
    recall_and_precision,
)

GALLERY = 48  # mistakes shown: about as many as anyone looks at


@dataclass(frozen=True, eq=False)
class Mistake:
    """A picture that was misread, and the confidence of the wrong answer."""

    picture: NDArray[np.uint8]  # (H, W) gray
    true: str
    read: str
    confidence: float


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of text under a header."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, eq=False)
class ReportPage:
    """What a report shows, from top to bottom."""

    title: str
    subtitle: str
    figures: Table
    plots: Mapping[str, bytes] = field(default_factory=dict)  # heading -> PNG
    mistakes: Sequence[Mistake] = ()
    details: Mapping[str, str] = field(default_factory=dict)  # small print
    note: str = ""
    tables: Mapping[str, Table] = field(default_factory=dict)  # heading -> table
    terms: Mapping[str, str] = field(default_factory=dict)  # a word -> what it means
    next_steps: Mapping[str, str] = field(default_factory=dict)  # command -> why


def worst_mistakes(
    images: NDArray[np.uint8],
    labels: NDArray[np.integer],
    probabilities: NDArray[np.float32],
) -> list[Mistake]:
    """Pick the wrong answers with the highest confidence.

    Args:
        images: (N, 28, 28), ink = 255.
        labels: (N,) digits.
        probabilities: (N, 10).
    """
    answers, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(answers != labels)
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")][:GALLERY]
    return [
        Mistake(images[i], str(labels[i]), str(answers[i]), float(confidence[i]))
        for i in worst
    ]


def percent(share: Share) -> str:
    """Format a share with its interval: ``97.11% (96.76 to 97.42)``."""
    low, high = share.interval
    return f"{share.value:.2%} ({100 * low:.2f} to {100 * high:.2f})"


def share_dict(share: Share) -> dict[str, Any]:
    """A share as plain data for JSON."""
    low, high = share.interval
    return {
        "value": round(share.value, 6) if share.total else None,
        "interval_95": [round(low, 6), round(high, 6)],
        "right": share.part,
        "count": share.total,
    }


def per_digit(confusion: NDArray[np.int64]) -> Table:
    """Recall and precision of each digit, and what it is mistaken for most often."""
    rows = []
    pairs = zip(*recall_and_precision(confusion), strict=True)
    for digit, (recall, precision) in enumerate(pairs):
        mistakes = confusion[digit].copy()
        mistakes[digit] = 0
        most = (
            f"{mistakes.argmax()} ({mistakes.max()} times)" if mistakes.any() else "-"
        )
        shares = (f"{s.value:.2%}" if s.total else "-" for s in (recall, precision))
        rows.append((str(digit), f"{recall.total:,}", *shares, most))
    header = ("digit", "pictures", "recall", "precision", "most often mistaken for")
    return Table(header, rows)


def scores_dict(scores: Scores) -> dict[str, Any]:
    """Scores as plain data for JSON."""
    return {
        "accuracy": share_dict(scores.accuracy),
        "log_loss": round(scores.log_loss, 6),
        "calibration_error": round(scores.calibration_error, 6),
        "confusion": scores.confusion.tolist(),
    }


def text_scores_dict(scores: TextScores) -> dict[str, Any]:
    """Scores of texts as plain data for JSON."""
    return {
        "exact": share_dict(scores.exact),
        "character_error_rate": round(scores.character_error_rate, 6),
    }


def html_report(page: ReportPage) -> str:
    """Render the page as HTML; pictures are embedded, texts are escaped."""
    return PAGE.substitute(
        title=escape(page.title),
        subtitle=escape(page.subtitle),
        figures=_table(page.figures),
        note=f'<p class="note">{escape(page.note)}</p>' if page.note else "",
        next_steps=_next_steps(page.next_steps),
        plots="".join(_plot(*plot) for plot in page.plots.items()),
        tables="".join(
            f"<section><h2>{escape(heading)}</h2>{_table(table)}</section>"
            for heading, table in page.tables.items()
        ),
        mistakes=_gallery(page.mistakes),
        terms=_definitions("What the words mean", page.terms),
        details=_definitions("Details", page.details),
    )


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in table.header)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
        for row in table.rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _plot(heading: str, png: bytes) -> str:
    picture = f'<img class="plot" alt="{escape(heading)}" src="{_data_uri(png)}">'
    return f"<section><h2>{escape(heading)}</h2>{picture}</section>"


def _gallery(mistakes: Iterable[Mistake]) -> str:
    shown = "".join(
        f'<figure><img alt="" src="{_data_uri(encode_png(mistake.picture))}">'
        f"<figcaption><b>{escape(mistake.true) or 'nothing'}</b> read as "
        f'<b class="wrong">{escape(mistake.read) or "nothing"}</b>'
        f"<span>{mistake.confidence:.2f}</span></figcaption></figure>"
        for mistake in mistakes
    )
    if not shown:
        return ""
    return (
        "<section><h2>The worst mistakes</h2><p>Misread pictures, surest first; "
        "the number is the confidence of the wrong answer.</p>"
        f'<div class="gallery">{shown}</div></section>'
    )


def _definitions(heading: str, pairs: Mapping[str, str]) -> str:
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>"
        for name, value in pairs.items()
    )
    if not rows:
        return ""
    return f"<section><h2>{escape(heading)}</h2><dl>{rows}</dl></section>"


def _next_steps(steps: Mapping[str, str]) -> str:
    rows = "".join(
        f"<p>{escape(why)}</p><pre>{escape(command)}</pre>"
        for command, why in steps.items()
    )
    return f"<section><h2>Next</h2>{rows}</section>" if rows else ""


def _data_uri(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
<style>
:root {
  color-scheme: light dark;
  --ink: light-dark(#1f2430, #e8eaf0); --quiet: light-dark(#666c7a, #9aa1b1);
  --paper: light-dark(#fbfbfa, #15171c); --card: light-dark(#fff, #1d2027);
  --line: light-dark(#e4e6eb, #2e323c); --wrong: light-dark(#b8501a, #f0985f);
}
body {
  margin: 0 auto; max-width: 58rem; padding: 3rem 1.5rem 5rem;
  background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif;
}
h1 { margin: 0; font-size: 2rem; letter-spacing: -0.02em; }
h2 { margin: 3rem 0 0.75rem; font-size: 1.15rem; }
p { margin: 0.25rem 0 1rem; color: var(--quiet); }
table { width: 100%; margin-top: 2rem; border-collapse: collapse; }
th, td { padding: 0.5rem 0.75rem; border-bottom: 1px solid var(--line);
  text-align: right; font-variant-numeric: tabular-nums; }
th { color: var(--quiet); font-weight: 500; font-size: 0.85rem; }
th:first-child, td:first-child { padding-left: 0; text-align: left; }
.note { margin-top: 1rem; font-size: 0.9rem; }
.plot { display: block; box-sizing: border-box; max-width: 100%; max-height: 36rem;
  padding: 1rem; border: 1px solid var(--line); border-radius: 0.6rem;
  background: #fff; }
.gallery { display: grid; gap: 0.75rem;
  grid-template-columns: repeat(auto-fill, minmax(6.5rem, 1fr)); }
figure { margin: 0; overflow: hidden; border: 1px solid var(--line);
  border-radius: 0.6rem; background: var(--card); }
figure img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain;
  background: #000; image-rendering: pixelated; }
figcaption { padding: 0.35rem 0.5rem 0.45rem; font-size: 0.8rem; line-height: 1.35;
  overflow-wrap: anywhere; }
figcaption span { float: right; color: var(--quiet);
  font-variant-numeric: tabular-nums; }
.wrong { color: var(--wrong); }
pre { margin: 0 0 1rem; padding: 0.6rem 0.8rem; overflow-x: auto;
  border: 1px solid var(--line); border-radius: 0.6rem; background: var(--card);
  font-size: 0.85rem; }
section table { margin-top: 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.3rem 1.5rem;
  margin: 0; font-size: 0.9rem; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
@media print { body { padding: 0; } }
</style>
</head>
<body>
<header><h1>$title</h1><p>$subtitle</p></header>
$figures
$note
$next_steps
$plots
$tables
$mistakes
$terms
$details
</body>
</html>
""")
