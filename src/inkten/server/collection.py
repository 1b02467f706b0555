"""Corrected pictures, kept in a folder that ``inkten evaluate`` reads.

    FOLDER/labels.csv             file, text, boxes: a row for each picture
    FOLDER/pictures/3f9c....png   gray and upright, without its metadata

A picture is written before the row that names it, and either appears whole or not at
all, so the folder can be read at any time.
"""

import csv
import hashlib
import io
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inkten.datasets.labels import COLUMNS, LABELS_FILE, TEXT_FORM
from inkten.drawing import encode_png
from inkten.errors import DataError, InktenError
from inkten.files import make_room, write_whole
from inkten.reading import Box

if sys.platform != "win32":
    import fcntl

PICTURES = "pictures"
BOXES = "boxes"  # the column of [x, y, width, height] of each digit, in reading order
LOCK_FILE = ".labels.lock"
NAME_LENGTH = 24  # hexadecimal digits: 96 bits keep pictures apart


@dataclass(frozen=True, slots=True)
class Collection:
    """A folder of corrected pictures, which several processes may add to."""

    folder: Path
    lock: threading.Lock

    @classmethod
    def in_folder(cls, folder: Path) -> "Collection":
        """Open the collection, or begin one.

        Raises:
            InktenError: the folder cannot be made or written to, or holds labels of
                another form.
        """
        collection = cls(folder, threading.Lock())
        make_room(folder / PICTURES / "any.png")
        with collection._others_locked_out():  # or rows of another would be lost
            if not collection._labels.exists():
                write_whole(collection._labels, _table([]))
            collection._rows()
        return collection

    def add(self, gray: NDArray[np.uint8], text: str, boxes: list[Box]) -> str:
        """Keep one picture with what it really says; returns its file's name.

        The same picture, sent again, gets its new text and is not kept twice.

        Args:
            gray: (H, W) uint8, upright.
            text: as ``clean_text`` gives it.
            boxes: of the digits that were found, in pixels of ``gray``.

        Raises:
            InktenError: it cannot be written.
        """
        content = encode_png(gray)
        name = hashlib.sha256(content).hexdigest()[:NAME_LENGTH]
        file = f"{PICTURES}/{name}.png"
        corners = [list(box.to_dict().values()) for box in boxes]
        with self.lock, self._others_locked_out():
            write_whole(self.folder / file, content)
            rows = [row for row in self._rows() if row["file"] != file]
            rows.append({"file": file, "text": text, BOXES: json.dumps(corners)})
            write_whole(self._labels, _table(rows))
        return file

    @property
    def _labels(self) -> Path:
        return self.folder / LABELS_FILE

    def _rows(self) -> list[dict[str, str]]:
        try:
            with self._labels.open(newline="", encoding="utf-8-sig") as labels:
                reader = csv.DictReader(labels, restval="")
                if not {*COLUMNS} <= {*(reader.fieldnames or ())}:
                    raise InktenError(
                        f"{self._labels} has no columns {' and '.join(COLUMNS)}. Name "
                        "them in its first line, or give another folder."
                    )
                # What stands behind the last column has no name, and goes.
                return [{name: row[name] for name in row if name} for row in reader]
        except (OSError, UnicodeError, csv.Error) as error:
            raise InktenError(f"{self._labels} cannot be read ({error}).") from error

    @contextmanager
    def _others_locked_out(self) -> Iterator[None]:
        """Keep other worker processes from writing at the same time."""
        if sys.platform == "win32":  # there 'inkten serve' allows only one worker
            yield
            return
        file = self.folder / LOCK_FILE
        try:
            lock = file.open("a")
        except OSError as error:
            raise InktenError(
                f"{file}: cannot be written ({error.strerror})."
            ) from error
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def clean_text(text: str) -> str:
    """A label as ``labels.csv`` has it: '|' between lines, one space between numbers.

    Raises:
        DataError: it holds more than digits.
    """
    lines = text.replace("\r", "\n").replace("|", "\n").split("\n")
    cleaned = "|".join(" ".join(line.split()) for line in lines if line.strip())
    if not TEXT_FORM.fullmatch(cleaned):
        raise DataError(
            "The text holds more than digits; expected digits, a space between numbers "
            "and a newline or '|' between lines."
        )
    return cleaned


def _table(rows: list[dict[str, str]]) -> str:
    table = io.StringIO()
    extra = [name for row in rows for name in row if name not in (*COLUMNS, BOXES)]
    columns = dict.fromkeys((*COLUMNS, BOXES, *extra))  # people may have added some
    writer = csv.DictWriter(table, list(columns), lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return table.getvalue()
