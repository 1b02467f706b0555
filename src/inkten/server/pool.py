"""Threads that read pictures, and a limited number of requests that wait for one."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import get_ident
from time import monotonic
from typing import TypeVar

from inkten.server.problems import Kind, Problem, busy

T = TypeVar("T")


class Pool:
    """Runs work outside the event loop, and accepts no more than it can finish.

    ONNX Runtime and OpenCV release Python's lock while they compute, so threads run in
    parallel and the event loop keeps answering.
    """

    def __init__(self, *, threads: int, waiting: int, seconds: float) -> None:
        """Set the limits; threads start with ``open``.

        Args:
            threads: how many pieces of work run at the same time.
            waiting: how many further requests may wait.
            seconds: the time limit of one request.
        """
        self.max_requests = threads + waiting
        self.requests = 0
        self.seconds = seconds
        self.count = threads
        self._started: dict[int, float] = {}  # by thread: when its current work began

    def open(self) -> None:
        """Start the threads."""
        self._threads = ThreadPoolExecutor(self.count, "inkten-read")

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold a slot for a request, from before its body is received.

        This also bounds the memory of all bodies together.

        Raises:
            Problem: no slot is free.
        """
        if self.requests >= self.max_requests:
            raise busy()
        self.requests += 1
        try:
            yield
        finally:
            self.requests -= 1

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Run ``work`` on the next free thread."""
        return self._threads.submit(self._timed, work)

    async def run(self, work: Callable[[], T]) -> T:
        """Run ``work`` on the next free thread and wait for its result."""
        return await asyncio.wrap_future(self.submit(work))

    async def in_time(self, answer: Awaitable[T], deadline: float) -> T:
        """Wait for an answer until the deadline, by the event loop's clock.

        After that, waiting work is dropped; running work goes on unless it knows the
        deadline, and its result is discarded.

        Raises:
            Problem: the deadline has passed.
        """
        try:
            async with asyncio.timeout_at(deadline):
                return await answer
        except TimeoutError:
            raise Problem(
                Kind.TOO_LATE,
                f"No answer within {self.seconds:g} seconds, the limit. Send a smaller "
                "picture, or fewer at a time.",
            ) from None

    @staticmethod
    def on_threads(deadline: float) -> float:
        """A deadline of the event loop's clock by ``time.monotonic()``, for work."""
        return monotonic() + deadline - asyncio.get_running_loop().time()

    @property
    def stuck(self) -> bool:
        """Whether every thread is busy with work whose deadline has passed."""
        latest = monotonic() - self.seconds
        starts = list(self._started.values())
        return sum(start < latest for start in starts) >= self.count

    def close(self) -> None:
        """Drop waiting work and let running work finish; does not wait for it."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _timed(self, work: Callable[[], T]) -> T:
        self._started[get_ident()] = monotonic()
        try:
            return work()
        finally:
            del self._started[get_ident()]
