"""Accuracy and speed of inkten and other readers.

    python benchmarks/readers.py --cache ~/.cache/peers
    python benchmarks/readers.py --labels my-pictures/labels.csv

Without labels, the pictures are sheets of one to three numbers written by sheets.py,
and tables made by table_pages.py. Only digits count. All readers read the same
pictures, and what each reads is joined into lines by the same rule (reading_order.py):

- `inkten`, as installed here, without `single`;
- `plain_recipe`, the script that inkten started from: gray, 28x28, arg max;
- `rapidocr`, PP-OCR's models on ONNX Runtime, in its own environment;
- `digit_recognizer_py`, a network in PyTorch that reads one digit per picture, in its
  own environment;
- `tesseract`, restricted to digits; skipped if it is not installed.

They take turns, picture by picture, each in its own process with its default threads.
A reader that cannot be installed or run is left out, and the output says why. One that
takes too long for a picture (--seconds) has not read it. Standard error shows how far
they are. A run that is stopped resumes if it is started again with the same --cache.
"""

import argparse
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from environments import packages_of
from figures import conditions, print_conditions, print_table, write_json
from labelled_pages import write_sheets, write_tables
from peers import (
    ANSWER_SECONDS,
    NAMES,
    OURS,
    PACKAGES,
    Answer,
    ReaderError,
    ReaderProcess,
    leave_out,
    started,
)
from turns import SavedAnswers, read_in_turns, saved_answers

from inkten.datasets.labels import LabelledPicture, load_labels
from inkten.evaluation import answers as evaluation
from inkten.evaluation.evaluate import labelled_cases
from inkten.evaluation.measure import without_separators

MADE = 60  # sheets, and tables

PictureSets = dict[str, list[LabelledPicture]]


class Result(NamedTuple):
    """The figures of a reader on one set of pictures."""

    n: int
    exact: float  # share of the pictures with every digit correct
    by_source: float | None  # the same, averaged over the sources
    character_error_rate: float
    unread: int  # pictures that the reader failed on
    p50: float  # milliseconds per picture
    mean: float
    exact_lines: float | None = None  # share of the written lines; None without any


def result(pictures: Sequence[LabelledPicture], answers: Sequence[Answer]) -> Result:
    """The figures of one reader.

    Raises:
        ReaderError: it failed on every picture.
    """
    errors = [answer.error for answer in answers if answer.error]
    if len(errors) == len(answers):
        raise ReaderError(f"it reads nothing ({errors[0]})")
    scores = evaluation.Evaluation(
        [
            evaluation.Answer(case, answer.text, confidence=0.0, error=answer.error)
            for case, answer in zip(labelled_cases(pictures), answers, strict=True)
        ]
    )
    milliseconds = [1000 * answer.seconds for answer in answers]
    return Result(
        len(pictures),
        scores.texts.exact.value,
        scores.by_source,
        scores.texts.character_error_rate,
        len(errors),
        statistics.median(milliseconds),
        statistics.fmean(milliseconds),
        exact_lines(pictures, answers),
    )


def exact_lines(
    pictures: Sequence[LabelledPicture], answers: Sequence[Answer]
) -> float | None:
    """The share of the written lines that were read as a line, every digit correct."""
    written = read = 0
    for picture, answer in zip(pictures, answers, strict=True):
        lines = _lines(picture.text, "|")
        written += lines.total()
        read += (lines & _lines(answer.text, "\n")).total()
    return read / written if written else None


def _lines(text: str, separator: str) -> Counter[str]:
    """How often each line with digits occurs."""
    return Counter(filter(None, map(without_separators, text.split(separator))))


def measure(
    readers: dict[str, ReaderProcess],
    pictures: Sequence[LabelledPicture],
    left_out: dict[str, str],
    saved: SavedAnswers,
    title: str = "pictures",
) -> dict[str, Result]:
    """The figures of every reader on one set of pictures, called ``title``."""
    results = {}
    of_each = read_in_turns(readers, pictures, left_out, saved, title)
    for name, answers in of_each.items():
        try:
            results[name] = result(pictures, answers)
        except ReaderError as reason:
            leave_out(name, reason, left_out)
    return results


