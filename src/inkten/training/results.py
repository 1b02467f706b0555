"""The files of a run folder for people: history, curves, confusion, report."""

import csv
import io
import json
import shlex
from collections.abc import Iterator, Sequence

from inkten.evaluation.plots import confusion_png, curves_png
from inkten.evaluation.report import (
    Mistake,
    ReportPage,
    Table,
    html_report,
    per_digit,
)
from inkten.evaluation.terms import explained
from inkten.files import write_whole
from inkten.training.backend import keras
from inkten.training.outcome import ClassifierOutcome, Outcome
from inkten.training.runs import CONFIG, History, Run


def write_results(
    run: Run,
    history: History,
    outcome: Outcome,
    network: keras.Model,
    mistakes: Sequence[Mistake] = (),
) -> None:
    """Write history.csv, curves.png, report.html and a classifier's confusion.png."""
    curves = curves_png(history)
    plots = {"Learning": curves}
    tables = {f"Layers: {network.count_params():,} parameters": layers_of(network)}
    if isinstance(outcome, ClassifierOutcome):
        confusion = confusion_png(outcome.test.confusion)
        plots["Confusion matrix"] = confusion
        write_whole(run.partial / "confusion.png", confusion)
        tables = {"Each digit": per_digit(outcome.test.confusion), **tables}
    page = ReportPage(
        title=f"{run.plan.network}, {run.plan.recipe.name} recipe",
        subtitle="A training run of inkten.",
        figures=outcome.table(),
        note=outcome.note,
        plots=plots,
        mistakes=mistakes,
        details=_details(run),
        tables=tables,
        terms=explained(outcome.terms),
        next_steps=next_steps(run),
    )
    write_whole(run.partial / "history.csv", _csv(history))
    write_whole(run.partial / "curves.png", curves)
    write_whole(run.partial / "report.html", html_report(page))


def _csv(history: History) -> str:
    text = io.StringIO()
    # A run that another version started may have fewer figures in its first rows.
    writer = csv.DictWriter(text, ["epoch", *history[-1]], lineterminator="\n")
    writer.writeheader()
    for number, row in enumerate(history, 1):
        writer.writerow({"epoch": number, **row})
    return text.getvalue()


def layers_of(network: keras.Model) -> Table:
    """The network's layers, from the picture to the answer."""
    rows = [
        (
            str(number),
            type(layer).__name__,
            "x".join(str(side) for side in layer.output.shape[1:] if side) or "1",
            f"{layer.count_params():,}",
        )
        for number, layer in enumerate(_flat(network), 1)
    ]
    return Table(("layer", "kind", "gives", "parameters"), rows)


def _flat(network: keras.Model) -> Iterator[keras.Layer]:
    """The layers, with those of blocks in the place of the block."""
    for layer in network.layers:
        if isinstance(layer, keras.Model):
            yield from _flat(layer)
        elif not isinstance(layer, keras.layers.InputLayer):
            yield layer


def next_steps(run: Run) -> dict[str, str]:
    """What to type next: command -> why."""
    model = shlex.quote(str(run.folder / "model.onnx"))
    if run.plan.network == "detector":
        reader = f"inkten.Reader(detector={str(run.folder / 'model.onnx')!r})"
        return {reader: "In Python, read with this detector:"}
    return {
        f"inkten read --model {model} PICTURE": "Read a picture with this network:",
        f"inkten explain --model {model} PICTURE --save stages.png": "See what each "
        "of its layers makes of that picture:",
        f"inkten evaluate --model {model} --model cnn --data FOLDER": "Measure it, "
        "beside the network that ships, on pictures of your own (a folder per digit):",
    }


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
    """The pairs in words; what is not set is left out."""
    return ", ".join(
        f"{name.replace('_', ' ')} {value}"
        for name, value in pairs.items()
        if value not in (None, 0, False)
    )
