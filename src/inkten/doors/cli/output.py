"""A reading as the shell prints it: text, details, JSON or CSV."""

import csv
import io
import json
import sys
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inkten import InktenError, Reading
from inkten.answer import SCHEMA_VERSION
from inkten.draw import encode_png
from inkten.files import write_whole

if TYPE_CHECKING:  # rich is imported where it draws: plain text starts without it
    from rich.console import Console
    from rich.table import Table

CSV_COLUMNS = ("file", "page", "text", "value", "confidence", "error")


class Form(Enum):
    """How readings are printed."""

    TEXT = "text"
    DETAILS = "--details"
    JSON = "--json"
    CSV = "--csv"


class Printer:
    """Prints one reading after the other in one form, on standard output."""

    def __init__(self, form: Form, *, several: bool) -> None:
        """With ``several`` pictures, each line of text names its own."""
        self.form = form
        self.several = several
        if form is Form.CSV:
            self._write(_csv_row(CSV_COLUMNS))

    @cached_property
    def console(self) -> "Console":
        """Where tables and pictures are drawn: standard output."""
        from rich.console import Console

        return Console()

    def reading(self, name: str, reading: Reading) -> None:
        """Print what a picture says; pictures without a digit print no text."""
        match self.form:
            case Form.TEXT:
                prefix = f"{name}: " if self.several else ""
                for line in reading.text.splitlines():
                    self._write(f"{prefix}{line}")
            case Form.DETAILS:
                self.console.print(_table(name, reading))
            case Form.JSON:
                self._write(_json_line({"file": name} | reading.to_dict()))
            case Form.CSV:
                cells = (reading.page, reading.text, reading.value)
                confidence = f"{reading.confidence:.4f}"
                self._write(_csv_row((name, *cells, confidence, None)))

    def error(self, name: str, error: Exception) -> None:
        """Keep a place for a picture that could not be read, where forms have one."""
        if self.form is Form.JSON:
            failure = {"file": name, "schema": SCHEMA_VERSION, "error": str(error)}
            self._write(_json_line(failure))
        elif self.form is Form.CSV:
            self._write(_csv_row((name, None, None, None, None, error)))

    def _write(self, line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()  # a reader in a pipe sees each as it comes


def sentence(reading: Reading) -> str:
    """The answer as the original script gives it."""
    if not reading.digits:
        return "No handwritten digit was found."
    if len(reading.digits) == 1:
        return f"The handwritten digit is recognized as: {reading.text}"
    return f"The handwritten digits are recognized as: {reading.text}"


def save_picture(reading: Reading, target: Path, name: str, *, several: bool) -> Path:
    """Save a reading's picture as PNG and return where.

    ``target`` is the file, or with several pictures the folder: there each is named
    after its picture, with a number where that name is taken.
    """
    if several:
        try:
            target.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InktenError(
                f"{target}: cannot be written ({error.strerror}). Name a folder that "
                "may be made and written to."
            ) from error
        stem, count = Path(name).stem, 1
        path = target / f"{stem}-read.png"
        while path.exists():
            count += 1
            path = target / f"{stem}-read-{count}.png"
    else:
        path = target
    write_whole(path, encode_png(reading.picture()))
    return path


def _json_line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False)


def _csv_row(cells: tuple[object, ...]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue()


def _table(name: str, reading: Reading) -> "Table":
    from rich.table import Table

    found = f"{reading.text!r}, confidence {reading.confidence:.3f}"
    table = Table(title=f"{name}: {found}", title_justify="left")
    for heading in ("line", "digit", "confidence", "likeliest", "x", "y", "size"):
        table.add_column(heading, justify="right")
    for row, line in enumerate(reading.lines, 1):
        for digit in (digit for number in line for digit in number.digits):
            likeliest = "  ".join(f"{d} {p:.3f}" for d, p in digit.best(3))
            box = digit.box
            table.add_row(
                str(row),
                digit.text,
                f"{digit.confidence:.3f}",
                likeliest,
                f"{box.x:.0f}",
                f"{box.y:.0f}",
                f"{box.width:.0f}x{box.height:.0f}",
            )
    return table
