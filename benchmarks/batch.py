"""The speed, memory and safety of `inkten batch`: each mode prints a table.

    python benchmarks/batch.py mnist           70,000 PNG files, 28x28; a plain script
    python benchmarks/batch.py photos          1280x960 JPEG files; 1 worker and 2
    python benchmarks/batch.py memory          the peak with 70,000 and with 1,000,000
    python benchmarks/batch.py ray             Ray compared with the local engine
    python benchmarks/batch.py kills           SIGKILL at random; are the results equal?

`--pictures` makes any of them smaller. A rate is that of the command from start to end,
unless the table says otherwise. The script is the usual one: each file is read with
cv2.imread, resized, and given to a Keras model's `predict`. It is timed on a sample of
the same files. Its network is untrained, since time does not depend on the weights.
"""

import argparse
import os
import random
import resource
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow.parquet as parquet
from environments import INKTEN
from figures import Row, conditions, print_conditions, print_rows, write_json
from processes import memory_mb
from sheets import numbers, write_sheet

from inkten.datasets import mnist

SCRIPT_SAMPLE = 300  # files; read one by one, each takes the same time
BARE_SAMPLE = 60
PHOTO, PHOTO_DIGIT = (1280, 960), 112  # px
PHOTO_LINES = PHOTO_DIGITS = 4  # digits in a line
WHILE_READING = 0.8  # the share of kills after a part; others: after the start
DIFFERENT = "DIFFERENT"
MEMORY_STEP = 0.05  # seconds between two measurements of the memory
SCRIPT = """
import sys, time
import cv2
import keras

dense = keras.layers.Dense
model = keras.Sequential([
    keras.layers.Input((28, 28)), keras.layers.Flatten(),
    dense(50, "relu"), dense(50, "relu"), dense(10, "sigmoid"),
])
paths = sys.stdin.read().split("\\n")
def read(path):
    gray = cv2.cvtColor(cv2.imread(path), cv2.COLOR_BGR2GRAY)
    small = cv2.resize(gray, (28, 28)) / 255.0
    return model.predict(small.reshape(1, 28, 28), verbose=0).argmax()
read(paths[0])
start = time.perf_counter()
for path in paths:
    read(path)
print((time.perf_counter() - start) / len(paths))
"""
BARE = """
import sys, time
import cv2, numpy as np
from inkten.detection import Detector
from inkten.detection.pyramid import pyramid, zooms
from inkten.detection.detector import network_input
from inkten.classification.classifier import Classifier
from inkten.image.decode import decode

cv2.setNumThreads(1)
detector, classifier = Detector(threads=1), Classifier(threads=1)
session, _ = detector._opened
tiles = np.zeros((int(sys.argv[1]), 28, 28), np.float32)
paths = sys.stdin.read().split("\\n")
gray = decode(paths[0]).pixels  # all are of one size
levels = [network_input(level) for level in pyramid(gray, zooms(max(gray.shape)))]
def read(path):
    decode(path)
    for each in levels:
        session.run(None, {"input": each})
    classifier(tiles)
read(paths[0])
start = time.perf_counter()
for path in paths:
    read(path)
print((time.perf_counter() - start) / len(paths))
"""


class Run:
    """One run of `inkten batch`, and what it took."""

    def __init__(
        self, count: int, *arguments: object, measure_memory: bool = False
    ) -> None:
        """Run it to the end; a picture that cannot be read ends the benchmark.

        Measuring memory takes processor time itself, most of all with many processes.
        """
        command = [INKTEN, "batch", *map(str, arguments)]
        start, before = time.perf_counter(), _processor_seconds()
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        self.peak_mb = 0.0
        if measure_memory:
            threading.Thread(target=self._measure_memory, daemon=True).start()
        _, errors = self.process.communicate()
        self.seconds = time.perf_counter() - start
        self.processor_seconds = _processor_seconds() - before
        self.rate = count / self.seconds
        if self.process.returncode:
            sys.exit(f"{shlex.join(command)} failed:\n{errors}")

    def _measure_memory(self) -> None:
        while self.process.poll() is None:
            self.peak_mb = max(self.peak_mb, memory_mb(self.process.pid))
            time.sleep(MEMORY_STEP)


