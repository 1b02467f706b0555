"""Thousands of damaged pictures to `inkten serve`: no error, no growing memory.

    python benchmarks/stress_serve.py --pictures 10000

Good pictures of every format are damaged at random (`mutate.py`) and sent over
loopback. Each must be read (200) or refused (4xx). Then the same pictures are sent
again and again. The service reaches its peak in the first two rounds, as a damaged
header may claim a larger picture; if memory still grows in later rounds, something is
never freed. Exit status 1 if an answer or the memory is wrong.
"""

import argparse
import random
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from figures import conditions, print_conditions, print_table, write_json
from mutate import mutate
from processes import Running, running
from serve import PNG, READ, digit, inkten
from stress_files import originals

WARM_UP, ROUNDS = 2, 8  # rounds in which memory may still grow, and all
MAX_GROWTH = 1.1  # from one half of the other rounds to the next
SENDERS = 4


def send(service: Running, count: int, seed: int) -> Counter[int]:
    """Send damaged pictures one after the other; count the statuses."""
    rng, contents = random.Random(seed), list(originals().values())
    connection = HTTPConnection(urlsplit(service.address).netloc, timeout=60)
    statuses: Counter[int] = Counter()
    for i in range(count):
        body = mutate(contents[i % len(contents)], rng)
        connection.request("POST", READ, body, {"Content-Type": PNG})
        answer = connection.getresponse()
        answer.read()
        statuses[answer.status] += 1
    connection.close()
    return statuses


def send_all(service: Running, count: int, seed: int) -> Counter[int]:
    """Send the pictures from several threads."""
    share = -(-count // SENDERS)
    with ThreadPoolExecutor(SENDERS) as pool:
        counts = pool.map(
            lambda sender: send(service, share, seed + sender), range(SENDERS)
        )
        return sum(counts, Counter())


def main() -> None:
    """Send all pictures in each round, and report the answers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    arguments = parser.parse_args()
    start = time.perf_counter()
    with running(inkten(1, None), READ, digit(28), PNG) as service:
        statuses: Counter[int] = Counter()
        memory = []
        for _ in range(ROUNDS):
            statuses += send_all(service, arguments.pictures, arguments.seed)
            memory.append(service.memory_mb())
    measured = conditions(pictures=arguments.pictures, seed=arguments.seed)
    print_conditions(measured)
    figures = {
        "answers": {str(status): count for status, count in sorted(statuses.items())},
        "memory after each round, MB": [round(size, 1) for size in memory],
        "seconds": round(time.perf_counter() - start, 1),
    }
    print_table(tuple(figures), [[str(value) for value in figures.values()]])
    write_json(arguments.json, measured, figures)
    wrong = [status for status in statuses if status not in range(200, 500)]
    # The minimum of each half: a round may end with several large pictures at once.
    half = (WARM_UP + ROUNDS) // 2
    earlier, later = min(memory[WARM_UP:half]), min(memory[half:])
    if wrong or later > MAX_GROWTH * earlier:
        sys.exit(f"wrong: {wrong or 'memory grew'}")


if __name__ == "__main__":
    main()
