"""Fonts of a pack: ``fonts.csv`` and the files below ``fonts/``.

file,family,weight,part
allison-400.woff2,allison,1.0,train
"""

import csv
import math
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from inkten.datasets.pack_files import file_in, joined, pack_error

COLUMNS = ("file", "family", "weight", "part")


@dataclass(frozen=True)
class Font:
    """A font file that looks written by hand.

    Attributes:
        path: The file; any that FreeType opens.
        family: Its family: weights and styles of one design.
        weight: How often it is used, relative to the others.
    """

    path: Path
    family: str
    weight: float


def read_fonts(table: Path, part: str, parts: Collection[str]) -> list[Font]:
    """Read the fonts of one part.

    Args:
        table: ``fonts.csv``.
        part: The part to read.
        parts: All parts of the pack.

    Raises:
        DataError: the table is damaged, or one of its rows, of any part, is wrong.
    """
    try:
        with table.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            columns = set(reader.fieldnames or ())
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise pack_error(
            table, f"cannot be read ({error})", "a CSV table in UTF-8"
        ) from error
    if missing := set(COLUMNS) - columns:
        raise pack_error(table, f"no column {joined(missing)}", joined(COLUMNS))
    fonts = [(row["part"], _font(table, number, row, parts)) for number, row in rows]
    return [font for of_part, font in fonts if of_part == part]


def _font(
    table: Path, number: int, row: dict[str, str], parts: Collection[str]
) -> Font:
    if empty := [column for column in COLUMNS if not row[column]]:
        raise pack_error(table, f"no {joined(empty)} in line {number}", joined(COLUMNS))
    if row["part"] not in parts:
        raise pack_error(table, f"part {row['part']} in line {number}", joined(parts))
    try:
        weight = float(row["weight"])
    except ValueError:
        weight = math.nan
    if not (weight > 0 and math.isfinite(weight)):
        raise pack_error(
            table, f"weight {row['weight']!r} in line {number}", "a number above 0"
        )
    path = file_in(table.with_name("fonts"), row["file"], listed_in=table)
    return Font(path, row["family"], weight)