def of_mnist(folder: Path, options: argparse.Namespace) -> list[Row]:
    """Files of 28x28, end to end, compared with the script on the same files."""
    count = options.pictures or 70_000
    files = write_mnist(folder / "files", count)
    arguments = (
        folder / "files",
        "--out",
        folder / "out",
        "--workers",
        options.workers,
    )
    run = Run(count, *arguments)
    sample = files[:SCRIPT_SAMPLE]
    script = 1 / seconds_each(SCRIPT, sample)
    return [
        {
            "what": f"inkten batch, {options.workers} workers",
            "pictures": count,
            "pictures/s": run.rate,
            "processor ms/picture": 1000 * run.processor_seconds / count,
            "times the script": run.rate / script,
        },
        {
            "what": "the script, one by one, a sample",
            "pictures": len(sample),
            "pictures/s": script,
            "processor ms/picture": None,
            "times the script": 1,
        },
    ]


def of_photos(folder: Path, options: argparse.Namespace) -> list[Row]:
    """Photos of 1280x960, compared with decoding and the networks alone."""
    count = options.pictures or 400
    files = write_photos(folder / "files", count)
    digits = str(PHOTO_LINES * PHOTO_DIGITS)
    bare = 1 / seconds_each(BARE, files[:BARE_SAMPLE], digits)
    rates: list[float] = []
    for workers in (1, 2):
        arguments = (folder / "files", "--out", folder / f"out{workers}")
        rates.append(Run(count, *arguments, "--workers", workers).rate)
    measured: list[tuple[str, float, float | None]] = [
        ("decoding and networks alone, 1 thread", bare, None),
        *(
            (f"inkten batch, workers: {workers}", rate, rate / rates[0])
            for workers, rate in enumerate(rates, 1)
        ),
    ]
    return [
        {
            "what": what,
            "photos/s": rate,
            "time relative to these alone": bare / rate,
            "times 1 worker's rate": times,
        }
        for what, rate, times in measured
    ]


def of_memory(folder: Path, options: argparse.Namespace) -> list[Row]:
    """The peak of all processes together, with few pictures and with many."""
    files = write_mnist(folder / "files", min(options.pictures or 70_000, 70_000))
    rows: list[Row] = []
    for count in (len(files), options.repeated or 1_000_000):
        names, out = folder / f"{count}.txt", folder / f"out{count}"
        list_repeatedly(names, files, count)
        arguments = (names, "--out", out, "--workers", options.workers)
        run = Run(count, *arguments, measure_memory=True)
        rows.append(
            {"pictures": count, "peak, MB": run.peak_mb, "pictures/s": run.rate}
        )
    return rows


def of_ray(folder: Path, options: argparse.Namespace) -> list[Row]:
    """Ray on this machine compared with the local engine, both without start-up.

    Each worker of Ray reads a part of its own. The clock starts when each has finished
    its first part; the later parts count.
    """
    count, size = options.pictures or 100_000, options.part_size or 2000
    if count < 2 * options.workers * size:
        sys.exit(
            f"{count} pictures in parts of {size} are too few; expected two parts "
            f"for each of {options.workers} workers. Lower --part-size."
        )
    files = write_mnist(folder / "files", min(count, 70_000))
    names = folder / "names.txt"
    list_repeatedly(names, files, count)
    rates: dict[str, float] = {}
    for engine in ("local", "ray"):
        arguments = (names, "--out", folder / engine, "--engine", engine)
        Run(count, *arguments, "--workers", options.workers, "--part-size", size)
        rates[engine] = rate_after(options.workers, folder / engine)
    return [
        {
            "engine": engine,
            "pictures": count,
            "pictures/s": rate,
            "share of local": rate / rates["local"],
        }
        for engine, rate in rates.items()
    ]


