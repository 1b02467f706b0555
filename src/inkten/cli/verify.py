"""``inkten verify``: are the shipped models unchanged, and as good as stated?"""

from typing import TYPE_CHECKING, Annotated

import typer

from inkten.classification.classifier import Classifier
from inkten.cli.errors import print_error
from inkten.errors import ModelError
from inkten.models.registry import examine, shipped_classifiers, shipped_models

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inkten.evaluation.cards import Remeasured
    from inkten.models.registry import ShippedModel


def verify(
    measure: Annotated[
        bool,
        typer.Option(
            "--measure",
            help="Also measure each classifier on MNIST's test pictures (seconds) and "
            "compare the result with its card.",
        ),
    ] = False,
) -> None:
    """Show the shipped models and check their SHA-256.

    Exit status:
    - 0: every model is unchanged
    - 1: a model or one of its figures differs
    - 2: usage error
    """
    all_ok = True
    for name in shipped_models():
        try:
            model = examine(name)
            measured = _measure(model) if measure else {}
        except ModelError as error:  # the other models are still checked
            print_error(error)
            all_ok = False
            continue
        _print(model, measured)
        for figure in measured.values():
            if not figure.agrees:
                all_ok = False
                print_error(
                    f"{name}: {figure.name} is {figure.stated} on its card and "
                    f"{figure.measured} here. Reinstall inkten, or report this."
                )
    if not all_ok:
        raise typer.Exit(1)


def _measure(model: "ShippedModel") -> "dict[str, Remeasured]":
    """A classifier's figures on MNIST, measured again, by name; none for others."""
    from inkten.datasets import mnist
    from inkten.evaluation.cards import remeasure

    if model.name not in shipped_classifiers():
        return {}
    classifier = Classifier(model.name)
    figures = remeasure(classifier, model.card.figures, mnist.load().test_part)
    return {figure.name: figure for figure in figures}


def _print(model: "ShippedModel", measured: "Mapping[str, Remeasured]") -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    title = Text(f"{model.name}: unchanged", "table.title")
    table = Table(title=title, title_justify="left", show_header=bool(measured))
    for heading in ("", "card", "measured") if measured else ("", "card"):
        table.add_column(heading, overflow="fold")
    for row in _facts(model):
        table.add_row(*row)
    if not model.card.figures:
        table.add_row("figures", "none on this card")
    for name, stated in model.card.figures.items():
        again = [f"{measured[name].measured:.4f}"] if name in measured else []
        table.add_row(name, f"{stated:.4f}", *again)
    Console(markup=False).print(table)


def _facts(model: "ShippedModel") -> list[tuple[str, str]]:
    card = model.card
    return [
        ("task", card.task),
        ("input", card.input_form),
        ("output", card.classes),
        ("training data", card.training_data),
        ("recipe", card.recipe),
        ("inkten version", card.version),
        ("parameters", f"{card.parameters:,}" if card.parameters else "unknown"),
        ("size", f"{model.size / 1e6:.2f} MB"),
        ("SHA-256", model.sha256),
    ]
