"""How many cells of a table come out right, and how many tables whole.

    python benchmarks/tables.py
    python benchmarks/tables.py --n 480 --labels my_tables.csv

Each made page (``table_pages.py``) is read twice: by the reader, and with the true box
and value of every digit, which measures the rows and columns alone. A cell is right if
it has the right text in the right row and column; rows and columns too many or too few
(a headline taken for a row) shift nothing: the rest is compared where it belongs. "In
place" are, of the numbers read right, those that are in their row and column.

``--labels`` is a CSV file with the columns ``file`` (relative to it) and ``cells``:
cells separated by ``,`` and rows by ``|``.
"""

import argparse
import csv
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from figures import Row, conditions, print_conditions, print_rows, write_json
from sheets import numbers, write_sheet
from table_pages import RULES, VIEWS, TablePage, make_table

from inkten import Box, Digit, Number, Reader, Reading
from inkten.classification.tiles import TILE_SIDE
from inkten.layout.lines import find_lines
from inkten.options import ReadOptions
from inkten.reading import ReadAgain

SEED = 20_261_129
PHOTO = 4000, 3000  # px: 12 megapixels
PHOTO_ROWS, PHOTO_DIGITS = 18, 15  # 270 digits, in five columns of three

Texts = list[list[str]]


class Score(NamedTuple):
    """How one table compares to the truth."""

    right: int
    cells: int
    whole: bool
    in_place: int  # numbers that are right, and in their row and column
    read: int  # numbers that are right, wherever they are
    seconds: float = 0.0


def score(found: Texts, true: Texts, seconds: float = 0.0) -> Score:
    """Compare a table with the truth."""
    rows = aligned(found, true)
    columns = aligned(_transposed(found), _transposed(true))
    right = in_place = 0
    for row, cells in enumerate(true):
        for column, text in enumerate(cells):
            if row not in rows or column not in columns:
                continue
            if found[rows[row]][columns[column]] == text:
                right += 1
                in_place += text != ""
    have = Counter(text for row in found for text in row if text)
    want = Counter(text for row in true for text in row if text)
    count = sum(map(len, true))
    read = (have & want).total()
    return Score(right, count, found == true, in_place, read, seconds)


