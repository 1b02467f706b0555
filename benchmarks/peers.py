"""Readers to compare with inkten: how they are installed, started and asked."""

import json
import shutil
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


class ReaderError(Exception):
    """A reader cannot be used; the message is the reason."""


class Answer(NamedTuple):
    """What a reader answered for one picture."""

    text: str  # digits, and a newline between lines
    error: str
    seconds: float


class ReaderProcess:
    """A reader in its own process, which waits while others read."""

    def __init__(self, name: str, python: str) -> None:
        """Start the reader and load its models.

        Raises:
            ReaderError: a library is missing, or a model cannot be loaded.
        """
        self._process = subprocess.Popen(
            [python, str(READING), name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            first = self._next()
            if "error" in first:
                raise ReaderError(f"it cannot be loaded ({first['error']})")
        except ReaderError:
            self.close()
            raise
        self.about: str = first["about"]

    def read(self, path: Path) -> Answer:
        """Let it read one picture.

        Raises:
            ReaderError: the process has ended.
        """
        assert self._process.stdin
        with suppress(BrokenPipeError):  # why it ended is said below
            print(path.resolve(), file=self._process.stdin, flush=True)
        answer = self._next()
        pieces = [Piece(*piece) for piece in answer["pieces"]]
        return Answer(text_of(pieces), answer["error"], answer["seconds"])

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def _next(self) -> dict[str, Any]:
        assert self._process.stdout
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
    names: Sequence[str], cache: Path, *, alone: bool
) -> Iterator[tuple[dict[str, ReaderProcess], dict[str, str]]]:
    """Start readers, and end them all afterwards.

    Yields:
        the readers that run, and why the others do not.
    """
    running: dict[str, ReaderProcess] = {}
    left_out: dict[str, str] = {}
    with ExitStack() as stack:
        for name in names:
            try:
                python = python_of(name, cache, alone=alone)
                running[name] = ReaderProcess(name, python)
                stack.callback(running[name].close)
            except ReaderError as reason:
                leave_out(name, reason, left_out)
        yield running, left_out


def leave_out(name: str, reason: ReaderError, left_out: dict[str, str]) -> None:
    """Note why a reader is left out, and say so at once."""
    left_out[name] = str(reason)
    print(f"{name} is skipped: {reason}.", file=sys.stderr)
