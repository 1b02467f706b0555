"""The files of a run folder for people: history, curves, confusion, report."""

import csv
import io
import json
from collections.abc import Sequence

from inkten.evaluation.plots import confusion_png, curves_png
from inkten.evaluation.report import Mistake, ReportPage, html_report
from inkten.files import write_whole
from inkten.training.outcome import ClassifierOutcome, Outcome
from inkten.training.runs import CONFIG, History, Run


def write_results(
    run: Run, history: History, outcome: Outcome, mistakes: Sequence[Mistake] = ()
) -> None:
    """Write history.csv, curves.png, report.html and a classifier's confusion.png."""
    curves = curves_png(history)
    plots = {"Learning": curves}
    if isinstance(outcome, ClassifierOutcome):
        confusion = confusion_png(outcome.test.confusion)
        plots["Confusion matrix"] = confusion
        write_whole(run.partial / "confusion.png", confusion)
    page = ReportPage(
        title=f"{run.plan.network}, {run.plan.recipe.name} recipe",
        subtitle="A training run of inkten.",
        figures=outcome.table(),
        note=outcome.note,
        plots=plots,
        mistakes=mistakes,
        details=_details(run),
    )
    write_whole(run.partial / "history.csv", _csv(history))
    write_whole(run.partial / "curves.png", curves)
    write_whole(run.partial / "report.html", html_report(page))


def _csv(history: History) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, ["epoch", *history[0]], lineterminator="\n")
    writer.writeheader()
    for number, row in enumerate(history, 1):
        writer.writerow({"epoch": number, **row})
    return text.getvalue()


def _details(run: Run) -> dict[str, str]:
    config = json.loads((run.partial / CONFIG).read_bytes())
    return {
        "command": config["command"],
        "recipe": _listed(config["recipe"]),
        "seed": str(config["seed"]),
        "data": f"SHA-256 {config['data_checksum']}",
        "backend": f"{config['backend']} on {config['platform']}",
        "versions": _listed(config["versions"]),
    }


def _listed(pairs: dict[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in pairs.items())
