"""The parts of a Markdown page: tables, code, a page with its title."""

from collections.abc import Iterable, Sequence

GENERATED = "<!-- Generated from the code by 'make references'. -->"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a ``|`` in a cell is escaped."""
    lines = [_row(header), _row(["---"] * len(header)), *map(_row, rows)]
    return "\n".join(lines)


def code(text: str) -> str:
    """Inline code."""
    return f"`{text}`"


def page(title: str, *blocks: str) -> str:
    """A page; empty blocks are left out."""
    return "\n\n".join([f"# {title}", GENERATED, *filter(None, blocks)]) + "\n"


def _row(cells: Sequence[str]) -> str:
    tidy = (" ".join(cell.split()).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(tidy)} |"
