"""The output of every benchmark: the conditions of its figures, and a table of them."""

import json
import os
import platform
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from inkten.versions import versions

Conditions = dict[str, str | float]
Row = Mapping[str, str | float | None]  # name -> figure


def conditions(**settings: str | float) -> Conditions:
    """The conditions of the figures: command, ``settings``, machine, versions."""
    return {
        "command": shlex.join(["python", *sys.argv]),
        **settings,
        "cores": os.cpu_count() or 0,
        "machine": f"{platform.machine()}, {platform.system()}",
        **versions(),
    }


def print_conditions(where: Conditions) -> None:
    """Print the conditions on one line above the table."""
    print(", ".join(f"{name} {value}" for name, value in where.items()), end="\n\n")


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table in Markdown."""
    for cells in (header, ["---"] * len(header), *rows):
        print(f"| {' | '.join(cells)} |")


def print_rows(rows: Sequence[Row]) -> None:
    """Print figures as a table; all rows have the same names."""
    print_table(list(rows[0]), [[_cell(row[name]) for name in rows[0]] for row in rows])


def _cell(figure: str | float | None) -> str:
    match figure:
        case None:
            return "-"
        case float():
            return f"{figure:,.0f}" if figure >= 100 else f"{figure:.2f}"
        case int():
            return f"{figure:,}"
    return figure


def write_json(
    path: Path | None, where: Conditions, figures: Mapping[str, object]
) -> None:
    """Write all figures to a file, if ``path`` is given."""
    if path:
        path.write_text(json.dumps({**where, **figures}, indent=2) + "\n", "utf-8")
