"""A service under attack, watched: its memory, and whether others are answered."""

import threading
import time
import urllib.error
import urllib.request
from types import TracebackType

from processes import Running

STEP = 0.05  # s between two looks
PATIENCE = 20  # s: an answer that takes longer counts as none


class Watch:
    """Asks `/health/live` and measures the memory while its block runs."""

    def __init__(self, service: Running) -> None:
        """Watch ``service``."""
        self._service = service
        self._done = threading.Event()
        self._threads = [
            threading.Thread(target=each) for each in (self._measure, self._ask)
        ]
        self._idle_mb = service.memory_mb()
        self.memory_mb = 0.0  # the peak beyond the memory before
        self.slowest_ms = 0.0
        self.unanswered = 0
        self.seconds = 0.0

    def __enter__(self) -> "Watch":
        """Start watching."""
        self._start = time.perf_counter()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop watching."""
        self.seconds = time.perf_counter() - self._start
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _measure(self) -> None:
        is_done = False
        while not is_done:
            is_done = self._done.wait(STEP)
            beyond = self._service.memory_mb() - self._idle_mb
            self.memory_mb = max(self.memory_mb, beyond)

    def _ask(self) -> None:
        is_done = False
        while not is_done:  # once at least
            is_done = self._done.wait(STEP)
            start = time.perf_counter()
            try:
                url = f"{self._service.address}/health/live"
                urllib.request.urlopen(url, timeout=PATIENCE).close()
            except (urllib.error.URLError, OSError):
                self.unanswered += 1
            took = 1000 * (time.perf_counter() - start)
            self.slowest_ms = max(self.slowest_ms, took)
