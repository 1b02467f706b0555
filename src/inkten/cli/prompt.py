"""The question for a picture, at a terminal."""

import os
import shlex
import sys

import typer

QUESTION = "Enter the image path: "


def ask(*, on_stderr: bool) -> str:
    """Ask for the path of a picture."""
    if not sys.stdin.isatty():
        raise typer.BadParameter("name at least one picture, or - for standard input")
    typer.echo(QUESTION, nl=False, err=on_stderr)
    try:
        return path_of(input())
    except EOFError:
        raise typer.Abort from None


def path_of(answer: str) -> str:
    r"""The path that was typed, or pasted by a terminal: 'a b.png', a\ b.png, ~/a.png.

    A file of just that name comes first: it may hold quotes or backslashes itself.
    """
    typed = _at_home(answer.strip())
    try:
        words = shlex.split(answer)
    except ValueError:  # an apostrophe
        return typed
    if len(words) != 1 or os.path.exists(typed):  # noqa: PTH110 - never raises
        return typed
    return _at_home(words[0])


def _at_home(path: str) -> str:
    return os.path.expanduser(path)  # noqa: PTH111 - Path's raises without a home
