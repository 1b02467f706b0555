"""An evaluation as the shell shows and writes it: rows, JSON, CSV, a page."""

import csv
import io
from pathlib import Path
from typing import Any

from inkten.answer import UNSURE
from inkten.evaluation.evaluate import Evaluation
from inkten.evaluation.measure import Share
from inkten.evaluation.plots import confusion_png
from inkten.evaluation.report import (
    GALLERY,
    Mistake,
    Page,
    Table,
    percent,
    scores_dict,
    text_scores_dict,
)

SCHEMA_VERSION = 1  # of to_dict(); raised when a key changes its meaning or goes


def rows(evaluation: Evaluation) -> dict[str, str]:
    """Give the figures to be read, in order: name -> value."""
    texts, digits = evaluation.texts, evaluation.digits
    shown = {"pictures": f"{len(evaluation.answers):,}"}
    if evaluation.of_single_digits:
        shown["accuracy (95% interval)"] = percent(texts.exact)
    else:
        shown["whole text right (95% interval)"] = percent(texts.exact)
        shown["character error rate"] = f"{texts.character_error_rate:.4f}"
    if evaluation.by_source is not None:
        shown["mean over the sources"] = f"{evaluation.by_source:.2%}"
    if digits:
        shown["read as one digit"] = f"{digits.accuracy.count:,}"
        shown["log loss of these"] = f"{digits.log_loss:.4f}"
    shown["calibration error"] = f"{evaluation.calibration_error:.4f}"
    kept = _kept(evaluation)
    if kept.count < len(evaluation.answers):
        shown["read without a '?'"] = f"{kept.count:,}"
        shown["right among them (95% interval)"] = percent(kept)
    if evaluation.unreadable:
        shown["could not be read"] = f"{len(evaluation.unreadable):,}"
    return shown


def to_dict(evaluation: Evaluation) -> dict[str, Any]:
    """Give the figures as plain data for JSON; ``schema`` is its version."""
    digits = evaluation.digits
    return {
        "schema": SCHEMA_VERSION,
        "pictures": len(evaluation.answers),
        "texts": text_scores_dict(evaluation.texts),
        "by_source": evaluation.by_source,
        "single_digits": scores_dict(digits) if digits else None,
        "calibration_error": round(evaluation.calibration_error, 6),
        "unreadable": {a.case.file: a.error for a in evaluation.unreadable},
    }


def predictions_csv(evaluation: Evaluation) -> str:
    """Write a row per picture: file, text ('|' between lines), confidence."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("file", "text", "confidence"))
    for answer in evaluation.answers:
        writer.writerow((answer.case.file, answer.text, f"{answer.confidence:.6f}"))
    return text.getvalue()


def page(evaluation: Evaluation, model: str, details: dict[str, str]) -> Page:
    """Lay out the report."""
    digits, data = evaluation.digits, Path(details["data"]).name
    return Page(
        title=f"{model} on {data}",
        subtitle="An evaluation by inkten.",
        figures=Table(("", model), list(rows(evaluation).items())),
        plots={"What was taken for what": confusion_png(digits.confusion)}
        if digits
        else {},
        mistakes=_worst_mistakes(evaluation),
        details=details
        | {f"not read: {a.case.file}": a.error for a in evaluation.unreadable},
    )


def _kept(evaluation: Evaluation) -> Share:
    """Of the texts without an unsure digit, how many are right."""
    kept = [answer for answer in evaluation.answers if UNSURE not in answer.text]
    return Share(sum(answer.right for answer in kept), len(kept))


def _worst_mistakes(evaluation: Evaluation) -> list[Mistake]:
    wrong = [
        Mistake(answer.thumbnail, answer.case.text, answer.text, answer.confidence)
        for answer in evaluation.answers
        if answer.thumbnail is not None
    ]
    return sorted(wrong, key=lambda mistake: -mistake.confidence)[:GALLERY]
