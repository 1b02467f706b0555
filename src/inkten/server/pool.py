"""Threads that read pictures, and a bounded number of places to wait for one."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from inkten.server.problems import Kind, Problem, busy

T = TypeVar("T")


class Pool:
    """Runs work outside the event loop, and takes in no more than it can finish.

    ONNX Runtime and OpenCV let go of Python's lock while they compute, so that threads
    run side by side and the event loop goes on answering.
    """

    def __init__(self, *, threads: int, waiting: int, seconds: float) -> None:
        """Start no thread yet; that is done when the service opens.

        Args:
            threads: pieces of work that are done at the same time.
            waiting: requests that may wait besides.
            seconds: that one request may take.
        """
        self.places = threads + waiting
        self.taken = 0
        self.seconds = seconds
        self.count = threads

    def open(self) -> None:
        """Get the threads."""
        self.threads = ThreadPoolExecutor(self.count, "inkten-read")

    @contextmanager
    def place(self) -> Iterator[None]:
        """A place for one request, from before its body is received.

        So all bodies that are held at a time are bounded, too.

        Raises:
            Problem: none is free.
        """
        if self.taken >= self.places:
            raise busy()
        self.taken += 1
        try:
            yield
        finally:
            self.taken -= 1

    async def run(self, work: Callable[[], T]) -> T:
        """Do one piece of work on a thread."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, work)

    async def in_time(self, answer: Awaitable[T], deadline: float) -> T:
        """Wait for an answer.

        Args:
            answer: what a thread is to give.
            deadline: when it is no longer wanted, by the event loop's clock. Work that
                waits is then dropped; work that runs goes on, unheard.

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

    def close(self) -> None:
        """Finish what runs, and end the threads."""
        self.threads.shutdown(wait=True, cancel_futures=True)