HEADER = (
    *("pictures", "n", "reader", "exact", "mean over sources", "exact lines"),
    *("digit CER", "unread"),
    *("p50, ms", "mean, ms", "times as long as inkten, p50", "mean"),
    "times the character errors",
)


def rows(pictures: str, results: Mapping[str, Result]) -> list[list[str]]:
    """A row per reader: its figures, and their ratios to inkten's."""
    ours = results.get(OURS)
    return [
        [
            *(pictures, str(one.n), reader, f"{one.exact:.3f}"),
            *(_share(one.by_source), _share(one.exact_lines)),
            *(f"{one.character_error_rate:.3f}", str(one.unread)),
            *(f"{one.p50:.1f}", f"{one.mean:.1f}"),
            _times(one.p50, ours and ours.p50),
            _times(one.mean, ours and ours.mean),
            _times(one.character_error_rate, ours and ours.character_error_rate),
        ]
        for reader, one in results.items()
    ]


def _share(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"


def _times(theirs: float, ours: float | None) -> str:
    return f"{theirs / ours:.1f}" if ours else "-"


def spread(pictures: list[LabelledPicture], count: int | None) -> list[LabelledPicture]:
    """Only ``count`` of the pictures, evenly spread over the list."""
    if count is None or count >= len(pictures):
        return pictures
    return [pictures[place * len(pictures) // count] for place in range(count)]


def picture_sets(args: argparse.Namespace, folder: Path) -> PictureSets:
    """The pictures to read, by the name of their set."""
    if args.labels:
        return {str(path): spread(load_labels(path), args.n) for path in args.labels}
    count = MADE if args.n is None else args.n
    return {
        "sheets": write_sheets(folder, count),
        "tables": write_tables(folder, count),
    }


def main() -> None:
    """Make the environments, let the readers read in turns, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--labels", type=Path, nargs="+", help="labels.csv files or their folders"
    )
    parser.add_argument(
        "--n", type=int, help=f"pictures of each set (default {MADE}, or all labels)"
    )
    parser.add_argument(
        "--only", nargs="+", choices=NAMES, default=NAMES, help="read with these only"
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=ANSWER_SECONDS,
        help=f"the time a reader has for a picture (default {ANSWER_SECONDS:g})",
    )
    parser.add_argument(
        "--alone", action="store_true", help="do not install other readers"
    )
    parser.add_argument(
        "--cache",
        type=Path,
        help="keep environments with other software, and answers until the end, here",
    )
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    args = parser.parse_args()
    if args.n is not None and args.n < 1:
        parser.error(f"--n {args.n}: expected 1 or more")
    if args.seconds <= 0:
        parser.error(f"--seconds {args.seconds:g}: expected more than 0")
    with tempfile.TemporaryDirectory() as folder:
        sets = picture_sets(args, Path(folder))
        cache = args.cache or Path(folder)
        limits = {"alone": args.alone, "seconds": args.seconds}
        with started(args.only, cache, **limits) as (readers, left_out):
            about = {name: reader.about for name, reader in readers.items()}
            run = {**about, "seconds": args.seconds}
            saved = saved_answers(cache, run, chain.from_iterable(sets.values()))
            results = {
                name: measure(readers, pictures, left_out, saved, name)
                for name, pictures in sets.items()
            }
        environments = {
            name: packages_of(str(cache / name / "bin" / "python"))
            for name in about
            if name in PACKAGES
        }
    where = conditions()
    print_conditions(where)
    for name in args.only:
        reason = f"skipped: {left_out[name]}" if name in left_out else ""
        print(f"- {name}: {'; '.join(filter(None, (about.get(name), reason)))}")
    print()
    print_table(HEADER, [row for name in sets for row in rows(name, results[name])])
    figures = {
        pictures: {reader: one._asdict() for reader, one in measured.items()}
        for pictures, measured in results.items()
    }
    write_json(
        args.json,
        where,
        {
            "readers": about,
            "skipped": left_out,
            "figures": figures,
            "environments": environments,
        },
    )
    saved.remove()
    if OURS in left_out:
        sys.exit(f"no ratios without {OURS}")


if __name__ == "__main__":
    main()
