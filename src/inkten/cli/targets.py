"""The files that a command writes: none may replace what it reads."""

import os
from collections.abc import Iterable
from pathlib import Path

import typer

from inkten.errors import InktenError


def refuse_input(target: Path, inputs: Iterable[str | Path], option: str) -> None:
    """Refuse, before any work is done, to write over a file that is read.

    Args:
        target: the file to write.
        inputs: the files that the command reads.
        option: the name of the option that gives the target.

    Raises:
        typer.BadParameter: the target is one of the inputs.
    """
    if any(_is_same_file(target, name) for name in inputs):
        raise typer.BadParameter(
            f"{target} is a file to read; it would be lost", param_hint=option
        )


def refuse_existing(target: Path, *, force: bool) -> None:
    """Refuse to replace a file, unless ``force`` is given.

    Raises:
        InktenError: the file exists.
    """
    if not force and os.path.exists(target):  # noqa: PTH110 - Path's raises where a name is too long
        raise InktenError("exists already", name=str(target), parameter="force")


def _is_same_file(target: Path, name: str | Path) -> bool:
    try:
        return target.samefile(name)
    except (OSError, ValueError):  # one of them does not exist
        return os.path.abspath(target) == os.path.abspath(name)  # noqa: PTH100 - ".." too
