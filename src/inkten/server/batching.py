"""Pictures that wait are read together: small ones then go several times faster.

Nobody waits for company. A thread that gets free takes what waits by then: one picture
when there is little to do, up to ``MOST`` when there is much.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol, TypeVar

from inkten.image.source import Unreadable
from inkten.options import ReadOptions
from inkten.reader import BATCH as MOST
from inkten.reading import Reading
from inkten.server.pool import Pool

SMALL_BYTES = 50_000  # of a file; a larger picture gains nothing from others beside it
T = TypeVar("T")


class ReadEach(Protocol):
    """Reads pictures with the same options; gives a bad one's error in its place."""

    def __call__(
        self, contents: Sequence[bytes], options: ReadOptions
    ) -> list[Reading | Unreadable]:
        """As many answers as pictures, in order."""


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    content: bytes
    options: ReadOptions
    finish: Callable[[Reading | Unreadable], Any]  # done on the thread, too
    answer: asyncio.Future[Any]

    def goes_with(self, other: "_Job") -> bool:
        small = len(self.content) <= SMALL_BYTES and len(other.content) <= SMALL_BYTES
        return small and self.options == other.options


class MicroBatcher:
    """Hands pictures to threads, several at a time where that helps."""

    def __init__(self, pool: Pool, read_each: ReadEach) -> None:
        """Use the threads of ``pool``, which do other work besides."""
        self._pool = pool
        self._read_each = read_each
        self._waiting: deque[_Job] = deque()
        self._lock = Lock()

    async def read(
        self,
        content: bytes,
        options: ReadOptions,
        finish: Callable[[Reading | Unreadable], T],
    ) -> T:
        """Have one picture read; returns what ``finish`` makes of the reading."""
        loop = asyncio.get_running_loop()
        job = _Job(content, options, finish, loop.create_future())
        with self._lock:
            self._waiting.append(job)
        # A turn of a thread for each picture: one that finds none left is done.
        self._pool.threads.submit(self._turn, loop)
        try:
            answer: T = await job.answer
        except asyncio.CancelledError:  # given up: no body is kept without its place
            with self._lock, suppress(ValueError):  # unless a thread has it by now
                self._waiting.remove(job)
            raise
        return answer

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        jobs = self._take()
        if not jobs:
            return
        try:
            readings = self._read_each([job.content for job in jobs], jobs[0].options)
        except Exception:  # a fault: it must not fail the pictures beside it
            for job in jobs:
                self._read_alone(job, loop)
            return
        for job, reading in zip(jobs, readings, strict=True):
            _tell(loop, job, _finished(job, reading))

    def _read_alone(self, job: _Job, loop: asyncio.AbstractEventLoop) -> None:
        try:
            (reading,) = self._read_each([job.content], job.options)
        except Exception as error:  # whatever it is, its caller must hear of it
            _tell(loop, job, error)
        else:
            _tell(loop, job, _finished(job, reading))

    def _take(self) -> list[_Job]:
        """The longest waiting job, and this thread's share of those like it."""
        with self._lock:
            share = min(MOST, -(-len(self._waiting) // self._pool.count))
            jobs: list[_Job] = []
            while self._waiting and len(jobs) < max(share, 1):
                if jobs and not jobs[0].goes_with(self._waiting[0]):
                    break
                jobs.append(self._waiting.popleft())
            return jobs


def _finished(job: _Job, reading: Reading | Unreadable) -> object:
    try:
        return job.finish(reading)
    except Exception as error:
        return error


def _tell(loop: asyncio.AbstractEventLoop, job: _Job, answer: object) -> None:
    """Hand an answer, or an error, back to the event loop."""

    def tell() -> None:
        if job.answer.done():  # given up meanwhile
            return
        if isinstance(answer, Exception):
            job.answer.set_exception(answer)
        else:
            job.answer.set_result(answer)

    with suppress(RuntimeError):  # the loop is closed: nobody listens any more
        loop.call_soon_threadsafe(tell)
