"""``inkten verify``: the shipped models are what they were, and as good as they say."""

from typing import TYPE_CHECKING, Annotated

import typer

from inkten.classification.classifier import Classifier
from inkten.cli.errors import complain
from inkten.errors import ModelError
from inkten.models.registry import DETECTOR, shipped_models

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inkten.evaluation.cards import Remeasured
    from inkten.models.registry import ShippedModel


def verify(
    measure: Annotated[
        bool,
        typer.Option(
            "--measure",
            help="Also measure what the cards say of MNIST's test pictures (seconds).",
        ),
    ] = False,
) -> None:
    """Show the shipped models and their cards; check them against their SHA-256.

    Exit status: 0 all as they were, 1 something differs, 2 wrong usage.
    """
    from inkten.models.registry import examine

    all_well = True
    for name in shipped_models():
        try:
            model = examine(name)
            found = _measure(model) if measure else {}
        except ModelError as error:  # the others are still looked at
            complain(error)
            all_well = False
            continue
        _print(model, found)
        for figure in found.values():
            if not figure.agrees:
                all_well = False
                complain(
                    f"{name}: its card tells a {figure.name} of {figure.stated}, found "
                    f"is {figure.measured}. Install inkten again, or tell its authors."
                )
    if not all_well:
        raise typer.Exit(1)


def _measure(model: "ShippedModel") -> "dict[str, Remeasured]":
    """What the card tells of MNIST's test pictures, by name; a detector's has none."""
    from inkten.datasets import mnist
    from inkten.evaluation.cards import remeasure

    if model.name == DETECTOR:
        return {}
    classifier = Classifier(model.name)
    figures = remeasure(classifier, model.card.figures, mnist.load().test_part)
    return {figure.name: figure for figure in figures}


def _print(model: "ShippedModel", found: "Mapping[str, Remeasured]") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    title = Text(f"{model.name}: as it shipped", "table.title")
    table = Table(title=title, title_justify="left", show_header=bool(found))
    for heading in ("", "card", "measured") if found else ("", "card"):
        table.add_column(heading, overflow="fold")
    for row in _facts(model):
        table.add_row(*row)
    if not model.card.figures:
        table.add_row("figures", "none on this card")
    for name, told in model.card.figures.items():
        again = [f"{found[name].measured:.4f}"] if name in found else []
        table.add_row(name, f"{told:.4f}", *again)
    Console(markup=False).print(table)


def _facts(model: "ShippedModel") -> list[tuple[str, str]]:
    card = model.card
    return [
        ("says", card.task),
        ("takes", card.input_form),
        ("gives", card.classes),
        ("learned from", card.training_data),
        ("recipe", card.recipe),
        ("made by inkten", card.version),
        ("parameters", f"{model.card.parameters or 0:,}"),
        ("size", f"{model.size / 1e6:.2f} MB"),
        ("SHA-256", model.sha256),
    ]
