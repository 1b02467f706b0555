"""The progress bar on standard error."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class UpdateProgress(Protocol):
    """A function that updates a progress bar."""

    def __call__(self, done: int, total: int, note: str = "") -> None:
        """Show how much is done; ``note`` stands beside the bar."""


@contextmanager
def progress_bar(title: str = "") -> Iterator[UpdateProgress]:
    """Show a progress bar while the block runs, if standard error is a terminal.

    >>> with progress_bar("cnn") as update:
    ...     update(1, 10, "loss 0.31")
    """
    # Imported here: 'inkten read' shows no bar and need not load this part of rich.
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    with Progress(
        TextColumn("{task.description}", markup=False),  # a path may hold [brackets]
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}", markup=False),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task(title, total=None, note="")

        def update(done: int, total: int, note: str = "") -> None:
            bar.update(task, completed=done, total=total, note=note)

        yield update
