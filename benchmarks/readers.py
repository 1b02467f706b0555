"""Accuracy and speed of inkten and other readers.

    python benchmarks/readers.py
    python benchmarks/readers.py --labels my-pictures/labels.csv --cache ~/.cache/peers

Without labels, the pictures are sheets of one to three numbers written by sheets.py.
Only digits count, in reading order. All readers read the same pictures:

- `inkten`, as installed here, without `single`;
- `plain_recipe`, the script that inkten started from: gray, 28x28, arg max;
- `rapidocr`, PP-OCR's models on ONNX Runtime, in its own environment;
- `tesseract`, restricted to digits; skipped if it is not installed.

The readers run one after the other, each in its own process with its default threads.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from environments import own_python, packages_of
from figures import conditions, print_conditions, print_table, write_json
from sheets import numbers, write_sheet

from inkten.datasets.labels import LabelledPicture, load_labels
from inkten.evaluation.answers import Answer, Evaluation
from inkten.evaluation.evaluate import labelled_cases

READING = Path(__file__).with_name("reading.py")
OURS = "inkten"
PEERS = {"rapidocr": "rapidocr-onnxruntime==1.4.4"}  # reader -> what pip installs
TESSERACT = "tesseract"
SIZES = ((640, 480), (960, 720), (1280, 960))  # of the sheets, width and height


class Result(NamedTuple):
    """The figures of a reader."""

    exact: float  # share of the pictures with every digit correct
    by_source: float | None  # the same, averaged over the sources
    character_error_rate: float
    unread: int  # pictures that the reader failed on
    p50: float  # milliseconds per picture
    mean: float


def write_pictures(folder: Path, count: int) -> list[LabelledPicture]:
    """Write sheets as JPEG files, the same in every run."""
    pictures = []
    for place in range(count):
        rng = np.random.default_rng(place)
        size = SIZES[place % len(SIZES)]
        lines, digits = rng.integers((1, 2), (4, 9)).tolist()
        written = numbers(rng, lines=lines, digits=digits)
        digit = int(rng.uniform(0.05, 0.12) * size[0])
        gray = write_sheet(rng, written, size=size, digit=digit)
        path = folder / f"{place:04d}.jpg"
        path.write_bytes(cv2.imencode(".jpg", gray)[1].tobytes())
        pictures.append(LabelledPicture(path.name, path, "|".join(written)))
    return pictures


def python_paths(cache: Path, *, alone: bool) -> dict[str, str]:
    """The Python of each reader; other readers get an environment in ``cache``."""
    paths = dict.fromkeys((OURS, "plain_recipe"), sys.executable)
    for reader, package in PEERS.items():
        python = None if alone else own_python(cache / package, package)
        if python:
            paths[reader] = python
    if shutil.which(TESSERACT):
        paths[TESSERACT] = sys.executable
    else:
        print(f"{TESSERACT} is skipped: it is not installed here.", file=sys.stderr)
    return paths


def measure(
    reader: str, python: str, pictures: Sequence[LabelledPicture]
) -> Result | None:
    """Let one reader read all pictures in its own process; None if it cannot."""
    done = subprocess.run(
        [python, str(READING), reader],
        input="\n".join(str(picture.path.resolve()) for picture in pictures),
        stdout=subprocess.PIPE,
        check=False,
        text=True,
    )
    if done.returncode:
        print(f"{reader} is skipped: it cannot be run here.", file=sys.stderr)
        return None
    answers = json.loads(done.stdout.splitlines()[-1])
    errors = [answer["error"] for answer in answers if answer["error"]]
    if len(errors) == len(answers):
        print(f"{reader} is skipped: it reads nothing ({errors[0]}).", file=sys.stderr)
        return None
    evaluation = Evaluation(
        [
            Answer(case, answer["text"], confidence=0.0, error=answer["error"])
            for case, answer in zip(labelled_cases(pictures), answers, strict=True)
        ]
    )
    milliseconds = [1000 * answer["seconds"] for answer in answers]
    return Result(
        evaluation.texts.exact.value,
        evaluation.by_source,
        evaluation.texts.character_error_rate,
        len(errors),
        statistics.median(milliseconds),
        statistics.fmean(milliseconds),
    )


def rows(results: dict[str, Result]) -> list[list[str]]:
    """A row per reader: its figures, and their ratios to inkten's."""
    ours = results[OURS]
    return [
        [
            reader,
            f"{one.exact:.3f}",
            "-" if one.by_source is None else f"{one.by_source:.3f}",
            f"{one.character_error_rate:.3f}",
            str(one.unread),
            f"{one.p50:.1f}",
            f"{one.mean:.1f}",
            _times(one.p50, ours.p50),
            _times(one.mean, ours.mean),
            _times(1 - one.exact, 1 - ours.exact),
            _times(one.character_error_rate, ours.character_error_rate),
        ]
        for reader, one in results.items()
    ]


HEADER = (
    *("reader", "exact", "by source", "CER", "unread", "p50, ms", "mean, ms"),
    *("relative to inkten: p50", "mean", "wrong texts", "CER"),
)


def main() -> None:
    """Make the environments, let each reader read, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--labels", type=Path, help="a labels.csv or its folder")
    parser.add_argument(
        "--n", type=int, default=60, help="sheets to write without --labels"
    )
    parser.add_argument(
        "--alone", action="store_true", help="do not install other readers"
    )
    parser.add_argument(
        "--cache", type=Path, help="keep environments with other software here"
    )
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if args.labels:
            pictures = load_labels(args.labels)
        else:
            pictures = write_pictures(Path(folder), args.n)
        python_of = python_paths(args.cache or Path(folder), alone=args.alone)
        measured = {
            name: measure(name, python, pictures) for name, python in python_of.items()
        }
        results = {name: result for name, result in measured.items() if result}
        environments = {
            name: packages_of(python_of[name]) for name in PEERS if name in results
        }
    if OURS not in results:
        sys.exit(f"no table without {OURS}")
    where = conditions(n=len(pictures), **_versions(results))
    print_conditions(where)
    print_table(HEADER, rows(results))
    write_json(
        args.json,
        where,
        {
            "readers": {reader: one._asdict() for reader, one in results.items()},
            "environments": environments,
        },
    )


def _versions(readers: dict[str, Result]) -> dict[str, str]:
    """The versions of the other readers."""
    versions = {
        reader: package.partition("==")[2]
        for reader, package in PEERS.items()
        if reader in readers
    }
    if TESSERACT in readers:
        command = [TESSERACT, "--version"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        versions[TESSERACT] = done.stdout.split()[1]
    return versions


def _times(theirs: float, ours: float) -> str:
    return f"{theirs / ours:.1f}" if ours else "-"


if __name__ == "__main__":
    main()
