"""How fast, how large and how sure `inkten batch` is: each mode prints its table.

    python benchmarks/batch.py mnist           70,000 PNG files of 28x28, and the script
    python benchmarks/batch.py photos          1280x960 JPEG files; 1 worker and 2
    python benchmarks/batch.py memory          the peak at 70,000 and at 1,000,000
    python benchmarks/batch.py ray             Ray beside the local engine
    python benchmarks/batch.py kills           random SIGKILLs, then the same results

`--pictures` makes any of them smaller. The script is as it is usually written: each
file by cv2.imread, resized, and given to a Keras model's `predict`; it is timed on a
sample of the same files and says so. Its network is untrained, since time does not
depend on the weights.
"""

import argparse
import json
import os
import platform
import random
import resource
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow.parquet as parquet

from inkten.datasets import mnist
from inkten.versions import versions

Table = list[list[str]]
INKTEN = Path(sys.executable).with_name("inkten")
SCRIPT_SAMPLE = 300  # files; one by one they take the same time each
WHILE_READING = 0.8  # of the kills come after a part is done, the others at the start
MEMORY_STEP = 0.05  # seconds between two looks at the memory of all processes
SCRIPT = """
import sys, time
import cv2
import keras
from inkten.training.networks import mlp

model = mlp()
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
from inkten.finder import Finder
from inkten.finder.pyramid import pyramid, zooms
from inkten.finder.search import network_input
from inkten.models.session import Classifier
from inkten.picture import decode

cv2.setNumThreads(1)
finder, classifier = Finder(threads=1), Classifier(threads=1)
session = finder._session
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
    """One `inkten batch`: its seconds, its rate, and its peak of memory if watched."""

    def __init__(self, *arguments: object, watched: bool = False) -> None:
        """Run it to its end; pictures that cannot be read end the benchmark.

        Watching takes processor time of its own, most where there are many processes.
        """
        command = [str(INKTEN), "batch", *map(str, arguments)]
        start, before = time.perf_counter(), _processor_seconds()
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.peak_mb = 0.0
        if watched:
            threading.Thread(target=self._watch, daemon=True).start()
        said, complained = self.process.communicate()
        self.seconds = time.perf_counter() - start
        self.processor = _processor_seconds() - before
        if self.process.returncode:
            sys.exit(f"{shlex.join(command)} failed:\n{complained}")
        line = next(line for line in said.splitlines() if "a second" in line)
        self.rate = float(
            line.split("│")[2].replace(",", "")
        )  # the start of its processes included

    def _watch(self) -> None:
        while self.process.poll() is None:
            self.peak_mb = max(self.peak_mb, _memory_mb(self.process.pid))
            time.sleep(MEMORY_STEP)


def of_mnist(folder: Path, told: argparse.Namespace) -> Table:
    """Files of 28x28, the whole road, beside the script's loop over the same files."""
    count = told.pictures or 70_000
    files = write_mnist(folder / "files", count)
    run = Run(folder / "files", "--out", folder / "out", "--workers", told.workers)
    script = 1 / seconds_each(SCRIPT, files[:SCRIPT_SAMPLE])
    return [
        ["way", "pictures", "pictures/s", "processor ms/picture", "times the script"],
        [
            f"inkten batch, {told.workers} workers",
            f"{count:,}",
            f"{run.rate:,.0f}",
            f"{1000 * run.processor / count:.2f}",
            f"{run.rate / script:.0f}",
        ],
        [
            "the script, one by one",
            f"a sample of {min(count, SCRIPT_SAMPLE)}",
            f"{script:,.1f}",
            "-",
            "1",
        ],
    ]


def of_photos(folder: Path, told: argparse.Namespace) -> Table:
    """Photos of 1280x960 beside what decoding and the networks take bare."""
    count = told.pictures or 400
    files = write_photos(folder / "files", count)
    bare = seconds_each(BARE, files[:60], "16")
    one, two = (
        Run(folder / "files", "--out", folder / f"out{n}", "--workers", n)
        for n in (1, 2)
    )
    rows = [["decode and networks, bare, 1 thread", f"{1 / bare:.1f}", "1.00", "-"]]
    rows += [
        [
            f"inkten batch, {name}",
            f"{run.rate:.1f}",
            f"{1 / run.rate / bare:.2f}",
            f"{run.rate / one.rate:.2f}",
        ]
        for name, run in (("1 worker", one), ("2 workers", two))
    ]
    return [[f"{count} photos", "photos/s", "times bare", "times 1 worker"], *rows]


def of_memory(folder: Path, told: argparse.Namespace) -> Table:
    """The peak of all processes together, of few pictures and of many."""
    files = write_mnist(folder / "files", min(told.pictures or 70_000, 70_000))
    few, many = len(files), told.repeated or 1_000_000
    rows = [["pictures", "peak MB", "pictures/s"]]
    for count in (few, many):
        names = folder / f"{count}.txt"
        with names.open("w") as listed:
            listed.writelines(f"{files[i % few]}\n" for i in range(count))
        out = folder / f"out{count}"
        run = Run(names, "--out", out, "--workers", told.workers, watched=True)
        rows.append([f"{count:,}", f"{run.peak_mb:.0f}", f"{run.rate:,.0f}"])
    return rows


def of_ray(folder: Path, told: argparse.Namespace) -> Table:
    """Ray on this machine beside the local engine, start-up left out of both.

    The time of Ray is that between its first part and its last.
    """
    count = told.pictures or 100_000
    files = write_mnist(folder / "files", min(count, 70_000))
    names = folder / "names.txt"
    names.write_text("".join(f"{files[i % len(files)]}\n" for i in range(count)))
    size = ("--part-size", told.part_size or 2000)
    rows = [["engine", "pictures", "pictures/s", "share of local"]]
    rates: list[float] = []
    for engine in ("local", "ray"):
        out = folder / engine
        Run(names, "--out", out, "--engine", engine, "--workers", told.workers, *size)
        rates.append(rate_between_parts(out))
        share = f"{rates[-1] / rates[0]:.2f}"
        rows.append([engine, f"{count:,}", f"{rates[-1]:,.0f}", share])
    return rows


