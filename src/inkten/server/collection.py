"""Corrected pictures, kept in a folder that ``inkten evaluate`` reads.

    FOLDER/labels.csv             file, text, boxes, written: one row per picture
    FOLDER/pictures/3f9c....png   gray and upright, without metadata

A picture is written before its row, and both appear complete or not at all, so the
folder can be read at any time. Adding one takes the same time however many.
"""

import csv
import errno
import hashlib
import io
import json
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from inkten.datasets.labels import (
    COLUMNS,
    LABELS_FILE,
    READ_AS,
    TEXT_FORM,
    WRITTEN,
    WRITTEN_FORM,
)
from inkten.digits import Box
from inkten.drawing import encode_png
from inkten.errors import DataError, InktenError
from inkten.files import make_room, write_whole

if sys.platform != "win32":
    import fcntl

PICTURES = "pictures"
BOXES = "boxes"  # the column of [x, y, width, height] of each digit, in reading order
OWN_COLUMNS = [*COLUMNS, BOXES, WRITTEN]  # written: only where signs were asked for
LOCK_FILE = ".labels.lock"  # holds the size of all pictures in bytes, as text
NAME_LENGTH = 24  # hexadecimal digits: 96 bits keep pictures apart


class CollectionFull(InktenError):  # noqa: N818 - reads better at the raise
    """The folder has reached its largest size."""


@dataclass(frozen=True, slots=True)
class Collection:
    """A folder of corrected pictures, which several processes may add to."""

    folder: Path
    max_bytes: int
    thread_lock: threading.Lock

    @classmethod
    def in_folder(cls, folder: Path, max_bytes: int) -> "Collection":
        """Open the collection, or start one.

        Raises:
            InktenError: the folder cannot be created or written to, or its labels have
                another format.
        """
        collection = cls(folder, max_bytes, threading.Lock())
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(folder, error) from error
        # Locked, or rows of another process would be lost, and files that it writes to
        # find out whether it may, would vanish while they are counted here.
        with collection._locked() as lock:
            make_room(folder / PICTURES / "any.png")
            if not collection._labels.exists():
                write_whole(collection._labels, _csv([OWN_COLUMNS]))
            collection._add_missing_columns()
            # Counted here only: people may have deleted some since the last start.
            pictures = (folder / PICTURES).iterdir()
            _write_size(lock, sum(file.stat().st_size for file in pictures))
        return collection

    def add(
        self,
        gray: NDArray[np.uint8],
        text: str,
        boxes: list[Box],
        *,
        signs: bool = False,
    ) -> str:
        """Keep one picture with its correct text; returns the name of its file.

        If the same picture comes again, its text is replaced.

        Args:
            gray: (H, W) uint8, upright.
            text: as ``clean_text`` gives it.
            boxes: of the digits that were detected, in pixels of ``gray``.
            signs: the text has its signs.

        Raises:
            CollectionFull: the folder would exceed its largest size.
            InktenError: it cannot be written.
        """
        content = encode_png(gray)
        name = hashlib.sha256(content).hexdigest()[:NAME_LENGTH]
        file = f"{PICTURES}/{name}.png"
        corners = [list(box.to_dict().values()) for box in boxes]
        row = {"file": file, "text": text, BOXES: json.dumps(corners)}
        if signs:
            row |= {"text": _without_signs(text), WRITTEN: text}
        with self.thread_lock, self._locked() as lock:
            try:
                self._add(row, content, lock)
            except OSError as error:
                raise _unwritable(self._labels, error) from error
        return file

    @property
    def _labels(self) -> Path:
        return self.folder / LABELS_FILE

    def _add(self, row: dict[str, str], content: bytes, lock: TextIO) -> None:
        picture = self.folder / row["file"]
        size = _read_size(lock)
        is_new = not picture.exists()
        if is_new:
            size += len(content)
        self._check_room(size + len(_csv([list(row.values())])))
        if is_new:
            write_whole(picture, content)
            _write_size(lock, size)
            self._append(row)
        else:
            self._replace(row)

    def _check_room(self, more: int) -> None:
        if self._labels.stat().st_size + more > self.max_bytes:
            raise CollectionFull(
                f"The collection has reached {self.max_bytes / 1e6:g} MB, its limit. "
                "The service's owner can raise it, or start another folder.",
                parameter="collect_max",
            )

    def _add_missing_columns(self) -> None:
        """Check the labels; add our columns if people or an older version made them."""
        header, rows = self._read()
        if missing := {*COLUMNS} - {*header}:
            raise InktenError(
                f"{self._labels} has no column {' or '.join(sorted(missing))}. Name "
                "the columns in its first line, or give another folder."
            )
        columns = [*OWN_COLUMNS, *(name for name in header if name not in OWN_COLUMNS)]
        if header != columns:
            cells = [dict(zip(header, row, strict=True)) for row in rows]
            table = [[row.get(name, "") for name in columns] for row in cells]
            write_whole(self._labels, _csv([columns, *table]))

    def _read(self) -> tuple[list[str], list[list[str]]]:
        """The names of the columns, and the rows with one cell for each."""
        try:
            with self._labels.open(newline="", encoding="utf-8-sig") as labels:
                header, *rows = list(csv.reader(labels)) or [[]]
        except (OSError, UnicodeError, csv.Error) as error:
            raise InktenError(f"{self._labels} cannot be read ({error}).") from error
        width = len(header)
        return header, [(row + [""] * width)[:width] for row in rows if row]

    def _append(self, row: dict[str, str]) -> None:
        with self._labels.open("r+b", buffering=0) as labels:
            line = _line(row, labels.readline().decode("utf-8-sig"))
            end = labels.seek(-1, os.SEEK_END) + 1
            if labels.read(1) != b"\n":  # as an editor may leave it
                line = f"\n{line}"
            cells = line.encode()
            if labels.write(cells) != len(cells):  # the disk is full: undo it
                labels.truncate(end)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _replace(self, row: dict[str, str]) -> None:
        table = io.StringIO(self._labels.read_text("utf-8-sig"))
        start = table.getvalue().find(f"\n{row['file']},") + 1
        if not start:  # people have quoted or deleted it
            self._replace_anywhere(row)
            return
        line = _line(row, table.readline())
        table.seek(start)
        next(csv.reader(table))  # a cell that people wrote may have newlines
        before, after = table.getvalue()[:start], table.read()
        write_whole(self._labels, before + line + after)

    def _replace_anywhere(self, row: dict[str, str]) -> None:
        header, rows = self._read()
        place = header.index("file")
        others = [each for each in rows if each[place] != row["file"]]
        new = [row.get(name, "") for name in header]
        write_whole(self._labels, _csv([header, *others, new]))

    @contextmanager
    def _locked(self) -> Iterator[TextIO]:
        """Keep other worker processes from writing at the same time."""
        file = self.folder / LOCK_FILE
        try:
            lock = file.open("a+")
        except OSError as error:
            raise _unwritable(file, error) from error
        with lock:
            if sys.platform != "win32":  # there 'inkten serve' allows only one worker
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield lock


