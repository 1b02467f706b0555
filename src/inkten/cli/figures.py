"""The figures of a training or an evaluation, as the shell prints them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from inkten.evaluation.answers import Evaluation
    from inkten.evaluation.measure import Share
    from inkten.training.outcome import Outcome
    from inkten.training.runs import Run


def metrics_note(metrics: Mapping[str, float]) -> str:
    """What stands beside the progress bar: ``loss 0.3100  accuracy 0.9000``."""
    return "  ".join(f"{name} {value:.4f}" for name, value in metrics.items())


def print_outcome(run: "Run", outcome: "Outcome") -> None:
    """Print the figures of a finished run, what to type next, and where it lies."""
    from rich.console import Console
    from rich.table import Table

    from inkten.training.results import next_steps

    console = Console()
    figures = outcome.table()
    table = Table(*figures.header)
    for row in figures.rows:
        table.add_row(*row)
    console.print(table)
    if outcome.note:
        console.print(outcome.note)
    command, why = next(iter(next_steps(run).items()))
    typer.echo(f"{why} {command}")
    report = run.folder / "report.html"
    typer.echo(f"See {report}")  # not through rich: a path may hold [brackets]


def print_own(trained_on: int, held_back: "Share") -> None:
    """Print how many of a user's digits that were held back are named correctly."""
    typer.echo(
        f"Your own digits: {held_back.part} of the {held_back.total} held back are "
        f"named correctly; {trained_on} were trained on."
    )


def print_evaluations(evaluations: "Mapping[str, Evaluation]") -> None:
    """Print a column for each model."""
    from rich.console import Console
    from rich.table import Table

    from inkten.evaluation.summary import rows

    console = Console(markup=False, emoji=False)  # the names may be paths
    figures = {name: rows(evaluation) for name, evaluation in evaluations.items()}
    table = Table("", *figures)
    for row in dict.fromkeys(row for each in figures.values() for row in each):
        table.add_row(row, *(each.get(row, "") for each in figures.values()))
    console.print(table)
