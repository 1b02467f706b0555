"""Errors as the shell shows them: one line each, on standard error."""

import re
from typing import TYPE_CHECKING, cast

import typer

from inkten.errors import InktenError

if TYPE_CHECKING:
    from typer.core import TyperGroup

INTERRUPTED = 130  # exit status after Ctrl-C, as in shells: 128 + SIGINT
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

_options: set[str] = set()  # of the command that runs


def set_command(context: typer.Context) -> None:
    """Remember which options the command has that is about to run."""
    group = cast("TyperGroup", context.command)
    command = group.commands.get(context.invoked_subcommand or "")
    _options.clear()
    if command is not None:
        _options.update(option for each in command.params for option in each.opts)


def print_error(error: InktenError | str) -> None:
    """Print one line on standard error."""
    message = with_option(error) if isinstance(error, InktenError) else error
    typer.echo(f"inkten: {one_line(message)}", err=True)


def with_option(error: InktenError) -> str:
    """The error's message, with the option that helps: "...; see --max-pixels".

    Only if the command that runs has that option.
    """
    message = str(error)
    option = "--" + (error.parameter or "").replace("_", "-")
    return f"{message.rstrip('.')}; see {option}" if option in _options else message


def one_line(text: str) -> str:
    r"""Escape what would end the line or control the terminal: a newline as \n."""
    return CONTROL_CHARACTERS.sub(
        lambda match: match[0].encode("unicode_escape").decode(), text
    )