def clean_text(text: str, *, signs: bool = False) -> str:
    """A label as ``labels.csv`` has it: '|' between lines, one space between numbers.

    Raises:
        DataError: it has other characters than digits, separators and, if it may have
            ``signs``, those of numbers.
    """
    if signs:
        text = text.translate(READ_AS)
    lines = text.replace("\r", "\n").replace("|", "\n").split("\n")
    cleaned = "|".join(" ".join(line.split()) for line in lines if line.strip())
    if not (WRITTEN_FORM if signs else TEXT_FORM).fullmatch(cleaned):
        known = "digits and signs" if signs else "digits"
        raise DataError(
            f"The text has more than {known}; expected {known}, a space between "
            "numbers and a newline or '|' between lines."
        )
    return cleaned


def _without_signs(text: str) -> str:
    """The digits of a label, as they are read without signs: "12 50" of "12.50"."""
    lines = (re.findall("[0-9]+", line) for line in text.split("|"))
    return "|".join(" ".join(numbers) for numbers in lines if numbers)


def _csv(rows: list[list[str]]) -> str:
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows(rows)
    return table.getvalue()


def _line(row: dict[str, str], header: str) -> str:
    return _csv([[row.get(name, "") for name in next(csv.reader([header]))]])


def _read_size(lock: TextIO) -> int:
    lock.seek(0)
    return int(lock.read() or 0)


def _write_size(lock: TextIO, size: int) -> None:
    lock.seek(0)
    lock.truncate()
    lock.write(str(size))
    lock.flush()


def _unwritable(file: Path, error: OSError) -> InktenError:
    return InktenError(f"cannot be written ({error.strerror}).", name=str(file))
