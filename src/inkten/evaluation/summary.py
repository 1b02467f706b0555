"""An evaluation as the shell shows and writes it: rows, JSON, CSV, a page."""

import csv
import io
from pathlib import Path
from typing import Any

from inkten.evaluation.answers import Evaluation
from inkten.evaluation.measure import SUREST, Share
from inkten.evaluation.plots import confusion_png
from inkten.evaluation.report import (
    GALLERY,
    Mistake,
    Page,
    Table,
    percent,
    scores_dict,
    share_dict,
    text_scores_dict,
)
from inkten.reading import UNSURE

SCHEMA_VERSION = 1  # of to_dict(); raised when a key changes its meaning or goes


def rows(evaluation: Evaluation) -> dict[str, str]:
    """Give the figures to be read, in order: name -> value."""
    texts, digits = evaluation.texts, evaluation.digits
    shown = {"pictures": f"{len(evaluation.answers):,}"}
    if evaluation.of_single_digits:
        shown["accuracy (95% interval)"] = percent(texts.exact)
    else:
        shown["whole text right (95% interval)"] = percent(texts.exact)
        if evaluation.unsure_digits.count:  # an error rate needs characters
            shown["character error rate"] = f"{texts.character_error_rate:.4f}"
    if evaluation.by_source is not None:
        shown["mean over the sources"] = f"{evaluation.by_source:.2%}"
    shown |= _of_kinds(evaluation)
    if digits:
        shown["read as one digit"] = f"{digits.accuracy.count:,}"
        shown["log loss of these"] = f"{digits.log_loss:.4f}"
    shown |= _of_confidence(evaluation) | _of_nothing(evaluation)
    if evaluation.unreadable:
        shown["could not be read"] = f"{len(evaluation.unreadable):,}"
    return shown


def to_dict(evaluation: Evaluation) -> dict[str, Any]:
    """Give the figures as plain data for JSON; ``schema`` is its version."""
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
    """Write a row per picture: file, text ('|' between lines), confidence."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("file", "text", "confidence"))
    for answer in evaluation.answers:
        writer.writerow((answer.case.file, answer.text, f"{answer.confidence:.6f}"))
    return text.getvalue()


def page(evaluation: Evaluation, model: str, details: dict[str, str]) -> Page:
    """Lay out the report."""
    digits, data = evaluation.digits, Path(details["data"]).absolute().name
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


def _of_kinds(evaluation: Evaluation) -> dict[str, str]:
    """A row per kind of picture, where there are several."""
    kinds = evaluation.by_kind
    if len(kinds) < 2:
        return {}
    shown = {}
    for kind, part in kinds.items():
        right = part.texts.exact
        shown[f"of kind {kind}"] = f"{right.value:.2%} of {right.count:,}"
        if part.by_source is not None:
            shown[f"of kind {kind}"] += f", over the sources {part.by_source:.2%}"
    return shown


def _of_confidence(evaluation: Evaluation) -> dict[str, str]:
    """Whether the confidence means what it says."""
    shown = {}
    if evaluation.calibration_error is not None:
        shown["calibration error"] = f"{evaluation.calibration_error:.4f}"
    if surest := evaluation.surest:
        wrong = Share(surest.count - surest.right, surest.count)
        shown[f"wrong among the surest {SUREST:.0%}"] = _of(wrong)
    kept = _kept(evaluation)
    if kept.count < len(evaluation.answers):
        if evaluation.unsure_digits.count:
            shown["digits read as '?'"] = _of(evaluation.unsure_digits)
        shown["read without a '?'"] = f"{kept.count:,}"
        if kept.count:
            shown["right among them (95% interval)"] = percent(kept)
    return shown


def _of_nothing(evaluation: Evaluation) -> dict[str, str]:
    """What was read on pictures that hold no digit."""
    digits, marks = evaluation.false_digits, evaluation.false_marks
    if not digits.count:
        return {}
    shown = {"with a false digit": _of(digits)}
    if marks != digits:
        shown["with a false digit or '?'"] = _of(marks)
    return shown


def _of(share: Share) -> str:
    return f"{share.value:.2%} ({share.right:,} of {share.count:,})"


def _kept(evaluation: Evaluation) -> Share:
    """Of the texts without an unsure digit, how many are right."""
    kept = [a for a in evaluation.answers if UNSURE not in a.text and not a.error]
    return Share(sum(answer.right for answer in kept), len(kept))


def _worst_mistakes(evaluation: Evaluation) -> list[Mistake]:
    wrong = [
        Mistake(answer.thumbnail, answer.case.text, answer.text, answer.confidence)
        for answer in evaluation.answers
        if answer.thumbnail is not None
    ]
    return sorted(wrong, key=lambda mistake: -mistake.confidence)[:GALLERY]
