"""Metrics in the format of Prometheus.

Several worker processes count into files of one folder, which their parent creates and
names in ``PROMETHEUS_MULTIPROC_DIR``; each of them reports the sum.
"""

import os
from contextlib import suppress
from pathlib import Path

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from inkten.forms.result import FormReading
from inkten.reading import Reading

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # prometheus-client's own
MEDIA_TYPE = CONTENT_TYPE_LATEST
SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, float("inf"))

disable_created_metrics()  # they would double the output, and hardly anybody uses them


class Metrics:
    """Counts requests, pictures and digits; stores nothing of a picture."""

    def __init__(self) -> None:
        """Start at zero."""
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "inkten_requests",
            "Requests answered.",
            ("method", "path", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "inkten_request_seconds",
            "Seconds from a request's headers to the end of its answer.",
            ("path",),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._pictures = Counter(
            "inkten_pictures",
            "Pictures by outcome: read, empty (no digit found) or refused.",
            ("outcome",),
            registry=self._registry,
        )
        self._digits = Counter(
            "inkten_digits", "Digits found.", registry=self._registry
        )
        self._unsure = Counter(
            "inkten_unsure_digits",
            "Digits below the minimum confidence, answered as '?'.",
            registry=self._registry,
        )
        self.in_flight = Gauge(
            "inkten_requests_in_flight",
            "Requests being received, waiting or being read.",
            multiprocess_mode="livesum",
            registry=self._registry,
        )
        _forget_dead_workers()

    def request(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._requests.labels(method, path, str(status)).inc()
        self._seconds.labels(path).observe(seconds)

    def reading(self, reading: Reading | FormReading) -> None:
        """Count one picture that was read."""
        self._pictures.labels("read" if reading.digits else "empty").inc()
        self._digits.inc(len(reading.digits))
        self._unsure.inc(sum(digit.value is None for digit in reading.digits))

    def refusal(self) -> None:
        """Count one picture that could not be read."""
        self._pictures.labels("refused").inc()

    def text(self) -> bytes:
        """All metrics, of all worker processes."""
        if FOLDER_VARIABLE not in os.environ:
            return generate_latest(self._registry)
        all_workers = CollectorRegistry()
        MultiProcessCollector(all_workers)
        return generate_latest(all_workers)


def leave() -> None:
    """Remove this ending worker's requests in flight from the sum."""
    if FOLDER_VARIABLE in os.environ:
        mark_process_dead(os.getpid())


def _forget_dead_workers() -> None:
    """Remove a killed worker's requests in flight from the sum."""
    if os.name != "posix" or FOLDER_VARIABLE not in os.environ:
        return
    for path in Path(os.environ[FOLDER_VARIABLE]).glob("gauge_live*_*.db"):
        pid = int(path.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)  # sends no signal: only checks that the process exists
        except ProcessLookupError:
            with suppress(FileNotFoundError):  # another worker was faster
                mark_process_dead(pid)
