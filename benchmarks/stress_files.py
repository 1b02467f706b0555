"""Damaged files, as many as one likes, through `Reader.read`: no fault, no growth.

    python benchmarks/stress_files.py --files 100000

A sheet with a few digits is written as a file of every form that the reader takes
(`forms.py`), and these are damaged at random (`mutate.py`), each from its own seed, so
that a file is the same in every run. They are read in guarded processes: each may take
so much address space more than it starts with, and each file so much time. A file may
be read or refused (`PictureError`). Anything else, from another error to a process that
dies or hangs, is kept in a folder and makes the exit status 1; so does memory that
grows. Linux only: it is asked for the peak memory of every file.
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
from forms import FORMS, in_every_form
from mutate import PNG_SIGNATURE, mutate, with_right_checksums
from sheets import write_sheet
from tables import Row, conditions, print_conditions, print_rows, write_json

import inkten

SIDE = 112  # px
READ, REFUSED = "read", "refused"
LEEWAY = 4_000_000_000  # bytes of address space: what 100 million pixels take, and half
START_SECONDS = 60  # for a process to load its models
MOST_GROWTH = 64  # MB: twice the largest piece that glibc keeps for another use
MB = 1e6
NAMES = tuple(FORMS)
SPAWN = get_context("spawn")


@dataclass(frozen=True)
class Outcome:
    """What became of one file."""

    number: int
    what: str  # READ, REFUSED, or what went wrong
    seconds: float = 0.0
    peak_mb: float = 0.0  # the most memory held while it was read
    held_mb: float = 0.0  # afterwards

    @property
    def form(self) -> str:
        """The form that the file had before it was damaged."""
        return NAMES[self.number % len(NAMES)]

    @property
    def wrong(self) -> bool:
        """Whether it was neither read nor refused."""
        return self.what not in (READ, REFUSED)


def originals() -> dict[str, bytes]:
    """A small sheet in every form."""
    page = write_sheet(
        np.random.default_rng(0), ["42", "7"], size=(SIDE, SIDE), digit=28
    )
    return in_every_form(page)


def damaged(originals: dict[str, bytes], seed: int, number: int) -> bytes:
    """The file of that number: the same in every run, and in every process."""
    content = originals[NAMES[number % len(NAMES)]]
    chance = random.Random(f"{seed} {number}")
    changed = mutate(content, chance)
    if changed.startswith(PNG_SIGNATURE) and chance.random() < 0.75:
        return with_right_checksums(changed)
    return changed


def read_all(connection: Connection, seed: int, numbers: Sequence[int]) -> None:
    """In the guarded process: read file after file, and tell of each."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who watches
    reader, files = inkten.Reader(threads=1), originals()
    reader.read(files["PNG, gray"])  # what is made once is made now
    warnings.simplefilter("ignore")  # Pillow's, of the damage
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())  # codecs' likewise
    most = _bytes_of("VmSize") + LEEWAY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    connection.send(None)
    for number in numbers:
        content = damaged(files, seed, number)
        Path("/proc/self/clear_refs").write_text("5")  # the peak is the present again
        start = time.perf_counter()
        what = _read(reader, content)
        seconds = time.perf_counter() - start
        held = _bytes_of("VmRSS") / MB
        peak = _bytes_of("VmHWM") / MB
        connection.send(Outcome(number, what, seconds, peak, held))


def _read(reader: inkten.Reader, content: bytes) -> str:
    try:
        reader.read(content)
    except inkten.PictureError:
        return REFUSED
    except Exception as error:  # what this program is looking for
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return READ


def _bytes_of(entry: str) -> int:
    """An entry of this process's /proc/self/status, in bytes."""
    _, _, after = Path("/proc/self/status").read_text().partition(f"{entry}:")
    return int(after.split()[0]) * 1024


def watch(
    seed: int, numbers: Sequence[int], seconds: float, stopped: Event
) -> list[Outcome]:
    """Have files read by a guarded process; by a new one after each that was lost."""
    left, outcomes = list(numbers), []
    while left and not stopped.is_set():
        ours, theirs = SPAWN.Pipe(duplex=False)
        process = SPAWN.Process(target=read_all, args=(theirs, seed, left))
        process.start()
        theirs.close()  # so that the end of the process ends the pipe
        try:
            _wait_for_start(ours)
            while left and not stopped.is_set():
                outcomes.append(_next(ours, left.pop(0), seconds))
                if not outcomes[-1].peak_mb:  # lost
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


def share_out(told: argparse.Namespace) -> list[list[Outcome]]:
    """Share the files among the processes."""
    workers = min(told.workers, told.files)
    shares = [range(i, told.files, workers) for i in range(workers)]
    stopped = Event()
    with ThreadPoolExecutor(workers) as pool:
        watched = [
            pool.submit(watch, told.seed, share, told.seconds, stopped)
            for share in shares
        ]
        try:
            return [each.result() for each in watched]
        finally:
            stopped.set()  # by Ctrl-C, or where one could not start


def growth(outcomes: Sequence[Outcome]) -> float:
    """The memory held at the end beyond the most held in the first half, MB."""
    held = [outcome.held_mb for outcome in outcomes if outcome.held_mb]
    return held[-1] - max(held[: max(1, len(held) // 2)]) if held else 0.0


def row(name: str, outcomes: Sequence[Outcome]) -> Row:
    """A form's row of the table."""
    counts = Counter("wrong" if each.wrong else each.what for each in outcomes)
    p50, p99, longest = np.quantile(
        [1e3 * outcome.seconds for outcome in outcomes], (0.5, 0.99, 1)
    ).tolist()
    return {
        "form": name,
        **{what: counts[what] for what in (READ, REFUSED, "wrong")},
        "p50, ms": p50,
        "p99, ms": p99,
        "longest, ms": longest,
        "peak, MB": max(outcome.peak_mb for outcome in outcomes),
    }


def keep(folder: Path, seed: int, wrong: Iterable[Outcome]) -> None:
    """Write the files that went wrong, and say what each did."""
    files = originals()
    for outcome in wrong:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"seed-{seed}-{outcome.number}"
        path.write_bytes(damaged(files, seed, outcome.number))
        print(f"{path} ({outcome.form}): {outcome.what}")


def main() -> None:
    """Read them all, and tell what came of them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=float, default=30.0, help="for each file")
    parser.add_argument("--keep", type=Path, default=Path("runs/stress_files"))
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    told = parser.parse_args()
    start = time.perf_counter()
    shares = share_out(told)
    outcomes = [outcome for share in shares for outcome in share]
    where = conditions(n=told.files, seed=told.seed, workers=told.workers)
    print_conditions(where)
    forms = {name: [each for each in outcomes if each.form == name] for name in NAMES}
    rows = [row(name, those) for name, those in forms.items() if those]
    rows.append(row("all", outcomes))
    print_rows(rows)
    grown = max(growth(share) for share in shares)
    seconds = time.perf_counter() - start
    print(f"\nMemory grew by {grown:.0f} MB in the second half. {seconds:.0f} s.")
    wrong = [outcome for outcome in outcomes if outcome.wrong]
    keep(told.keep, told.seed, wrong)
    figures = {"rows": rows, "growth, MB": grown, "seconds": seconds}
    write_json(told.json, where, figures)
    if wrong or grown > MOST_GROWTH:
        sys.exit(f"wrong: {len(wrong)} files" if wrong else "wrong: memory grew")


if __name__ == "__main__":
    main()
