"""Attacks on `inkten serve` and `inkten batch`: what they cost, and what is answered.

    python benchmarks/attack.py
    python benchmarks/attack.py --only 'headers' 'wide tiles'

Each attack once took a service or a machine down, or got an answer that nobody should
get. They are bounded, go over loopback only, and run one after the other. Meanwhile
another client asks `/health/live`. An attack has succeeded, and the exit status is 1,
if an answer is not the expected one, if the memory exceeds a limit, or if the other
client gets no answer. Linux only, as the memory is read from /proc.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from attacks_on_batch import BATCH_ATTACKS
from attacks_on_processes import PROCESS_ATTACKS
from attacks_on_service import SERVICE_ATTACKS, Sizes
from figures import Row, conditions, print_conditions, print_rows, write_json
from processes import Running, running
from serve import PNG, READ, digit, inkten
from watching import Watch

FULL = Sizes(
    digits=14_000, header_mb=300, heads=320, pictures=66, side=7000, rows=100_000
)
QUICK = Sizes(digits=500, header_mb=10, heads=40, pictures=4, side=2000, rows=1000)
SECONDS = 120  # the time limit of a request: enough on a busy machine


class Outcome(NamedTuple):
    """What an attack did."""

    attack: str
    answers: str
    held: bool
    seconds: float
    memory_mb: float | None = None  # the peak beyond what the idle service uses
    others_ms: float | None = None  # the slowest answer to the other client

    def row(self) -> Row:
        """The row in the table."""
        return {
            "attack": self.attack,
            "answers": self.answers,
            "memory, MB": self.memory_mb,
            "s": self.seconds,
            "others wait, ms": self.others_ms,
            "": "held" if self.held else "BROKEN",
        }


def on_service(names: Sequence[str], sizes: Sizes) -> list[Outcome]:
    """Attack one running service with requests."""
    chosen = [attack for attack in SERVICE_ATTACKS if attack.name in names]
    if not chosen:
        return []
    outcomes = []
    command = [*inkten(1, 1), "--seconds", str(SECONDS)]
    with running(command, READ, digit(28), PNG) as service:
        for attack in chosen:
            with Watch(service) as watch:
                answers = attack.send(service.address, sizes)
            outcomes.append(
                Outcome(
                    attack.name,
                    ", ".join(f"{n} x {answer}" for answer, n in answers.items()),
                    set(answers) <= attack.expected
                    and watch.memory_mb < attack.most_mb
                    and not watch.unanswered,
                    watch.seconds,
                    watch.memory_mb,
                    watch.slowest_ms,
                )
            )
            _settle(service)
    return outcomes


def alone(
    names: Sequence[str], sizes: Sizes, attacks: dict[str, Callable[..., str]]
) -> list[Outcome]:
    """Run attacks that start what they attack; each says "held" or what it saw."""
    outcomes = []
    for name in [name for name in attacks if name in names]:
        with tempfile.TemporaryDirectory(prefix="inkten-attack-") as folder:
            start = time.perf_counter()
            answers = attacks[name](Path(folder), sizes)
            seconds = time.perf_counter() - start
        outcomes.append(
            Outcome(name, answers, not answers.startswith("BROKEN"), seconds)
        )
    return outcomes


def _settle(service: Running) -> None:
    """Wait until the service has no work left."""
    end = time.perf_counter() + 60
    before = service.cpu_seconds()
    while time.perf_counter() < end:
        time.sleep(0.5)
        after = service.cpu_seconds()
        if after - before < 0.1:
            return
        before = after


def main() -> None:
    """Run the attacks and print a row for each."""
    others = PROCESS_ATTACKS | BATCH_ATTACKS
    names = [*(attack.name for attack in SERVICE_ATTACKS), *others]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=names,
        default=names,
        metavar="NAME",
        help=f"run only these of: {', '.join(names)}",
    )
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    args = parser.parse_args()
    sizes = QUICK if args.quick else FULL
    outcomes = on_service(args.only, sizes) + alone(args.only, sizes, others)
    where = conditions(sizes="quick" if args.quick else "full")
    print_conditions(where)
    rows = [outcome.row() for outcome in outcomes]
    print_rows(rows)
    write_json(args.json, where, {"attacks": rows})
    broken = [outcome.attack for outcome in outcomes if not outcome.held]
    if broken:
        sys.exit(f"broken: {', '.join(broken)}")


if __name__ == "__main__":
    main()
