"""An evaluation as table rows, JSON, CSV and a report page."""

import csv
import io
from pathlib import Path
from typing import Any

from inkten.digits import UNSURE
from inkten.evaluation.answers import Evaluation
from inkten.evaluation.measure import SUREST, Share
from inkten.evaluation.plots import confusion_png
from inkten.evaluation.report import (
    GALLERY,
    Mistake,
    ReportPage,
    Table,
    per_digit,
    percent,
    scores_dict,
    share_dict,
    text_scores_dict,
)
from inkten.evaluation.terms import explained

DIGIT_TERMS = (
    *("accuracy", "95% interval", "log loss", "calibration error"),
    *("confusion matrix", "recall", "precision"),
)
SCHEMA_VERSION = 1  # of to_dict(); raised when a key is removed or changes meaning


def rows(evaluation: Evaluation) -> dict[str, str]:
    """The figures to show, in order: name -> value."""
    texts, digits = evaluation.texts, evaluation.digits
    shown = {"pictures": f"{len(evaluation.answers):,}"}
    if evaluation.of_single_digits:
        shown["accuracy (95% interval)"] = percent(texts.exact)
    else:
        shown["complete text correct (95% interval)"] = percent(texts.exact)
        if evaluation.unsure_digits.total:  # an error rate needs characters
            shown["character error rate"] = f"{texts.character_error_rate:.4f}"
    if evaluation.by_source is not None:
        shown["mean over the sources"] = f"{evaluation.by_source:.2%}"
    shown |= _kind_rows(evaluation)
    if digits:
        shown["read as one digit"] = f"{digits.accuracy.total:,}"
        shown["log loss of these"] = f"{digits.log_loss:.4f}"
    shown |= _confidence_rows(evaluation) | _blank_rows(evaluation)
    if evaluation.unreadable:
        shown["could not be read"] = f"{len(evaluation.unreadable):,}"
    return shown


def to_dict(evaluation: Evaluation) -> dict[str, Any]:
    """The figures as plain data for JSON; ``schema`` is the version of the format."""
    digits, surest = evaluation.digits, evaluation.surest
    calibration = evaluation.calibration_error
    return {
        "schema": SCHEMA_VERSION,
        "pictures": len(evaluation.answers),
        "texts": text_scores_dict(evaluation.texts),
        "by_source": evaluation.by_source,
        "by_kind": {
            kind: {"exact": share_dict(part.texts.exact), "by_source": part.by_source}
            for kind, part in evaluation.by_kind.items()
        },
        "single_digits": scores_dict(digits) if digits else None,
        "calibration_error": None if calibration is None else round(calibration, 6),
        "surest": share_dict(surest) if surest else None,
        "unsure_digits": share_dict(evaluation.unsure_digits),
        "false_digits": share_dict(evaluation.false_digits),
        "false_marks": share_dict(evaluation.false_marks),
        "unreadable": {a.case.file: a.error for a in evaluation.unreadable},
    }


def predictions_csv(evaluation: Evaluation) -> str:
    """A row per picture: file, text ('|' between lines), confidence."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("file", "text", "confidence"))
    for answer in evaluation.answers:
        writer.writerow((answer.case.file, answer.text, f"{answer.confidence:.6f}"))
    return text.getvalue()


def report_page(
    evaluation: Evaluation, model: str, details: dict[str, str]
) -> ReportPage:
    """The page of the report; ``details`` say how to reproduce the evaluation."""
    digits, data = evaluation.digits, Path(details["data"]).absolute().name
    return ReportPage(
        title=f"{model} on {data}",
        subtitle="An evaluation by inkten.",
        figures=Table(("", model), list(rows(evaluation).items())),
        plots={"Confusion matrix": confusion_png(digits.confusion)} if digits else {},
        mistakes=_worst_mistakes(evaluation),
        details=details
        | {f"not read: {a.case.file}": a.error for a in evaluation.unreadable},
        tables={"Each digit": per_digit(digits.confusion)} if digits else {},
        terms=explained(DIGIT_TERMS if digits else ()),
    )


def _kind_rows(evaluation: Evaluation) -> dict[str, str]:
    """A row per kind of picture, if there are several."""
    kinds = evaluation.by_kind
    if len(kinds) < 2:
        return {}
    shown = {}
    for kind, part in kinds.items():
        exact = part.texts.exact
        shown[f"of kind {kind}"] = f"{exact.value:.2%} of {exact.total:,}"
        if part.by_source is not None:
            shown[f"of kind {kind}"] += f", by source {part.by_source:.2%}"
    return shown


def _confidence_rows(evaluation: Evaluation) -> dict[str, str]:
    """Whether the confidence can be trusted."""
    shown = {}
    if evaluation.calibration_error is not None:
        shown["calibration error"] = f"{evaluation.calibration_error:.4f}"
    if surest := evaluation.surest:
        wrong = Share(surest.total - surest.part, surest.total)
        shown[f"wrong among the surest {SUREST:.0%}"] = _format(wrong)
    kept = _without_unsure_digits(evaluation)
    if kept.total < len(evaluation.answers):
        if evaluation.unsure_digits.total:
            shown["digits read as '?'"] = _format(evaluation.unsure_digits)
        shown["read without a '?'"] = f"{kept.total:,}"
        if kept.total:
            shown["correct among them (95% interval)"] = percent(kept)
    return shown


def _blank_rows(evaluation: Evaluation) -> dict[str, str]:
    """What was read on pictures without digits."""
    digits, marks = evaluation.false_digits, evaluation.false_marks
    if not digits.total:
        return {}
    shown = {"with a false digit": _format(digits)}
    if marks != digits:
        shown["with a false digit or '?'"] = _format(marks)
    return shown


def _format(share: Share) -> str:
    return f"{share.value:.2%} ({share.part:,} of {share.total:,})"


def _without_unsure_digits(evaluation: Evaluation) -> Share:
    """How many of the texts without an unsure digit are correct."""
    kept = [a for a in evaluation.answers if UNSURE not in a.text and not a.error]
    return Share(sum(answer.correct for answer in kept), len(kept))


def _worst_mistakes(evaluation: Evaluation) -> list[Mistake]:
    wrong = [
        Mistake(answer.thumbnail, answer.case.text, answer.text, answer.confidence)
        for answer in evaluation.answers
        if answer.thumbnail is not None
    ]
    return sorted(wrong, key=lambda mistake: -mistake.confidence)[:GALLERY]
