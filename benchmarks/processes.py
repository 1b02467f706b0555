"""Memory of processes, and services that a benchmark starts and stops."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 120
END_SECONDS = 60
KIB = 1024


def memory_mb(pid: int) -> float:
    """Proportional set size of a process and its descendants, 10^6 bytes (Linux).

    Shared memory counts in equal parts for the processes that share it.
    """
    total, waiting = 0, [pid]
    while waiting:
        process = Path(f"/proc/{waiting.pop()}")
        try:
            rollup = (process / "smaps_rollup").read_text()
            _, _, after = rollup.partition("\nPss:")
            total += int(after.split()[0]) * KIB
            for task in (process / "task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except (OSError, IndexError):  # it has just ended
            continue
    return total / 1e6


@dataclass(frozen=True)
class Running:
    """A running service."""

    address: str
    process: subprocess.Popen[bytes]
    start_seconds: float  # from the command to the first picture read

    def memory_mb(self) -> float:
        """The memory of all its processes."""
        return memory_mb(self.process.pid)

    def cpu_seconds(self) -> float:
        """The processor time of its first process so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2]
        user, system = fields.split()[11:13]  # in clock ticks
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(
    command: list[str], path: str, body: bytes, content_type: str, **environment: str
) -> Iterator[Running]:
    """Start ``command`` with a free port in place of PORT; stop it at the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [word.replace("PORT", str(port)) for word in command]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env={**os.environ, **environment}
        )
        try:
            while not _answers(f"{address}{path}", body, content_type):
                late = time.perf_counter() > start + START_SECONDS
                if late or process.poll() is not None:
                    output.seek(0)
                    last = output.read().decode(errors="replace")[-2000:]
                    sys.exit(
                        f"{' '.join(command)} does not answer; its output:\n{last}"
                    )
                time.sleep(0.02)
            yield Running(address, process, time.perf_counter() - start)
        finally:
            process.terminate()
            try:
                process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _answers(url: str, body: bytes, content_type: str) -> bool:
    request = urllib.request.Request(url, body, {"Content-Type": content_type})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status == 200
    except OSError:
        return False
