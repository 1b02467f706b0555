"""What every benchmark says: what its figures hold for, and the figures in a table."""

import json
import os
import platform
import shlex
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from inkten.versions import versions

Conditions = dict[str, str | float]
Row = Mapping[str, str | float | None]  # what is measured -> its figure


def conditions(**settings: str | float) -> Conditions:
    """Tell what the figures hold for: the command, ``settings``, machine, versions."""
    return {
        "command": shlex.join(["python", *sys.argv]),
        **settings,
        "cores": os.cpu_count() or 0,
        "machine": f"{platform.machine()}, {platform.system()}",
        **versions(),
    }


def print_conditions(where: Conditions) -> None:
    """Print them on one line, above the table."""
    print(", ".join(f"{name} {value}" for name, value in where.items()), end="\n\n")


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table in Markdown."""
    for cells in (header, ["---"] * len(header), *rows):
        print(f"| {' | '.join(cells)} |")


def print_rows(rows: Sequence[Row]) -> None:
    """Print figures as a table; all rows have the names of the first."""
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
    """Write every figure to a file, if one was asked for."""
    if path:
        path.write_text(json.dumps({**where, **figures}, indent=2) + "\n", "utf-8")
