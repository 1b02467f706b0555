"""Ask for a picture at the terminal."""

import glob
import os
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

from inkten.cli.errors import INTERRUPTED, print_error
from inkten.cli.sources import STANDARD_INPUT, path_of_url
from inkten.image.source import UNREADABLE

QUESTION = "Enter the image path: "
WAKE_SECONDS = 0.1


def ask_for_picture(check: Callable[[str], None]) -> str:
    """Ask for the path of a picture, until one is given that can be read.

    Args:
        check: raises a PictureError for a path that cannot be read.
    """
    if not sys.stdin.isatty():
        raise typer.BadParameter("name at least one picture, or - for standard input")
    _set_up_line_editing()
    while True:
        path = path_of(_answer())
        try:
            check(path)
        except UNREADABLE as error:
            print_error(error)
        else:
            return path


def path_of(answer: str) -> str:
    r"""The path that was typed or pasted: 'a b.png', a\ b.png, ~/a.png, file:///a.png.

    A file of exactly that name comes first, as names may hold quotes and backslashes.
    """
    typed = _local_path(answer.strip())
    try:
        words = shlex.split(answer)
    except ValueError:  # an apostrophe
        return typed
    if len(words) != 1 or os.path.exists(typed):  # noqa: PTH110 - never raises
        return typed
    return _local_path(words[0])


def _answer() -> str:
    """One line from the terminal; Ctrl-C and Ctrl-D leave the command."""
    try:
        with _waking():
            if sys.stdout.isatty():
                return input(QUESTION)  # line editing needs to know the prompt
            typer.echo(QUESTION, nl=False, err=True)
            return input()
    except KeyboardInterrupt:
        status = INTERRUPTED
    except EOFError:
        status = 1
    typer.echo(err=True)  # the shell's prompt starts on a line of its own
    raise typer.Exit(status)


@contextmanager
def _waking() -> Iterator[None]:
    """Wake ``input`` now and then: it may sleep through a Ctrl-C.

    It looks for signals only when one interrupts its waiting. One that arrives between
    the question and the waiting would be noticed with the next key only.
    """
    if sys.platform == "win32":  # no timers there
        yield
        return
    before = signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, WAKE_SECONDS, WAKE_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _local_path(path: str) -> str:
    if path == STANDARD_INPUT:  # the answers come from there, so it is a file's name
        return os.path.join(os.curdir, path)  # noqa: PTH118 - Path drops the "./"
    return os.path.expanduser(path_of_url(path))  # noqa: PTH111 - Path's raises without a home


def _set_up_line_editing() -> None:
    """Let the arrow keys edit the answer and the tab key complete a path."""
    try:
        import readline
    except ImportError:  # Windows, where the console edits lines by itself
        return
    readline.set_completer(_complete)
    readline.set_completer_delims("")  # complete all of the answer, spaces included
    if "libedit" in (readline.__doc__ or ""):  # as in Python for macOS
        readline.parse_and_bind("bind ^I rl_complete")
        return
    readline.parse_and_bind("tab: complete")
    # It would write control sequences around each question.
    readline.parse_and_bind("set enable-bracketed-paste off")


def _complete(text: str, state: int) -> str | None:
    """The completion number ``state`` of a path, as readline asks for them."""
    matches = completions(text)
    return matches[state] if state < len(matches) else None


def completions(text: str) -> list[str]:
    """The paths that start with what was typed; folders end with a separator."""
    start = os.path.expanduser(text)  # noqa: PTH111
    paths = sorted(glob.glob(glob.escape(start) + "*"))  # noqa: PTH207
    return [
        os.path.join(path, "") if os.path.isdir(path) else path  # noqa: PTH112, PTH118
        for path in paths
    ]
