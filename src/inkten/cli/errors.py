"""What is said on standard error: one line for each thing that went wrong."""

import re

import typer

from inkten.errors import InktenError

STANDARD_INPUT = "-"
INTERRUPTED = 130  # the shell's own status for Ctrl-C: 128 + SIGINT
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def complain(message: object) -> None:
    """Print one line on standard error."""
    typer.echo(f"inkten: {one_line(str(message))}", err=True)


def complaint(name: str, error: InktenError) -> str:
    """What is wrong with a picture: its name, the reason, the option that helps."""
    name = "standard input" if name == STANDARD_INPUT else name
    reason = with_option(error.reason, error)
    return f"{name}: {reason}" if name else reason


def with_option(message: str, error: InktenError) -> str:
    """A message, and the shell's option for the parameter that the error names."""
    if error.parameter is None:
        return message
    option = "--" + error.parameter.replace("_", "-")
    return f"{message.rstrip('.')}; see {option}"


def one_line(text: str) -> str:
    r"""Escape what would end the line or steer the terminal: a newline as \n."""
    return CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
