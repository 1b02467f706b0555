"""Attacks on the processes of `inkten serve`, and on what it stores."""

import csv
import os
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from attack_files import encoded, page_of
from attack_requests import FORM, connect, post
from attacks_on_service import Sizes
from environments import INKTEN
from processes import running
from serve import PNG, READ, digit, inkten

CORRECTIONS = "/v1/corrections"
STOP_SECONDS = 2  # the time limit of a request of the service that is stopped
COLLECT_MAX = 20_000  # bytes
CORRECTED = 9  # pictures, of which the fastest counts
MOST_TIMES = 10  # as long as in a short list, a correction in a long list may take


def _listens(address: str) -> bool:
    try:
        connect(address).close()
    except ConnectionError:
        return False
    return True


def _stop_while_reading(_: Path, sizes: Sizes) -> str:
    """SIGTERM while a picture is read that takes longer than its time."""
    command = [*inkten(1, 1), "--seconds", str(STOP_SECONDS)]
    with running(command, READ, digit(28), PNG) as service:
        body = page_of(sizes.digits)
        sender = threading.Thread(target=post, args=(service.address, body))
        sender.start()
        time.sleep(1)
        service.process.send_signal(signal.SIGTERM)
        start = time.perf_counter()
        try:
            service.process.wait(timeout=4 * STOP_SECONDS + 10)
        except subprocess.TimeoutExpired:
            return "BROKEN: still runs"
        seconds = time.perf_counter() - start
        sender.join()
        return f"ended after {seconds:.1f} s"


def _killed_parent(_: Path, __: Sizes) -> str:
    """SIGKILL to the parent of two workers."""
    with running(inkten(2, 1), READ, digit(28), PNG) as service:
        os.kill(service.process.pid, signal.SIGKILL)
        service.process.wait()
        start = time.perf_counter()
        while _listens(service.address):
            if time.perf_counter() > start + 20:
                return "BROKEN: workers still answer"
            time.sleep(0.05)
        return f"port free after {time.perf_counter() - start:.1f} s"


def _blank_key(_: Path, __: Sizes) -> str:
    done = subprocess.run(
        [INKTEN, "serve", "--key", " "], capture_output=True, timeout=60
    )
    return "refused" if done.returncode == 2 else f"BROKEN: {done.returncode}"


def _correct(address: str, value: int) -> str:
    """Correct a picture that no other call sends."""
    noise = np.random.default_rng(value).integers(0, 256, (28, 28))
    head = b"--x\r\nContent-Disposition: form-data; name="
    parts = [
        head + b'"text"\r\n\r\n7',
        head + b'"picture"; filename="p.png"\r\n\r\n',
    ]
    picture = encoded(".png", noise.astype(np.uint8))
    body = b"\r\n".join(parts) + picture + b"\r\n--x--"
    return post(address, body, FORM, CORRECTIONS)


def _full_collection(folder: Path, _: Sizes) -> str:
    """Corrections until no more are kept."""
    options = ["--collect", str(folder / "kept"), "--collect-max", str(COLLECT_MAX)]
    with running([*inkten(1, 1), *options], READ, digit(28), PNG) as service:
        answers = Counter(_correct(service.address, value) for value in range(60))
    files = [path for path in (folder / "kept").rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    text = f"{answers['201']} x 201, {answers['507']} x 507, {size:,} bytes"
    held = answers["507"] and size <= COLLECT_MAX
    return text if held else f"BROKEN: {text}"


def _long_collection(folder: Path, sizes: Sizes) -> str:
    """Corrections in a list of many rows, and of few."""
    few, many = (_fastest(folder / str(rows), rows) for rows in (10, sizes.rows))
    text = f"{1000 * few:.0f} ms in 10 rows, {1000 * many:.0f} ms in {sizes.rows:,}"
    return text if many < MOST_TIMES * few else f"BROKEN: {text}"


def _fastest(folder: Path, rows: int) -> float:
    """The seconds of one correction in a list of ``rows``."""
    folder.mkdir()
    with (folder / "labels.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["file", "text", "boxes"])
        writer.writerows(
            [f"pictures/{row:024}.png", "7", "[[1, 2, 3, 4]]"] for row in range(rows)
        )
    seconds = []
    command = [*inkten(1, 1), "--collect", str(folder)]
    with running(command, READ, digit(28), PNG) as service:
        for value in range(CORRECTED):
            start = time.perf_counter()
            _correct(service.address, value)
            seconds.append(time.perf_counter() - start)
    return min(seconds)


PROCESS_ATTACKS: dict[str, Callable[[Path, Sizes], str]] = {
    "stop while reading": _stop_while_reading,
    "killed parent": _killed_parent,
    "blank key": _blank_key,
    "full collection": _full_collection,
    "long collection": _long_collection,
}
