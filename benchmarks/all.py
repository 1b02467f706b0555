"""All benchmarks, one after the other, and what each printed and measured in a folder.

    python benchmarks/all.py
    python benchmarks/all.py --quick
    python benchmarks/all.py --only speed cold_read --out figures

The folder gets a NAME.txt and a NAME.json of each, and a summary.json. One that fails
does not stop the others; the exit status is 1 then. Two options are handed on where
they are given: `--cache` to those that make environments for peers, `--transfer` is the
folder for transfer.py, which is left out without it.

`--quick` shows in a few minutes that every program runs, without installing any peer;
its figures say nothing.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from tables import conditions, print_conditions, print_table, write_json

HERE = Path(__file__).parent


class Benchmark(NamedTuple):
    """A program of this folder, and the options it is run with."""

    name: str
    program: str
    options: str = ""
    quick: str = ""  # instead, where it shall be over soon
    makes_environments: bool = False  # for peers

    def command(self, folder: Path, extra: Sequence[str], *, quick: bool) -> list[str]:
        """Give the words that run it."""
        options = (self.quick if quick else self.options).split()
        to_file = ["--json", str(folder / f"{self.name}.json")]
        return [sys.executable, str(HERE / self.program), *options, *extra, *to_file]


class Done(NamedTuple):
    """How one of them ended."""

    name: str
    status: int
    seconds: float


# Those that need a quiet machine most come first, the long ones last.
PLAN = (
    Benchmark("cold_read", "cold_read.py", quick="--runs 1"),
    Benchmark("speed", "speed.py", quick="--runs 2"),
    Benchmark("install", "install.py", quick="--alone"),
    Benchmark("serve", "serve.py", quick="--seconds 0.5 --strokes 3"),
    Benchmark("readers", "readers.py", "", "--n 3 --alone", makes_environments=True),
    Benchmark("corruptions", "corruptions.py", quick="--n 10"),
    Benchmark("lines", "lines.py", quick="--n 3"),
    Benchmark("transfer", "transfer.py"),
    Benchmark("batch_mnist", "batch.py", "mnist", "mnist --pictures 200"),
    Benchmark("batch_photos", "batch.py", "photos", "photos --pictures 10"),
    Benchmark(
        "batch_memory", "batch.py", "memory", "memory --pictures 200 --repeated 400"
    ),
    Benchmark("batch_ray", "batch.py", "ray", "ray --pictures 800 --part-size 50"),
    Benchmark("batch_kills", "batch.py", "kills", "kills --pictures 200 --kills 2"),
    Benchmark("training", "training.py", "", "--quick", makes_environments=True),
    Benchmark("stress_serve", "stress_serve.py", quick="--pictures 100"),
    Benchmark("stress_files", "stress_files.py", quick="--files 200"),
)


def run(benchmark: Benchmark, command: Sequence[str], folder: Path) -> Done:
    """Run one to its end, whatever that is; Ctrl-C ends it, and it tidies up."""
    (folder / f"{benchmark.name}.json").unlink(missing_ok=True)  # of an earlier run
    start = time.perf_counter()
    with (folder / f"{benchmark.name}.txt").open("wb") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        try:
            status = process.wait()
        except KeyboardInterrupt:
            process.wait()  # it heard Ctrl-C, too
            raise
    return Done(benchmark.name, status, time.perf_counter() - start)


def rows(done: Sequence[Done]) -> list[list[str]]:
    """Give a row per benchmark, and one for all."""
    failed = sum(one.status != 0 for one in done)
    told = [[one.name, _ending(one.status), f"{one.seconds:.0f}"] for one in done]
    seconds = sum(one.seconds for one in done)
    return [*told, [f"all {len(done)}", f"{failed} failed", f"{seconds:.0f}"]]


def main() -> None:
    """Run what is asked for, print a line as each ends, then the summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes: minutes")
    names = [benchmark.name for benchmark in PLAN]
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--out", type=Path, help="runs/benchmarks-DATE-TIME by default")
    parser.add_argument("--cache", type=Path, help="keep the peers' environments here")
    parser.add_argument("--transfer", type=Path, help="the folder for transfer.py")
    told = parser.parse_args()
    if told.only == ["transfer"] and not told.transfer:
        parser.error("transfer needs --transfer FOLDER")
    folder = told.out or Path("runs") / f"benchmarks-{datetime.now():%Y%m%d-%H%M%S}"
    folder.mkdir(parents=True, exist_ok=True)
    where = conditions(sizes="quick" if told.quick else "full")
    done: list[Done] = []
    for benchmark in PLAN:
        extra = []
        if benchmark.name not in told.only:
            continue
        if benchmark.name == "transfer":
            if not told.transfer:
                print("transfer is left out: it needs --transfer.", file=sys.stderr)
                continue
            extra = [str(told.transfer)]
        if told.cache and benchmark.makes_environments:
            extra = ["--cache", str(told.cache)]
        command = benchmark.command(folder, extra, quick=told.quick)
        one = run(benchmark, command, folder)
        done.append(one)
        print(f"{one.name}: {_ending(one.status)}, {one.seconds:.0f} s", flush=True)
        figures = [one._asdict() for one in done]
        write_json(folder / "summary.json", where, {"benchmarks": figures})
    print()
    print_conditions(where)
    print_table(("benchmark", "", "seconds"), rows(done))
    print(f"\nWhat each printed and measured is in {folder}.")
    sys.exit(any(one.status for one in done))


def _ending(status: int) -> str:
    return "passed" if status == 0 else f"FAILED ({status})"


if __name__ == "__main__":
    main()