def of_kills(folder: Path, told: argparse.Namespace) -> Table:
    """Runs killed at random moments; what comes out in the end is compared."""
    files = write_mnist(folder / "files", told.pictures or 20_000)
    size = ("--part-size", told.part_size or 100)
    asked = (folder / "files", "--workers", told.workers, *size)
    run = Run(*asked, "--out", folder / "undisturbed")
    wanted = rows_in(folder / "undisturbed")
    rng = random.Random(0)
    rows = [["engine", "kills", "of them while reading", "results"]]
    for engine, kills in (("local", told.kills), ("ray", told.kills // 10)):
        out = folder / engine
        command = [str(INKTEN), "batch", *map(str, asked), "--out", str(out)]
        command += ["--engine", engine]
        working = 0
        for _ in range(kills):
            before = parts_in(out)
            process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
            if rng.random() < WHILE_READING:
                while process.poll() is None and parts_in(out) == before:
                    time.sleep(0.01)
            try:
                process.wait(rng.uniform(0, run.seconds / kills))
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
            working += parts_in(out) > before
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        same = rows_in(out).equals(wanted)
        rows.append(
            [engine, str(kills), str(working), "identical" if same else "DIFFERENT"]
        )
    return [*rows, ["pictures", f"{len(files):,}", "", ""]]


def parts_in(folder: Path) -> int:
    """How many finished parts lie in a folder of results."""
    return len(list(folder.glob("part-*")))


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
    """Photos of paper, 1280x960: four lines of four digits, shade and noise."""
    images, rng = mnist.load().test_images, np.random.default_rng(0)
    folder.mkdir()
    paths = [folder / f"{number:04d}.jpg" for number in range(count)]
    for path in paths:
        strength = np.zeros((960, 1280), np.float32)
        for x, y in ((x, y) for y in range(60, 860, 200) for x in range(80, 1200, 300)):
            digit = cv2.resize(images[rng.integers(len(images))], (112, 112))
            strength[y : y + 112, x : x + 112] = digit / np.float32(255)
        paper = np.linspace(170, 230, 1280, dtype=np.float32)
        gray = paper - 150 * strength + rng.normal(0, 4, strength.shape)
        cv2.imwrite(str(path), np.clip(gray, 0, 255).astype(np.uint8))
    return paths


def seconds_each(script: str, paths: Sequence[Path], *arguments: str) -> float:
    """What a script takes for a picture, in a process of its own."""
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


def rate_between_parts(out: Path) -> float:
    """Pictures a second from the moment the first part stood to that of the last."""
    parts = sorted(out.glob("part-*.parquet"), key=lambda part: part.stat().st_mtime)
    rows = sum(parquet.read_metadata(part).num_rows for part in parts[1:])
    seconds = parts[-1].stat().st_mtime - parts[0].stat().st_mtime
    return rows / max(seconds, 1e-9)


def rows_in(out: Path) -> Any:
    """All rows in order, but for the time they took."""
    return parquet.read_table(out).drop_columns(["milliseconds"])


def _processor_seconds() -> float:
    """Of all processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _memory_mb(pid: int) -> float:
    """Proportional memory of a process and all below it, 10^6 bytes (Linux)."""
    total, waiting = 0.0, [pid]
    while waiting:
        process = Path(f"/proc/{waiting.pop()}")
        try:
            rollup = (process / "smaps_rollup").read_text()
            total += next(
                int(line.split()[1]) * 1024 / 1e6
                for line in rollup.splitlines()
                if line.startswith("Pss:")
            )
            for task in (process / "task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except (OSError, StopIteration):  # it has just ended
            continue
    return total


def conditions(pictures: str) -> dict[str, str | int]:
    """Tell what the figures hold for."""
    return {
        "command": shlex.join(["python", *sys.argv]),
        "pictures": pictures,
        "cores": os.cpu_count() or 0,
        "machine": f"{platform.machine()}, {platform.system()}",
        **versions(),
    }


def print_table(rows: Iterable[Sequence[str]]) -> None:
    """Print a table, its first row the header."""
    header, *body = rows
    print(f"| {' | '.join(header)} |\n|{'---|' * len(header)}")
    for row in body:
        print(f"| {' | '.join(row)} |")


MODES: dict[str, Callable[[Path, argparse.Namespace], Table]] = {
    "mnist": of_mnist,
    "photos": of_photos,
    "memory": of_memory,
    "ray": of_ray,
    "kills": of_kills,
}


def main() -> None:
    """Measure what is asked for, then print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mode", choices=MODES)
    parser.add_argument("--pictures", type=int, help="instead of the mode's own number")
    parser.add_argument("--repeated", type=int, help="memory: the larger number")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--part-size", type=int, help="pictures a part")
    parser.add_argument("--kills", type=int, default=50, help="a tenth of them on Ray")
    parser.add_argument("--json", type=Path, help="write the table to this file, too")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="inkten-") as folder:
        table = MODES[told.mode](Path(folder), told)
    where = conditions(str(told.pictures or "as the mode has it"))
    print(", ".join(f"{name} {value}" for name, value in where.items()), end="\n\n")
    print_table(table)
    if told.json:
        told.json.write_text(json.dumps({**where, "table": table}, indent=2))


if __name__ == "__main__":
    main()