def aligned(found: Texts, true: Texts) -> dict[int, int]:
    """The row of ``found`` that each true row is most like, in their order."""
    best = np.zeros((len(true) + 1, len(found) + 1))
    for i, wanted in enumerate(true, 1):
        for j, row in enumerate(found, 1):
            same = 0.01 + _common(wanted, row)
            best[i, j] = max(best[i - 1, j], best[i, j - 1], best[i - 1, j - 1] + same)
    pairs = {}
    i, j = len(true), len(found)
    while i and j:
        if best[i, j] == best[i - 1, j]:
            i -= 1
        elif best[i, j] == best[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs[i] = j
    return pairs


def _common(first: Sequence[str], second: Sequence[str]) -> int:
    """How many texts two rows have in common."""
    return sum(((Counter(first) & Counter(second)) - Counter([""])).values())


def _transposed(texts: Texts) -> Texts:
    return [list(column) for column in zip(*texts, strict=True)]


def true_reading(page: TablePage) -> Reading:
    """The reading of a reader that makes no mistake."""

    def digit(place: int) -> Digit:
        sure = np.zeros(10, np.float32)
        sure[page.values[place]] = 0.99
        tile = np.zeros((TILE_SIDE, TILE_SIDE), np.float32)
        return Digit.of(sure, Box(*page.boxes[place].tolist()), tile, 0.5)

    lines = tuple(
        tuple(Number(tuple(map(digit, number))) for number in line.numbers)
        for line in find_lines(page.boxes)
    )
    return Reading(lines, page.gray)


def measure(
    count: int,
    seed: int,
    read: Callable[[TablePage], Reading],
    read_again: ReadAgain | None = None,
) -> list[tuple[TablePage, Score]]:
    """Read made pages and score their tables; the time is that of the table alone."""
    scores = []
    for number in range(count):
        rules = RULES[number % len(RULES)]
        view = VIEWS[number // len(RULES) % len(VIEWS)]
        page = make_table((seed, number), rules, view)
        reading = read(page)
        start = time.perf_counter()
        texts = reading.table(read_again=read_again).texts
        scores.append((page, score(texts, page.cells, time.perf_counter() - start)))
    return scores


def summary(name: str, reader: str, scores: Sequence[Score]) -> Row:
    """One row of figures."""
    read = sum(each.read for each in scores)
    return {
        "tables": name,
        "digits": reader,
        "n": len(scores),
        "cells right": _share(
            sum(s.right for s in scores), sum(s.cells for s in scores)
        ),
        "whole": _share(sum(each.whole for each in scores), len(scores)),
        "in place": _share(sum(each.in_place for each in scores), read),
        "ms": f"{1000 * float(np.median([each.seconds for each in scores])):.0f}",
    }


def _share(part: int, total: int) -> str:
    return f"{part / total:.3f}" if total else "-"


def by_kind(reader: str, scores: Sequence[tuple[TablePage, Score]]) -> Iterable[Row]:
    """A row for all pages, and one for each kind of page."""
    yield summary("all made tables", reader, [score for _, score in scores])
    kinds: dict[str, Callable[[TablePage], bool]] = {
        **{rules: lambda page, rules=rules: page.rules == rules for rules in RULES},
        **{view: lambda page, view=view: page.view == view for view in VIEWS},
        "with words": lambda page: page.has_words,
    }
    for name, belongs in kinds.items():
        own = [score for page, score in scores if belongs(page)]
        if own:
            yield summary(name, reader, own)


def labelled(reader: Reader, labels: Path) -> tuple[list[Score], list[str]]:
    """Score tables with known cells, and list what is wrong in each."""
    scores, wrong = [], []
    options = _options(reader)
    with labels.open(newline="", encoding="utf-8-sig") as file:
        for line in csv.DictReader(file):
            true = [row.split(",") for row in line["cells"].split("|")]
            reading = reader.read(labels.parent / line["file"], options)
            start = time.perf_counter()
            found = reading.table(read_again=_again(reader, options)).texts
            scores.append(score(found, true, time.perf_counter() - start))
            wrong.append(f"{line['file']}: {_differences(found, true)}")
    return scores, wrong


def _differences(found: Texts, true: Texts) -> str:
    rows = aligned(found, true)
    columns = aligned(_transposed(found), _transposed(true))
    size = f"{len(found)}x{len(found[0]) if found else 0}"
    wanted = f"{len(true)}x{len(true[0])}"
    parts = [f"{size} for {wanted}"] if size != wanted else []
    for row, cells in enumerate(true):
        for column, text in enumerate(cells):
            is_there = row in rows and column in columns
            got = found[rows[row]][columns[column]] if is_there else None
            if got != text:
                parts.append(f"({row + 1}, {column + 1}) {got!r} for {text!r}")
    return "; ".join(parts) or "whole"


def _options(reader: Reader) -> ReadOptions:
    """Pages of tables are read with signs, as 'inkten table' does."""
    return ReadOptions(signs=reader.names_signs)


def _again(reader: Reader, options: ReadOptions) -> ReadAgain:
    return partial(reader.read_many, options=options)


def seconds_to_xlsx(reader: Reader, runs: int) -> float:
    """The time from a photo of a table of 270 digits to its XLSX file, warm."""
    rng = np.random.default_rng(SEED)
    lines = [
        "   ".join(numbers(rng, lines=PHOTO_DIGITS // 3, digits=3))
        for _ in range(PHOTO_ROWS)
    ]
    photo = write_sheet(rng, lines, size=PHOTO, digit=80)
    jpeg = cv2.imencode(".jpg", photo)[1].tobytes()
    times = []
    options = _options(reader)
    for _ in range(runs + 1):
        start = time.perf_counter()
        reading = reader.read(jpeg, options)
        reading.table(read_again=_again(reader, options)).to_xlsx()
        times.append(time.perf_counter() - start)
    return float(np.median(times[1:]))


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=240, help="pages (default 240)")
    parser.add_argument("--seed", type=int, default=SEED, help="of the pages")
    parser.add_argument("--labels", type=Path, help="a CSV file of tables")
    parser.add_argument("--runs", type=int, default=5, help="timed reads of a photo")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    arguments = parser.parse_args()
    reader = Reader()
    options = _options(reader)

    def read(page: TablePage) -> Reading:
        return reader.read(page.gray, options)

    again = _again(reader, options)
    made = [
        ("true", measure(arguments.n, arguments.seed, true_reading)),
        ("read", measure(arguments.n, arguments.seed, read, again)),
    ]
    rows = [row for name, scores in made for row in by_kind(name, scores)]
    wrong: list[str] = []
    if arguments.labels:
        scores, wrong = labelled(reader, arguments.labels)
        rows.append(summary(arguments.labels.name, "read", scores))
    seconds = seconds_to_xlsx(reader, arguments.runs)
    where = conditions(n=arguments.n, seed=arguments.seed)
    print_conditions(where)
    print_rows(rows)
    print(f"\n270 digits on 12 megapixels to XLSX, warm: {seconds:.2f} s")
    print("".join(f"\n{line}" for line in wrong))
    figures = {"tables": rows, "seconds_to_xlsx": seconds, "wrong": wrong}
    write_json(arguments.json, where, figures)


if __name__ == "__main__":
    main()
