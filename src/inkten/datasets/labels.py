"""Your own pictures with known texts: a labels.csv, or a folder per digit.

The texts are digits alone; or numbers as they are written, with their signs.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from inkten.errors import DataError

LABELS_FILE = "labels.csv"
COLUMNS = ("file", "text")
SOURCE_COLUMNS = ("source", "repo")  # optional: who made the picture
WRITTEN = "written"  # a column for the text with its signs
TEXT_FORM = re.compile(r"[0-9| ]*")  # digits; '|' between lines, ' ' between numbers
WRITTEN_FORM = re.compile(r"[0-9| .,'\-/:+=x÷()%½]*")
# Signs that are read as others, as inkten.classification.classes says.
READ_AS = str.maketrans("×*−–’[]", "xx--'()")  # noqa: RUF001


@dataclass(frozen=True)
class LabelledPicture:
    """A picture and the text written on it; fields that the labels lack are empty."""

    file: str  # as in the labels
    path: Path
    text: str  # "7", "12 7", "561|247" for two lines, "" for no digit; or "12.50"
    source: str = ""  # who made the picture
    kind: str = ""  # "photo", "scan", "drawing"...
    note: str = ""  # what is special about the picture


def load_labels(path: Path, *, written: bool = False) -> list[LabelledPicture]:
    """List the pictures of a labels.csv or a folder.

    Args:
        path: a CSV file with the columns ``file`` (relative to the CSV's folder) and
            ``text`` and optionally ``source``, ``kind`` and ``note``; a folder with
            such a ``labels.csv``; or a folder with some of the subfolders ``0`` to
            ``9``.
        written: the texts have signs; they are in the column ``written`` of the CSV
            file, or in ``text`` where that is missing or empty.

    Raises:
        DataError: the path does not exist, or is in another format.
    """
    if path.is_dir():
        inside = path / LABELS_FILE
        if inside.is_file():
            pictures = _read_csv(inside, written=written)
        else:
            pictures = _list_digits(path)
    elif path.is_file():
        pictures = _read_csv(path, written=written)
    else:
        raise DataError(
            f"{path} does not exist; expected a labels.csv, or a folder with the "
            "subfolders 0 to 9. Check the name."
        )
    if not pictures:
        raise DataError(f"{path} lists no pictures; expected one or more. Add some.")
    return pictures


def select_by_note(
    pictures: Iterable[LabelledPicture], *, only: str = "", without: str = ""
) -> list[LabelledPicture]:
    """Keep the pictures whose note contains ``only`` and does not contain ``without``.

    Case is ignored; an empty text excludes nothing.

    Raises:
        DataError: no picture is left.
    """
    kept = [
        each
        for each in pictures
        if only.lower() in each.note.lower()
        and not (without and without.lower() in each.note.lower())
    ]
    if not kept:
        raise DataError(
            f"no picture has a note with {only!r} and without {without!r}; expected "
            "one or more. Check the column 'note' of the labels."
        )
    return kept


def _read_csv(path: Path, *, written: bool) -> list[LabelledPicture]:
    try:
        # utf-8-sig: spreadsheets write a byte order mark first
        with path.open(newline="", encoding="utf-8-sig") as file:
            rows = csv.DictReader(file)
            given = rows.fieldnames or ()
            has_written = written and WRITTEN in given
            columns = (COLUMNS[0], WRITTEN) if has_written else COLUMNS
            if any(name not in given for name in columns):
                raise DataError(
                    f"{path} has the columns {', '.join(given or ['none'])}; "
                    f"expected {' and '.join(COLUMNS)}. Name them in the first line."
                )
            if not written:
                return [_picture(row, path, rows.line_num) for row in rows]
            return [
                _picture(
                    row | {"text": _written(row).translate(READ_AS)},
                    path,
                    rows.line_num,
                    WRITTEN_FORM,
                )
                for row in rows
            ]
    except UnicodeError:
        raise DataError(
            f"{path} is not a CSV file in UTF-8; expected one with the columns file "
            "and text, or a folder with the subfolders 0 to 9. A picture goes into the "
            "subfolder of its digit."
        ) from None
    except (OSError, csv.Error) as error:
        raise DataError(
            f"{path} cannot be read ({error}); expected a CSV file in UTF-8 with the "
            "columns file and text. Save it again in that format."
        ) from error


def _written(row: dict[str, str | None]) -> str:
    return row.get(WRITTEN) or row.get(COLUMNS[1]) or ""


def _picture(
    row: dict[str, str | None],
    path: Path,
    line: int,
    form: re.Pattern[str] = TEXT_FORM,
) -> LabelledPicture:
    file, text = row["file"], row["text"]
    if not file or text is None or not form.fullmatch(text):
        signs = " and signs" if form is WRITTEN_FORM else ""
        raise DataError(
            f"{path}, line {line}: file {file!r}, text {text!r}; expected a file name "
            f"and digits{signs} ('|' between lines). Correct the line."
        )
    text = text.strip(" |")  # separators inside the text are kept
    source = next((row[name] for name in SOURCE_COLUMNS if row.get(name)), None)
    return LabelledPicture(
        *(file, path.parent / file, text, source or ""),
        kind=row.get("kind") or "",
        note=row.get("note") or "",
    )


def _list_digits(folder: Path) -> list[LabelledPicture]:
    subfolders = [folder / str(digit) for digit in range(10)]
    present = [subfolder for subfolder in subfolders if subfolder.is_dir()]
    if not present:
        raise DataError(
            f"{folder} has neither a {LABELS_FILE} nor a subfolder 0 to 9. Sort the "
            "pictures into subfolders named after their digit."
        )
    return [
        LabelledPicture(f"{subfolder.name}/{path.name}", path, subfolder.name)
        for subfolder in present
        for path in sorted(subfolder.iterdir())
        if path.is_file() and not path.name.startswith(".")
    ]
