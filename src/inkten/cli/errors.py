"""Errors as the shell shows them: one line each, on standard error."""

import re

import typer

from inkten.errors import InktenError

INTERRUPTED = 130  # exit status after Ctrl-C, as in shells: 128 + SIGINT
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def print_error(error: InktenError | str) -> None:
    """Print one line on standard error."""
    message = with_option(error) if isinstance(error, InktenError) else error
    typer.echo(f"inkten: {one_line(message)}", err=True)


def with_option(error: InktenError) -> str:
    """The error's message, with the option that helps: "...; see --max-pixels"."""
    message = str(error)
    if error.parameter is None:
        return message
    option = "--" + error.parameter.replace("_", "-")
    return f"{message.rstrip('.')}; see {option}"


def one_line(text: str) -> str:
    r"""Escape what would end the line or control the terminal: a newline as \n."""
    return CONTROL_CHARACTERS.sub(
        lambda match: match[0].encode("unicode_escape").decode(), text
    )
