"""Run all benchmarks one after the other and keep their output in a folder.

    python benchmarks/all.py
    python benchmarks/all.py --quick
    python benchmarks/all.py --only speed cold_read --out figures

Each benchmark writes NAME.txt and NAME.json to the folder, and summary.json lists them
all. If one fails, the others still run, and the exit status is 1. `--cache` is passed
to the benchmarks that install other software for comparison. `--transfer` and `--packs`
are the folders of data for transfer.py, and for packs.py, learn.py, choose.py and
line_reader.py; these are skipped without them.

`--quick` checks in a few minutes that every program runs, without installing other
software; its figures mean nothing.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from figures import conditions, print_conditions, print_table, write_json

HERE = Path(__file__).parent


class Benchmark(NamedTuple):
    """A program in this folder, and the options it is run with."""

    name: str
    program: str
    options: str = ""
    quick: str = ""  # options for --quick
    makes_environments: bool = False  # installs other software for comparison

    def command(self, folder: Path, extra: Sequence[str], *, quick: bool) -> list[str]:
        """The command line that runs it."""
        options = (self.quick if quick else self.options).split()
        to_file = ["--json", str(folder / f"{self.name}.json")]
        return [sys.executable, str(HERE / self.program), *options, *extra, *to_file]


class Outcome(NamedTuple):
    """How a benchmark ended."""

    name: str
    status: int
    seconds: float


# The most sensitive to a busy machine come first, the longest last.
PLAN = (
    Benchmark("cold_read", "cold_read.py", quick="--runs 1"),
    Benchmark(
        "against", "against.py", "e0d35f9 --batch 70000", "--runs 1 --batch 100"
    ),  # 0.1.0
    Benchmark("speed", "speed.py", quick="--runs 2"),
    Benchmark("install", "install.py", quick="--alone"),
    Benchmark("serve", "serve.py", quick="--seconds 0.5 --strokes 3"),
    Benchmark("readers", "readers.py", "", "--n 3 --alone", makes_environments=True),
    Benchmark("corruptions", "corruptions.py", quick="--n 10"),
    Benchmark("lines", "lines.py", quick="--n 3"),
    Benchmark("tables", "tables.py", quick="--n 4 --runs 1"),
    Benchmark("forms", "forms.py", quick="--n 2"),
    Benchmark("signs", "signs.py", quick="--n 20"),
    Benchmark("transfer", "transfer.py"),
    Benchmark("packs", "packs.py", quick="--every 50"),
    Benchmark("learn", "learn.py", quick="--each 1 --models mlp"),
    Benchmark("line_reader", "line_reader.py", quick="--every 50"),
    Benchmark("choose", "choose.py", quick="--pages 20"),
    Benchmark("batch_mnist", "batch.py", "mnist", "mnist --pictures 200"),
    Benchmark("batch_photos", "batch.py", "photos", "photos --pictures 10"),
    Benchmark(
        "batch_memory", "batch.py", "memory", "memory --pictures 200 --repeated 400"
    ),
    Benchmark("batch_ray", "batch.py", "ray", "ray --pictures 800 --part-size 50"),
    Benchmark("batch_kills", "batch.py", "kills", "kills --pictures 200 --kills 2"),
    Benchmark("own_model", "own_model.py", quick="--pictures 2000 --epochs 2"),
    Benchmark("training", "training.py", "", "--quick", makes_environments=True),
    Benchmark("attack", "attack.py", quick="--quick"),
    Benchmark("stress_serve", "stress_serve.py", quick="--pictures 100"),
    Benchmark("stress_files", "stress_files.py", quick="--files 200"),
)

# The options that name folders of data, and the benchmarks that need them
DATA = {
    "transfer": ("transfer",),
    "packs": ("packs", "learn", "choose", "line_reader"),
}


def run(benchmark: Benchmark, command: Sequence[str], folder: Path) -> Outcome:
    """Run a benchmark and wait for it to end, also after Ctrl-C, so it can clean up."""
    (folder / f"{benchmark.name}.json").unlink(missing_ok=True)  # from an earlier run
    start = time.perf_counter()
    with (folder / f"{benchmark.name}.txt").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            status = process.wait()
        except KeyboardInterrupt:
            process.wait()  # it received Ctrl-C, too
            raise
    return Outcome(benchmark.name, status, time.perf_counter() - start)


def rows(outcomes: Sequence[Outcome]) -> list[list[str]]:
    """A row per benchmark, and one for all."""
    failed = sum(one.status != 0 for one in outcomes)
    each = [[one.name, _result(one.status), f"{one.seconds:.0f}"] for one in outcomes]
    seconds = sum(one.seconds for one in outcomes)
    return [*each, [f"all {len(outcomes)}", f"{failed} failed", f"{seconds:.0f}"]]


def main() -> None:
    """Run the chosen benchmarks, print a line as each ends, then the summary."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--quick", action="store_true", help="small sizes; takes minutes"
    )
    names = [benchmark.name for benchmark in PLAN]
    parser.add_argument(
        "--only",
        nargs="+",
        choices=names,
        default=names,
        metavar="NAME",
        help=f"run only these of {', '.join(names)}",
    )
    parser.add_argument(
        "--out", type=Path, help="output folder (default runs/benchmarks-DATE-TIME)"
    )
    parser.add_argument(
        "--cache", type=Path, help="keep environments with other software here"
    )
    parser.add_argument("--transfer", type=Path, help="folder of data for transfer.py")
    parser.add_argument(
        "--packs",
        type=Path,
        help="folder of packs, for packs.py, learn.py, choose.py and line_reader.py",
    )
    args = parser.parse_args()
    data_options = {name: option for option, names in DATA.items() for name in names}
    for name, option in data_options.items():
        if args.only == [name] and not getattr(args, option):
            parser.error(f"{name} needs --{option} FOLDER")
    folder = args.out or Path("runs") / f"benchmarks-{datetime.now():%Y%m%d-%H%M%S}"
    folder.mkdir(parents=True, exist_ok=True)
    where = conditions(sizes="quick" if args.quick else "full")
    outcomes: list[Outcome] = []
    for benchmark in PLAN:
        extra = []
        if benchmark.name not in args.only:
            continue
        if option := data_options.get(benchmark.name):
            data = getattr(args, option)
            if not data:
                message = f"{benchmark.name} is skipped: it needs --{option}."
                print(message, file=sys.stderr)
                continue
            extra = [str(data)]
        if args.cache and benchmark.makes_environments:
            extra = ["--cache", str(args.cache)]
        command = benchmark.command(folder, extra, quick=args.quick)
        outcome = run(benchmark, command, folder)
        outcomes.append(outcome)
        result = _result(outcome.status)
        print(f"{outcome.name}: {result}, {outcome.seconds:.0f} s", flush=True)
        figures = [one._asdict() for one in outcomes]
        write_json(folder / "summary.json", where, {"benchmarks": figures})
    print()
    print_conditions(where)
    print_table(("benchmark", "", "seconds"), rows(outcomes))
    print(f"\nThe output and the figures of each are in {folder}.")
    sys.exit(any(one.status for one in outcomes))


def _result(status: int) -> str:
    return "passed" if status == 0 else f"FAILED ({status})"


if __name__ == "__main__":
    main()
