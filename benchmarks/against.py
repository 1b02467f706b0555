"""This version beside another one, in turns: is reading slower than it was?

    python benchmarks/against.py e0d35f9                    a revision of the repository
    python benchmarks/against.py inkten-0.1.0.whl --pictures FOLDER --batch 70000

Each version is installed into an environment of its own, with the same versions of
other packages; without another one, this version is compared with itself. Both read the
same pictures: the sheets of speed.py, those in a folder, MNIST's with `inkten batch`,
and one from a cold start. They take turns, call by call, so that a busy minute of the
machine affects both. Below 1, this version is faster.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import cv2
from batch import write_mnist
from cold_read import PICTURE, run_cold
from environments import own_python, packages_of
from figures import conditions, print_conditions, print_table, write_json
from speed import SHEETS, picture

ROOT = Path(__file__).parents[1]
COLD_RUNS = 7
WARM_UP = 2  # calls of each version that are not timed
LARGE = "12 MP JPEG"  # the sheet beside which OpenCV's decoding is timed
READING = """
import sys, time
from inkten import Reader

reader = Reader()
for line in sys.stdin:
    start = time.perf_counter()
    reader.read(line.rstrip("\\n"))
    print(time.perf_counter() - start, flush=True)
"""


class Pair(NamedTuple):
    """Seconds of the other version, and of this one."""

    other: float
    this: float


class Version:
    """A warm reader of an installed inkten, in a process of its own."""

    def __init__(self, python: str) -> None:
        """Start the process."""
        self._process = subprocess.Popen(
            [python, "-c", READING],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=tempfile.gettempdir(),  # not a folder with another inkten in it
        )

    def read(self, path: Path) -> float:
        """The seconds that reading a picture takes."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{path}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


def source_of(version: str, folder: Path) -> Path:
    """A wheel, or a revision that is unpacked into a folder."""
    if version.endswith(".whl"):
        return Path(version)
    archive = subprocess.run(
        ["git", "-C", str(ROOT), "archive", version],
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    folder.mkdir()
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
    return folder


def install(source: Path, folder: Path) -> str:
    """Install a version into an environment; return its Python."""
    pinned = folder.with_suffix(".txt")
    same = (name for name in packages_of(sys.executable) if "==" in name)
    pinned.write_text("\n".join(same), "utf-8")
    python = own_python(folder, "-c", str(pinned), f"{source}[batch]")
    if python is None:
        sys.exit(1)
    return python


def in_turns(versions: Sequence[Version], path: Path, runs: int) -> Pair:
    """The median time of each version for one picture."""
    for _ in range(WARM_UP):
        for version in versions:
            version.read(path)
    times = [[version.read(path) for version in versions] for _ in range(runs)]
    return Pair(*(statistics.median(own) for own in zip(*times, strict=True)))


def warm(
    pythons: Sequence[str], folder: Path, pictures: Path | None, runs: int
) -> Iterator[tuple[str, Pair]]:
    """Time readers that have loaded their models."""
    versions = [Version(python) for python in pythons]
    for sheet in SHEETS:
        path = picture(sheet, folder)
        yield f"read, {sheet.name}", in_turns(versions, path, runs)
        if sheet.name == LARGE:
            decoding = _decoding(path, runs)
            yield "... OpenCV's decoding alone", Pair(decoding, decoding)
    if pictures:
        files = [
            path
            for path in sorted(pictures.resolve().rglob("*"))
            if cv2.haveImageReader(path)
        ]
        times = [in_turns(versions, path, max(runs // 10, 1)) for path in files]
        name = f"read, {len(files)} pictures of {pictures.name}"
        for kind, average in (("p50", statistics.median), ("mean", statistics.mean)):
            yield f"{name}, {kind}", Pair(*map(average, zip(*times, strict=True)))
    for version in versions:
        version.close()


def _decoding(path: Path, runs: int) -> float:
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        cv2.imread(str(path))
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def cold(commands: Sequence[str]) -> Pair:
    """The processor time of a complete `inkten read`: it varies less than wall time."""
    times = [
        [run_cold([command, "read", str(PICTURE)]).processor for command in commands]
        for _ in range(COLD_RUNS + 1)
    ]
    first_left_out = zip(*times[1:], strict=True)
    return Pair(*(statistics.median(own) for own in first_left_out))


def batch(commands: Sequence[str], folder: Path, count: int, runs: int) -> Pair:
    """The seconds of `inkten batch` for ``count`` files of 28x28."""
    write_mnist(folder / "files", count)
    out = folder / "out"
    times: list[list[float]] = [[], []]
    for _ in range(runs):
        for command, own in zip(commands, times, strict=True):
            shutil.rmtree(out, ignore_errors=True)
            start = time.perf_counter()
            subprocess.run(
                [command, "batch", str(folder / "files"), "--out", str(out)],
                check=True,
                capture_output=True,
            )
            own.append(time.perf_counter() - start)
    return Pair(*map(statistics.median, times))


def main() -> None:
    """Install the other version, let both take turns, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "version", nargs="?", help="a revision of the repository, or a wheel"
    )
    parser.add_argument("--pictures", type=Path, help="read these, too")
    parser.add_argument("--batch", type=int, default=7_000, help="files of 28x28")
    parser.add_argument("--runs", type=int, default=30, help="timed calls of each kind")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        this = other = install(ROOT, folder / "this")
        if args.version:
            source = source_of(args.version, folder / "source")
            other = install(source, folder / "other")
        pythons = other, this
        commands = [str(Path(python).with_name("inkten")) for python in pythons]
        times = dict(warm(pythons, folder, args.pictures, args.runs))
        times["inkten read, cold, processor time"] = cold(commands)
        rounds = max(args.runs // 10, 1)
        batched = f"inkten batch, {args.batch:,} files"
        times[batched] = batch(commands, folder, args.batch, rounds)
    version = Path(args.version).stem if args.version else "itself"
    where = conditions(version=version, runs=args.runs)
    print_conditions(where)
    print_table(
        ("call", f"{version}, ms", "this version, ms", "times as long"),
        (
            (
                name,
                f"{1000 * pair.other:.1f}",
                f"{1000 * pair.this:.1f}",
                f"{pair.this / pair.other:.2f}",
            )
            for name, pair in times.items()
        ),
    )
    write_json(
        args.json, where, {"seconds": {n: p._asdict() for n, p in times.items()}}
    )


if __name__ == "__main__":
    main()
