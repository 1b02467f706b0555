"""A reading as the shell prints it: text, details, JSON or CSV."""

import csv
import io
import json
import os
import sys
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inkten.cli.errors import STANDARD_INPUT, complain, one_line
from inkten.drawing import encode_png
from inkten.files import make_room, write_whole
from inkten.reading import Digit, Reading
from inkten.records import failure_record, reading_record

if TYPE_CHECKING:  # rich is imported where it draws: plain text starts without it
    from rich.console import Console
    from rich.table import Table

CSV_COLUMNS = ("file", "page", "text", "value", "confidence", "error")


class Form(Enum):
    """How readings are printed."""

    TEXT = "text"
    SENTENCE = "sentence"
    DETAILS = "--details"
    JSON = "--json"
    CSV = "--csv"

    @property
    def for_machines(self) -> bool:
        """Whether nothing else may stand on standard output."""
        return self in (Form.JSON, Form.CSV)


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
        """Where tables and pictures are drawn."""
        from rich.console import Console

        return Console(stderr=self.form.for_machines)

    def show(self, reading: Reading) -> None:
        """Show the picture, where there is a terminal to show it."""
        from inkten.cli.terminal import show_picture

        if self.console.is_terminal:
            show_picture(self.console, reading.picture())

    def reading(self, name: str, reading: Reading) -> None:
        """Print what a picture says; that it says nothing is told on stderr."""
        match self.form:
            case Form.SENTENCE:
                self._write(f"{sentence(reading)}\n")
                return
            case Form.TEXT:
                prefix = f"{one_line(name)}: " if self.several else ""
                for line in reading.text.splitlines():
                    self._write(f"{prefix}{line}\n")
            case Form.DETAILS:
                self.console.print(_table(name, reading))
            case Form.JSON:
                self._write(_json_line(reading_record(name, reading)))
            case Form.CSV:
                cells = (reading.page, reading.text, reading.value)
                confidence = f"{reading.confidence:.4f}"
                self._write(_csv_row((name, *cells, confidence, None)))
        if not reading.digits:
            complain(f"{name}: {_nothing(reading)}")

    def error(self, name: str, error: str) -> None:
        """Tell what went wrong with a picture, also in its place where forms have one.

        The line on stderr begins with the picture's name.
        """
        complain(error)
        if self.form is Form.JSON:
            self._write(_json_line(failure_record(name, error)))
        elif self.form is Form.CSV:
            self._write(_csv_row((name, None, None, None, None, error)))

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()  # a reader in a pipe sees each as it comes


def sentence(reading: Reading) -> str:
    """The answer as the original script gives it."""
    if not reading.digits:
        nothing = _nothing(reading)
        return f"{nothing[0].upper()}{nothing[1:]}."
    if len(reading.digits) == 1:
        (digit,) = reading.digits
        if digit.value is None:
            return f"The handwritten digit is not sure; {_guess(digit)}."
        return f"The handwritten digit is recognized as: {reading.text}"
    return f"The handwritten digits are recognized as: {reading.text}"


def _nothing(reading: Reading) -> str:
    """Say that no digit was found, and what came nearest to one."""
    said = "no handwritten digit was found"
    guess = reading.best_guess
    return f"{said}; {_guess(guess)}" if guess else said


def _guess(digit: Digit) -> str:
    return f"the best guess is {digit.guess}, at a confidence of {digit.confidence:.2f}"


def save_picture(reading: Reading, target: Path, name: str, *, several: bool) -> Path:
    """Save a reading's picture as PNG and return where.

    ``target`` is the file, or with several pictures the folder: there each is named
    after its picture, with a number where that name is taken.
    """
    path = _free_place(target, name) if several else target
    make_room(path)
    write_whole(path, encode_png(reading.picture()))
    return path


def _free_place(folder: Path, name: str) -> Path:
    stem, count = "stdin" if name == STANDARD_INPUT else Path(name).stem, 1
    path = folder / f"{stem}-read.png"
    while os.path.exists(path):  # noqa: PTH110 - Path's raises where a name is too long
        count += 1
        path = folder / f"{stem}-read-{count}.png"
    return path


def _json_line(record: dict[str, Any]) -> str:
    return json.dumps(record) + "\n"  # ASCII: valid whatever standard output encodes


def _csv_row(cells: tuple[object, ...]) -> str:
    row = io.StringIO()
    # A newline of its own: Python 3.11 quotes no other character that ends a line.
    csv.writer(row, lineterminator="\n").writerow(cells)
    return row.getvalue()


def _table(name: str, reading: Reading) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    found = f"{reading.text!r}, confidence {reading.confidence:.3f}"
    title = Text(f"{one_line(name)}: {found}", "table.title")
    # Without rules between its columns a table of large boxes fits 80 characters.
    table = Table(
        title=title,
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    for heading in ("line", "digit", "confidence", "likeliest", "x", "y", "size"):
        table.add_column(heading, justify="right")
    for row, line in enumerate(reading.lines, 1):
        for digit in (digit for number in line for digit in number.digits):
            box = digit.box
            table.add_row(
                str(row),
                digit.text,
                f"{digit.confidence:.3f}",
                _likeliest(digit),
                f"{box.x:.0f}",
                f"{box.y:.0f}",
                f"{box.width:.0f}x{box.height:.0f}",
            )
    return table


def _likeliest(digit: Digit) -> str:
    ranked = [(str(value), likely) for value, likely in digit.best(3)]
    ranked.append(("no digit", digit.no_digit))
    ranked.sort(key=lambda pair: -pair[1])
    return "  ".join(f"{what} {likely:.3f}" for what, likely in ranked[:3])
