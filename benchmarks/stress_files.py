"""Read damaged files with `Reader.read`, looking for crashes, hangs and memory growth.

    python benchmarks/stress_files.py --files 100000

A sheet with a few digits is written in every format that the reader takes (see
`file_formats.py`),
and the files are damaged at random (`mutate.py`), each from its own seed, so that a
file is the same in every run. They are read in guarded processes, with a limit on
additional address space and on the time per file. A file may be read or refused
(`PictureError`). Anything else, such as another error, or a process that dies or hangs,
is a failure: the file is kept in a folder and the exit status is 1. The same goes for
memory that keeps growing. Linux only, as the peak memory of every file is measured.
"""

import argparse
import os
import random
import resource
import signal
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event

import numpy as np
from figures import Row, conditions, print_conditions, print_rows, write_json
from file_formats import FORMS, in_every_form
from mutate import PNG_SIGNATURE, mutate, with_right_checksums
from sheets import write_sheet

import inkten

SIDE = 112  # px
READ, REFUSED = "read", "refused"
LEEWAY = 4_000_000_000  # bytes of address space: 1.5 times what 100 million pixels take
START_SECONDS = 60  # for a process to load its models
MOST_GROWTH = 64  # MB: twice the largest block that glibc keeps for reuse
MB = 1e6
NAMES = tuple(FORMS)
SPAWN = get_context("spawn")


@dataclass(frozen=True)
class Outcome:
    """The outcome of one file."""

    number: int
    result: str  # READ, REFUSED, or what went wrong
    seconds: float = 0.0
    peak_mb: float = 0.0  # the most memory used while it was read
    held_mb: float = 0.0  # the memory still used afterwards

    @property
    def format(self) -> str:
        """The format of the file before it was damaged."""
        return NAMES[self.number % len(NAMES)]

    @property
    def failed(self) -> bool:
        """Whether it was neither read nor refused."""
        return self.result not in (READ, REFUSED)


def originals() -> dict[str, bytes]:
    """A small sheet in every format."""
    page = write_sheet(
        np.random.default_rng(0), ["42", "7"], size=(SIDE, SIDE), digit=28
    )
    return in_every_form(page)


def damaged(originals: dict[str, bytes], seed: int, number: int) -> bytes:
    """The file with this number, the same in every run and every process."""
    content = originals[NAMES[number % len(NAMES)]]
    rng = random.Random(f"{seed} {number}")
    changed = mutate(content, rng)
    if changed.startswith(PNG_SIGNATURE) and rng.random() < 0.75:
        return with_right_checksums(changed)
    return changed


def read_all(connection: Connection, seed: int, numbers: Sequence[int]) -> None:
    """Runs in the guarded process: read file after file, and report each."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C
    reader, files = inkten.Reader(threads=1), originals()
    reader.read(files["PNG, gray"])  # memory that is allocated once is allocated now
    warnings.simplefilter("ignore")  # from Pillow, about the damage
    # Codecs warn about the damage on stderr, too.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    most = _bytes_of("VmSize") + LEEWAY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    connection.send(None)
    for number in numbers:
        content = damaged(files, seed, number)
        Path("/proc/self/clear_refs").write_text("5")  # reset the peak
        start = time.perf_counter()
        result = _read(reader, content)
        seconds = time.perf_counter() - start
        held = _bytes_of("VmRSS") / MB
        peak = _bytes_of("VmHWM") / MB
        connection.send(Outcome(number, result, seconds, peak, held))


def _read(reader: inkten.Reader, content: bytes) -> str:
    try:
        reader.read(content)
    except inkten.PictureError:
        return REFUSED
    except Exception as error:  # what this program looks for
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return READ


def _bytes_of(entry: str) -> int:
    """An entry of this process's /proc/self/status, in bytes."""
    _, _, after = Path("/proc/self/status").read_text().partition(f"{entry}:")
    return int(after.split()[0]) * 1024


