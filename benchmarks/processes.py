"""A service as a process that a benchmark starts, watches and stops."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 120
KIB = 1024


@dataclass(frozen=True)
class Running:
    """A service that answers."""

    address: str
    process: subprocess.Popen[bytes]
    start_seconds: float  # from the command to the first picture read

    def memory_mb(self) -> float:
        """Resident memory of the process and all below it, 10^6 bytes (Linux)."""
        children: dict[int, list[int]] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                after_name = stat.read_text().rpartition(")")[2].split()
            except OSError:  # it has ended
                continue
            children.setdefault(int(after_name[1]), []).append(int(stat.parent.name))
        family, found = [self.process.pid], 0.0
        while family:
            pid = family.pop()
            family += children.get(pid, [])
            found += _resident(pid)
        return found / 1e6


@contextmanager
def running(
    command: list[str], path: str, body: bytes, content_type: str, **environment: str
) -> Iterator[Running]:
    """Start ``command`` with a free port in the place of PORT; stop it at the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    words = [word.replace("PORT", str(port)) for word in command]
    address = f"http://127.0.0.1:{port}"
    start = time.perf_counter()
    process = subprocess.Popen(
        words,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )
    try:
        while not _answers(f"{address}{path}", body, content_type):
            late = time.perf_counter() > start + START_SECONDS
            if late or process.poll() is not None:
                sys.exit(f"{' '.join(words)} does not answer")
            time.sleep(0.02)
        yield Running(address, process, time.perf_counter() - start)
    finally:
        process.terminate()
        process.wait(60)


def _answers(url: str, body: bytes, content_type: str) -> bool:
    request = urllib.request.Request(url, body, {"Content-Type": content_type})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status == 200
    except OSError:
        return False


def _resident(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    _, _, after = status.partition("VmRSS:")
    return float(after.split()[0]) * KIB if after else 0.0
