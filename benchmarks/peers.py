"""Readers to compare with inkten: how they are installed, started and asked."""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from environments import own_python
from reading_order import Piece, text_of

READING = Path(__file__).with_name("reading.py")
OURS = "inkten"
IN_THIS_ENVIRONMENT = (OURS, "plain_recipe")
TESSERACT = "tesseract"
# What pip installs for each of the others, in an environment of its own. RapidOCR runs
# on the same version of ONNX Runtime as inkten.
PACKAGES = {
    "rapidocr": ("rapidocr>=3.10", f"onnxruntime=={version('onnxruntime')}"),
    "digit_recognizer_py": ("digit-recognizer-py==0.1.0",),
}
NAMES = (*IN_THIS_ENVIRONMENT, *PACKAGES, TESSERACT)
LOADING_SECONDS = 300  # to load the libraries and models of a reader
ANSWER_SECONDS = 60.0  # for one picture


class ReaderError(Exception):
    """A reader cannot be used; the message is the reason."""


class Answer(NamedTuple):
    """What a reader answered for one picture."""

    text: str  # digits, and a newline between lines
    error: str
    seconds: float


class ReaderProcess:
    """A reader in its own process, which waits while others read."""

    def __init__(self, name: str, python: str, seconds: float = ANSWER_SECONDS) -> None:
        """Start the reader and load its models.

        Args:
            name: the reader.
            python: the Python that it runs in.
            seconds: the time it has for a picture.

        Raises:
            ReaderError: a library is missing, or a model cannot be loaded.
        """
        self._command = [python, str(READING), name]
        self._seconds = seconds
        self.about = self._start()

    def _start(self) -> str:
        """Start the process; returns what the reader says about itself."""
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # so that close() also ends what it has started
        )
        try:
            first = self._next(LOADING_SECONDS)
        except TimeoutError:
            self.close()
            raise ReaderError(f"it is not loaded after {LOADING_SECONDS} s") from None
        except ReaderError:
            self.close()
            raise
        if "error" in first:
            self.close()
            raise ReaderError(f"it cannot be loaded ({first['error']})")
        return str(first["about"])

    def read(self, path: Path) -> Answer:
        """Let it read one picture; if it takes too long, it is started again.

        Raises:
            ReaderError: the process has ended.
        """
        assert self._process.stdin
        with suppress(BrokenPipeError):  # why it ended is said below
            print(path.resolve(), file=self._process.stdin, flush=True)
        try:
            answer = self._next(self._seconds)
        except TimeoutError:
            self.close()
            self._start()
            error = f"no answer within {self._seconds:g} s"
            return Answer("", error, self._seconds)
        pieces = [Piece(*piece) for piece in answer["pieces"]]
        return Answer(text_of(pieces), answer["error"], answer["seconds"])

    def close(self) -> None:
        """End the process, and what it has started."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    def _next(self, seconds: float) -> dict[str, Any]:
        """The next line that it prints; one line at most is on its way."""
        assert self._process.stdout
        if not select.select([self._process.stdout], [], [], seconds)[0]:
            raise TimeoutError
        line = self._process.stdout.readline()
        if not line:
            raise ReaderError(f"it ended with status {self._process.wait()}")
        return json.loads(line)


def python_of(name: str, cache: Path, *, alone: bool) -> str:
    """The Python that a reader runs in; its environment is made if need be.

    Raises:
        ReaderError: it is not installed, or cannot be.
    """
    if name in IN_THIS_ENVIRONMENT:
        return sys.executable
    if name == TESSERACT:
        if not shutil.which(TESSERACT):
            raise ReaderError("it is not installed here (Debian: tesseract-ocr)")
        return sys.executable
    if alone:
        raise ReaderError("--alone installs no other software")
    python = own_python(cache / name, *PACKAGES[name])
    if not python:
        raise ReaderError(f"{', '.join(PACKAGES[name])} cannot be installed here")
    return python


@contextmanager
def started(
    names: Sequence[str],
    cache: Path,
    *,
    alone: bool,
    seconds: float = ANSWER_SECONDS,
) -> Iterator[tuple[dict[str, ReaderProcess], dict[str, str]]]:
    """Start readers, and end them all afterwards.

    Args:
        names: the readers.
        cache: the folder of their environments.
        alone: whether no environments may be made.
        seconds: the time that each has for a picture.

    Yields:
        the readers that run, and why the others do not.
    """
    running: dict[str, ReaderProcess] = {}
    left_out: dict[str, str] = {}
    with ExitStack() as stack:
        for name in names:
            try:
                python = python_of(name, cache, alone=alone)
                running[name] = ReaderProcess(name, python, seconds)
                stack.callback(running[name].close)
                print(f"{name}: {running[name].about}", file=sys.stderr)
            except ReaderError as reason:
                leave_out(name, reason, left_out)
        yield running, left_out


def leave_out(name: str, reason: ReaderError, left_out: dict[str, str]) -> None:
    """Note why a reader is left out, and say so at once."""
    left_out[name] = str(reason)
    print(f"{name} is skipped: {reason}.", file=sys.stderr)
