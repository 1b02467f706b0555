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

from inkten.cli.errors import one_line, print_error, with_option
from inkten.cli.sources import STANDARD_INPUT, Source
from inkten.digits import Digit
from inkten.errors import InktenError
from inkten.files import make_room
from inkten.reading import Reading
from inkten.records import failure_record, reading_record

if TYPE_CHECKING:  # rich is imported where it draws: plain text starts without it
    from rich.console import Console
    from rich.table import Table

    from inkten.forms.result import FormReading

CSV_COLUMNS = ("file", "page", "text", "value", "confidence", "error")


class OutputFormat(Enum):
    """How readings are printed."""

    TEXT = "text"
    SENTENCE = "sentence"
    DETAILS = "--details"
    JSON = "--json"
    CSV = "--csv"

    @property
    def for_programs(self) -> bool:
        """Whether nothing else may be printed on standard output."""
        return self in (OutputFormat.JSON, OutputFormat.CSV)


class Printer:
    """Prints readings one after the other on standard output."""

    def __init__(
        self, output_format: OutputFormat, *, several: bool, decimals: bool = False
    ) -> None:
        """Print the heading, if the format has one.

        Args:
            output_format: how readings are printed.
            several: each line of text starts with the file's name.
            decimals: CSV has one more column, decimal.
        """
        self.format = output_format
        self.several = several
        self.decimals = decimals
        if output_format is OutputFormat.CSV:
            self._write(_csv_row((*CSV_COLUMNS, *("decimal",) * decimals)))

    @cached_property
    def console(self) -> "Console":
        """Where tables and pictures are drawn."""
        from rich.console import Console

        return Console(stderr=self.format.for_programs)

    def show(self, reading: Reading) -> None:
        """Show the picture, if there is a terminal to show it in."""
        from inkten.cli.terminal import show_picture

        if self.console.is_terminal:
            show_picture(self.console, reading.picture())

    def reading(self, source: Source, reading: Reading) -> None:
        """Print a reading; one without digits is reported on standard error."""
        match self.format:
            case OutputFormat.SENTENCE:
                self._write(f"{sentence(reading)}\n")
                return
            case OutputFormat.TEXT:
                prefix = f"{one_line(source.label)}: " if self.several else ""
                for line in reading.text.splitlines():
                    self._write(f"{prefix}{line}\n")
            case OutputFormat.DETAILS:
                self.console.print(_table(source.label, reading))
            case OutputFormat.JSON:
                self._write(_json_line(reading_record(source.name, reading)))
            case OutputFormat.CSV:
                cells = (reading.page, reading.text, reading.value)
                confidence = f"{reading.confidence:.4f}"
                row = source.name, *cells, confidence, None
                self._write(_csv_row((*row, *(reading.decimal,) * self.decimals)))
        if not reading.digits:
            print_error(f"{source.label}: {_no_digit(reading)}")

    def form(self, source: Source, reading: "FormReading") -> None:
        """Print what was read of a form, as text or JSON; later pages have a title."""
        if self.format is OutputFormat.JSON:
            record = {"file": source.name, "page": source.page, **reading.to_dict()}
            self._write(_json_line(record))
        else:
            title = f"{one_line(source.label)}\n" if source.page > 1 else ""
            self._write(f"{title}{reading}\n")

    def error(self, source: Source, error: InktenError) -> None:
        """Report a picture that could not be read; JSON and CSV have a record of it."""
        if error.name is None:
            error.name = source.label
        print_error(error)
        if self.format is OutputFormat.JSON:
            record = failure_record(source.name, with_option(error), source.page)
            self._write(_json_line(record))
        elif self.format is OutputFormat.CSV:
            empty = (None,) * (len(CSV_COLUMNS) - 3)
            cells = (source.name, source.page, *empty, with_option(error))
            self._write(_csv_row((*cells, *(None,) * self.decimals)))

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()  # a reader in a pipe gets each line as it comes


def sentence(reading: Reading) -> str:
    """The answer as the original script prints it."""
    if not reading.digits:
        message = _no_digit(reading)
        return f"{message[0].upper()}{message[1:]}."
    if len(reading.digits) == 1:
        (digit,) = reading.digits
        if digit.value is None:
            return f"The handwritten digit is uncertain; {_best_guess(digit)}."
        return f"The handwritten digit is recognized as: {reading.text}"
    return f"The handwritten digits are recognized as: {reading.text}"


def _no_digit(reading: Reading) -> str:
    """Say that no digit was found, and what came closest to one."""
    message = "no handwritten digit was found"
    guess = reading.best_guess
    return f"{message}; {_best_guess(guess)}" if guess else message


def _best_guess(digit: Digit) -> str:
    return f"the best guess is {digit.guess}, with confidence {digit.confidence:.2f}"


def save_picture(
    reading: Reading, target: Path, source: Source, *, several: bool
) -> None:
    """Save a reading's picture with its digits boxed.

    Args:
        reading: what was read.
        target: the file; or a folder, if it is one or there are ``several`` pictures.
            Files in a folder are named after the pictures that were read, with a number
            if that name is taken.
        source: the picture that was read.
        several: whether more than one picture is read.

    Raises:
        InktenError: the picture cannot be saved.
    """
    is_folder = several or target.is_dir()
    path = _free_path(target, source.name) if is_folder else target
    make_room(path)
    reading.save(path)


def _free_path(folder: Path, name: str) -> Path:
    stem, count = "stdin" if name == STANDARD_INPUT else Path(name).stem, 1
    path = folder / f"{stem}-read.png"
    while os.path.exists(path):  # noqa: PTH110 - Path's raises where a name is too long
        count += 1
        path = folder / f"{stem}-read-{count}.png"
    return path


def _json_line(record: dict[str, Any]) -> str:
    return json.dumps(record) + "\n"  # ASCII: valid in any encoding


def _csv_row(cells: tuple[object, ...]) -> str:
    row = io.StringIO()
    # The line terminator is set, as Python 3.11 quotes only its characters.
    csv.writer(row, lineterminator="\n").writerow(cells)
    return row.getvalue()


def _table(label: str, reading: Reading) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    summary = f"{reading.text!r}, confidence {reading.confidence:.3f}"
    title = Text(f"{one_line(label)}: {summary}", "table.title")
    # Without rules between its columns, a table of large boxes fits 80 characters.
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
        for part in (part for number in line for part in number.parts):
            box = part.box
            table.add_row(
                str(row),
                part.text,
                f"{part.confidence:.3f}",
                _likeliest(part) if isinstance(part, Digit) else "",
                f"{box.x:.0f}",
                f"{box.y:.0f}",
                f"{box.width:.0f}x{box.height:.0f}",
            )
    return table


def _likeliest(digit: Digit) -> str:
    ranked = [(str(value), probability) for value, probability in digit.best(3)]
    ranked.append(("no digit", digit.no_digit))
    ranked.sort(key=lambda pair: -pair[1])
    return "  ".join(f"{name} {probability:.3f}" for name, probability in ranked[:3])