def watch(
    seed: int, numbers: Sequence[int], seconds: float, stopped: Event
) -> list[Outcome]:
    """Have files read by a guarded process; if it dies or hangs, start a new one."""
    remaining, outcomes = list(numbers), []
    while remaining and not stopped.is_set():
        receiver, sender = SPAWN.Pipe(duplex=False)
        process = SPAWN.Process(target=read_all, args=(sender, seed, remaining))
        process.start()
        sender.close()  # so that the pipe closes when the process ends
        try:
            _wait_for_start(receiver)
            while remaining and not stopped.is_set():
                outcomes.append(_next(receiver, remaining.pop(0), seconds))
                if not outcomes[-1].peak_mb:  # it died or hung
                    break
        finally:
            process.kill()
            process.join()
    return outcomes


def _wait_for_start(connection: Connection) -> None:
    try:
        if connection.poll(START_SECONDS):
            connection.recv()
            return
    except EOFError:
        pass
    raise RuntimeError("a guarded process did not start")


def _next(connection: Connection, number: int, seconds: float) -> Outcome:
    if not connection.poll(seconds):
        return Outcome(number, f"not read within {seconds:g} s", seconds)
    try:
        return connection.recv()
    except EOFError:
        return Outcome(number, "the process died")


def read_in_processes(args: argparse.Namespace) -> list[list[Outcome]]:
    """Split the files among the processes."""
    workers = min(args.workers, args.files)
    shares = [range(i, args.files, workers) for i in range(workers)]
    stopped = Event()
    with ThreadPoolExecutor(workers) as pool:
        watched = [
            pool.submit(watch, args.seed, share, args.seconds, stopped)
            for share in shares
        ]
        try:
            return [each.result() for each in watched]
        finally:
            stopped.set()  # after Ctrl-C, or if a process could not start


def growth(outcomes: Sequence[Outcome]) -> float:
    """The memory used at the end beyond the maximum of the first half, MB."""
    held = [outcome.held_mb for outcome in outcomes if outcome.held_mb]
    return held[-1] - max(held[: max(1, len(held) // 2)]) if held else 0.0


def row(name: str, outcomes: Sequence[Outcome]) -> Row:
    """The row of a format in the table."""
    counts = Counter("failed" if each.failed else each.result for each in outcomes)
    p50, p99, longest = np.quantile(
        [1e3 * outcome.seconds for outcome in outcomes], (0.5, 0.99, 1)
    ).tolist()
    return {
        "format": name,
        **{result: counts[result] for result in (READ, REFUSED, "failed")},
        "p50, ms": p50,
        "p99, ms": p99,
        "longest, ms": longest,
        "peak, MB": max(outcome.peak_mb for outcome in outcomes),
    }


def keep(folder: Path, seed: int, failed: Iterable[Outcome]) -> None:
    """Keep the files that failed, and print what happened to each."""
    files = originals()
    for outcome in failed:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"seed-{seed}-{outcome.number}"
        path.write_bytes(damaged(files, seed, outcome.number))
        print(f"{path} ({outcome.format}): {outcome.result}")


def main() -> None:
    """Read all files and report the outcomes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=100_000, help="number of files")
    parser.add_argument("--seed", type=int, default=0, help="random seed (default 0)")
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, help="processes"
    )
    parser.add_argument(
        "--seconds", type=float, default=30.0, help="time limit per file"
    )
    parser.add_argument(
        "--keep",
        type=Path,
        default=Path("runs/stress_files"),
        help="folder for files that failed",
    )
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    args = parser.parse_args()
    start = time.perf_counter()
    shares = read_in_processes(args)
    outcomes = [outcome for share in shares for outcome in share]
    where = conditions(n=args.files, seed=args.seed, workers=args.workers)
    print_conditions(where)
    by_format = {
        name: [each for each in outcomes if each.format == name] for name in NAMES
    }
    rows = [row(name, those) for name, those in by_format.items() if those]
    rows.append(row("all", outcomes))
    print_rows(rows)
    grown = max(growth(share) for share in shares)
    seconds = time.perf_counter() - start
    print(f"\nMemory grew by {grown:.0f} MB in the second half. {seconds:.0f} s.")
    failed = [outcome for outcome in outcomes if outcome.failed]
    keep(args.keep, args.seed, failed)
    figures = {"rows": rows, "growth, MB": grown, "seconds": seconds}
    write_json(args.json, where, figures)
    if failed or grown > MOST_GROWTH:
        sys.exit(f"{len(failed)} files failed" if failed else "memory grew")


if __name__ == "__main__":
    main()
