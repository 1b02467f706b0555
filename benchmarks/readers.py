"""inkten beside other readers: how often each is right, and how long it takes.

    python benchmarks/readers.py
    python benchmarks/readers.py --labels my-pictures/labels.csv --cache ~/.cache/peers

Without labels the pictures are sheets of one to three numbers that sheets.py writes.
Only digits count, in reading order; pictures and figures are the same for all readers:

- `inkten`, installed here, not told what it will see;
- `plain_recipe`, the script that inkten started from: gray, 28x28, arg max;
- `rapidocr`, PP-OCR's models on ONNX Runtime, in an environment made for it;
- `tesseract`, the program of that name, digits only; left out if it is not installed.

Each reader has a process of its own, one after the other, and its own default threads.
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
from sheets import numbers, write_sheet
from tables import conditions, print_conditions, print_table, write_json

from inkten.datasets.labels import LabelledPicture, load_labels
from inkten.evaluation.answers import Answer, Evaluation
from inkten.evaluation.evaluate import labelled_cases

READING = Path(__file__).with_name("reading.py")
OURS = "inkten"
PEERS = {"rapidocr": "rapidocr-onnxruntime==1.4.4"}  # reader -> what pip installs
TESSERACT = "tesseract"
SIZES = ((640, 480), (960, 720), (1280, 960))  # of the sheets, width and height


class Result(NamedTuple):
    """What a reader came to."""

    exact: float  # share of the pictures whose every digit is right
    by_source: float | None  # the mean of that over the sources
    character_error_rate: float
    unread: int  # pictures that it failed on
    p50: float  # milliseconds a picture
    mean: float


def write_pictures(folder: Path, count: int) -> list[LabelledPicture]:
    """Write sheets as JPEG files, always the same."""
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


def pythons(cache: Path, *, alone: bool) -> dict[str, str]:
    """Give each reader's Python; peers get an environment under ``cache``."""
    told = dict.fromkeys((OURS, "plain_recipe"), sys.executable)
    for reader, package in PEERS.items():
        python = None if alone else own_python(cache / package, package)
        if python:
            told[reader] = python
    if shutil.which(TESSERACT):
        told[TESSERACT] = sys.executable
    else:
        print(f"{TESSERACT} is left out: it is not installed here.", file=sys.stderr)
    return told


def measure(
    reader: str, python: str, pictures: Sequence[LabelledPicture]
) -> Result | None:
    """Let one reader read all pictures, in a process of its own; None if it cannot."""
    done = subprocess.run(
        [python, str(READING), reader],
        input="\n".join(str(picture.path.resolve()) for picture in pictures),
        stdout=subprocess.PIPE,
        check=False,
        text=True,
    )
    if done.returncode:
        print(f"{reader} is left out: it cannot be run here.", file=sys.stderr)
        return None
    told = json.loads(done.stdout.splitlines()[-1])
    errors = [answer["error"] for answer in told if answer["error"]]
    if len(errors) == len(told):
        print(f"{reader} is left out: it reads none ({errors[0]}).", file=sys.stderr)
        return None
    evaluation = Evaluation(
        [
            Answer(case, answer["text"], confidence=0.0, error=answer["error"])
            for case, answer in zip(labelled_cases(pictures), told, strict=True)
        ]
    )
    taken = [1000 * answer["seconds"] for answer in told]
    return Result(
        evaluation.texts.exact.value,
        evaluation.by_source,
        evaluation.texts.character_error_rate,
        len(errors),
        statistics.median(taken),
        statistics.fmean(taken),
    )


def rows(results: dict[str, Result]) -> list[list[str]]:
    """Give the table: a row per reader, its figures, and those beside inkten's."""
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
    *("times inkten's: p50", "mean", "texts wrong", "CER"),
)


def main() -> None:
    """Make the environments, let each read, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--labels", type=Path, help="a labels.csv or its folder")
    parser.add_argument("--n", type=int, default=60, help="sheets, without --labels")
    parser.add_argument("--alone", action="store_true", help="install no other reader")
    parser.add_argument("--cache", type=Path, help="keep the peers' environments here")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if told.labels:
            pictures = load_labels(told.labels)
        else:
            pictures = write_pictures(Path(folder), told.n)
        there = pythons(told.cache or Path(folder), alone=told.alone)
        tried = {name: measure(name, there[name], pictures) for name in there}
        results = {name: one for name, one in tried.items() if one}
        environments = {
            name: packages_of(there[name]) for name in PEERS if name in results
        }
    if OURS not in results:
        sys.exit(f"no table without {OURS}")
    where = conditions(n=len(pictures), **_versions(results))
    print_conditions(where)
    print_table(HEADER, rows(results))
    write_json(
        told.json,
        where,
        {
            "readers": {reader: one._asdict() for reader, one in results.items()},
            "environments": environments,
        },
    )


def _versions(readers: dict[str, Result]) -> dict[str, str]:
    """Say which versions the peers are of."""
    told = {
        reader: package.partition("==")[2]
        for reader, package in PEERS.items()
        if reader in readers
    }
    if TESSERACT in readers:
        command = [TESSERACT, "--version"]
        said = subprocess.run(command, capture_output=True, text=True, check=True)
        told[TESSERACT] = said.stdout.split()[1]
    return told


def _times(theirs: float, ours: float) -> str:
    return f"{theirs / ours:.1f}" if ours else "-"


if __name__ == "__main__":
    main()