def of_kills(folder: Path, options: argparse.Namespace) -> list[Row]:
    """Runs killed at random moments, resumed, and their results compared."""
    files = write_mnist(folder / "files", options.pictures or 20_000)
    arguments = [str(folder / "files"), "--workers", str(options.workers)]
    arguments += ["--part-size", str(options.part_size or 100)]
    undisturbed = folder / "undisturbed"
    longest = Run(len(files), *arguments, "--out", undisturbed).seconds
    expected, rng = rows_in(undisturbed), random.Random(0)
    rows: list[Row] = []
    for engine, kills in (
        ("local", options.kills),
        ("ray", max(1, options.kills // 10)),
    ):
        out = folder / engine
        command = [INKTEN, "batch", *arguments, "--out", str(out), "--engine", engine]
        killed = killed_while_reading = 0
        for _ in range(kills):
            before = parts_in(out)
            if not killed_at_random(command, out, rng, longest / kills / 2):
                break  # all pictures are read
            killed += 1
            killed_while_reading += parts_in(out) > before
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        rows.append(
            {
                "engine": engine,
                "pictures": len(files),
                "kills": killed,
                "of them while reading": killed_while_reading,
                "results": "identical" if rows_in(out).equals(expected) else DIFFERENT,
            }
        )
    return rows


def killed_at_random(
    command: Sequence[str], out: Path, rng: random.Random, longest: float
) -> bool:
    """Start a command and kill it; False if it ended before."""
    before = parts_in(out)
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    if rng.random() < WHILE_READING:
        while process.poll() is None and parts_in(out) == before:
            time.sleep(0.01)
    try:
        status = process.wait(rng.uniform(0, longest))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    if status:
        sys.exit(f"{shlex.join(command)} failed by itself")
    return False


def parts_in(folder: Path) -> int:
    """How many finished parts are in a folder of results."""
    return len(list(folder.glob("part-*")))


def list_repeatedly(names: Path, files: Sequence[Path], count: int) -> None:
    """Write a list of ``count`` paths, repeating ``files``."""
    with names.open("w") as listed:
        listed.writelines(f"{files[i % len(files)]}\n" for i in range(count))


def write_mnist(folder: Path, count: int) -> list[Path]:
    """MNIST's pictures as PNG files: the test set, then the training set."""
    data = mnist.load()
    images = np.concatenate([data.test_images, data.train_images])[:count]
    folder.mkdir()
    paths = [folder / f"{number:05d}.png" for number in range(len(images))]
    for path, image in zip(paths, images, strict=True):
        path.write_bytes(cv2.imencode(".png", image)[1].tobytes())
    return paths


def write_photos(folder: Path, count: int) -> list[Path]:
    """Sheets of paper in JPEG files: four lines of four digits each."""
    rng = np.random.default_rng(0)
    folder.mkdir()
    paths = [folder / f"{number:04d}.jpg" for number in range(count)]
    for path in paths:
        lines = numbers(rng, lines=PHOTO_LINES, digits=PHOTO_DIGITS)
        gray = write_sheet(rng, lines, size=PHOTO, digit=PHOTO_DIGIT)
        path.write_bytes(cv2.imencode(".jpg", gray)[1].tobytes())
    return paths


def seconds_each(script: str, paths: Sequence[Path], *arguments: str) -> float:
    """The time that a script takes per picture, in a process of its own."""
    names = "\n".join(map(str, paths))
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        input=names,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    if done.returncode:
        sys.exit(done.stderr)
    return float(done.stdout.splitlines()[-1])


def rate_after(workers: int, out: Path) -> float:
    """Pictures per second, after the first part of each worker."""
    parts = sorted(out.glob("part-*.parquet"), key=lambda part: part.stat().st_mtime)
    rows = sum(parquet.read_metadata(part).num_rows for part in parts[workers:])
    start, end = (part.stat().st_mtime for part in (parts[workers - 1], parts[-1]))
    return rows / (end - start)


def rows_in(out: Path) -> Any:
    """All rows in order, without the time they took."""
    return parquet.read_table(out).drop_columns(["milliseconds"])


def _processor_seconds() -> float:
    """The processor time of all child processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


MODES: dict[str, Callable[[Path, argparse.Namespace], list[Row]]] = {
    "mnist": of_mnist,
    "photos": of_photos,
    "memory": of_memory,
    "ray": of_ray,
    "kills": of_kills,
}


def main() -> None:
    """Run one mode, then print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mode", choices=MODES)
    parser.add_argument("--pictures", type=int, help="default: the number of the mode")
    parser.add_argument("--repeated", type=int, help="memory: the larger number")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--part-size", type=int, help="pictures per part")
    parser.add_argument(
        "--kills", type=int, default=50, help="of local runs; a tenth as many on Ray"
    )
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="inkten-") as folder:
        rows = MODES[options.mode](Path(folder), options)
    measured_on = conditions(workers=options.workers)
    print_conditions(measured_on)
    print_rows(rows)
    write_json(options.json, measured_on, {"rows": rows})
    if any(row.get("results") == DIFFERENT for row in rows):
        sys.exit("the results after the kills differ")


if __name__ == "__main__":
    main()
