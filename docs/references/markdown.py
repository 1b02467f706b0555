"""Pieces of Markdown."""

from collections.abc import Iterable, Sequence

MADE = "<!-- Made from the code by 'make references'. -->"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; what would end a cell is escaped."""
    lines = [_row(header), _row(["---"] * len(header)), *map(_row, rows)]
    return "\n".join(lines)


def code(text: str) -> str:
    """Text as code, within a line."""
    return f"`{text}`"


def page(title: str, *blocks: str) -> str:
    """A whole page; blocks that are empty are left out."""
    return "\n\n".join([f"# {title}", MADE, *filter(None, blocks)]) + "\n"


def _row(cells: Sequence[str]) -> str:
    tidy = (" ".join(cell.split()).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(tidy)} |"
