"""Time per picture of a warm reader, and of its networks alone.

    python benchmarks/speed.py
    python benchmarks/speed.py --threads 1

The pictures are made by sheets.py and read from files, so the time includes decoding.
The detector's network runs alone on one input size, and the classifiers on MNIST's test
pictures. p50 is the median, and one call in twenty takes longer than p95.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from figures import conditions, print_conditions, print_table, write_json
from sheets import numbers, write_sheet

from inkten import Reader
from inkten.classification.classifier import Classifier
from inkten.datasets import mnist
from inkten.models.onnx import open_session
from inkten.models.registry import DETECTOR, read_model

WARM_UP = 3  # calls that are not timed


class Sheet(NamedTuple):
    """A picture to time."""

    name: str
    suffix: str
    size: tuple[int, int]  # width, height
    digit: int  # px, the height of a digit
    lines: int
    digits: int  # per line


SHEETS = (
    Sheet("28x28 PNG", ".png", (28, 28), 16, 1, 1),
    Sheet("280x280 PNG", ".png", (280, 280), 120, 1, 1),
    Sheet("1280x960 JPEG", ".jpg", (1280, 960), 90, 4, 8),
    Sheet("12 MP JPEG", ".jpg", (4000, 3000), 250, 4, 8),
    Sheet("12 MP JPEG, digits of 40 px", ".jpg", (4000, 3000), 40, 8, 10),
)
DETECTOR_SIZES = ((288, 288), (720, 960))  # height, width
CLASSIFIED = (1, 1000)  # tiles in one call


class Time(NamedTuple):
    """The time of one call, in milliseconds."""

    p50: float
    p95: float


def picture(sheet: Sheet, folder: Path) -> Path:
    """Write the sheet to a file, the same in every run."""
    rng = np.random.default_rng(0)
    lines = numbers(rng, lines=sheet.lines, digits=sheet.digits)
    gray = write_sheet(rng, lines, size=sheet.size, digit=sheet.digit)
    path = folder / f"{sheet.name}{sheet.suffix}"
    path.write_bytes(cv2.imencode(sheet.suffix, gray)[1].tobytes())
    return path


def calls(folder: Path, threads: int | None) -> dict[str, Callable[[], object]]:
    """The calls to time, by their names in the table."""
    reader = Reader(threads=threads)
    timed: dict[str, Callable[[], object]] = {
        f"read, {sheet.name}": partial(reader.read, picture(sheet, folder))
        for sheet in SHEETS
    }
    detector = open_session(read_model(DETECTOR), DETECTOR, threads)
    (network_input,) = detector.get_inputs()
    for height, width in DETECTOR_SIZES:
        level = np.zeros((1, height, width, 1), np.float32)
        timed[f"detector's network, {height}x{width}"] = partial(
            detector.run, None, {network_input.name: level}
        )
    images = mnist.as_tiles(mnist.load().test_images)
    for model in ("cnn", "mlp"):
        classifier = Classifier(model, threads=threads)
        for count in CLASSIFIED:
            name = f"{model}, {count:,} tile{'s' if count > 1 else ''}"
            timed[name] = partial(classifier, images[:count])
    return timed


def measure(call: Callable[[], object], runs: int) -> Time:
    """Time a call after warming up."""
    for _ in range(WARM_UP):
        call()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - start))
    p50, p95 = np.percentile(times, (50, 95)).tolist()
    return Time(p50, p95)


def main() -> None:
    """Time the calls one after the other, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=60, help="timed calls of each kind")
    parser.add_argument("--threads", type=int, help="per network (default: all cores)")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        times = {
            name: measure(call, args.runs)
            for name, call in calls(Path(folder), args.threads).items()
        }
    where = conditions(runs=args.runs, threads=args.threads or "all cores")
    print_conditions(where)
    print_table(
        ("call", "p50, ms", "p95, ms"),
        ((name, f"{ms.p50:.2f}", f"{ms.p95:.2f}") for name, ms in times.items()),
    )
    write_json(
        args.json,
        where,
        {"milliseconds": {name: ms._asdict() for name, ms in times.items()}},
    )


if __name__ == "__main__":
    main()
