"""Micro-batching: small waiting pictures are read together, several times faster.

No picture waits for others to arrive. A free thread takes what is waiting at that
moment: one picture when there is little to do, up to ``BATCH`` when there is much.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol, TypeVar

from inkten.batching import BATCH, SMALL
from inkten.image import png
from inkten.image.header import open_header
from inkten.image.source import UNREADABLE, Picture, Unreadable
from inkten.options import ReadOptions
from inkten.reading import Reading
from inkten.server.pool import Pool
from inkten.server.uploads import Sent, opened

SMALL_BYTES = 50_000  # a larger file is not worth a look at its header
T = TypeVar("T")


class ReadEach(Protocol):
    """Reads pictures with the same options; yields a bad one's error in its place."""

    def __call__(
        self, pictures: Iterable[Picture | Unreadable], options: ReadOptions
    ) -> Iterable[Reading | Unreadable]:
        """Answers in the order of the pictures, each as soon as it is known."""


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    sent: Sent
    options: ReadOptions
    finish: Callable[[Reading | Unreadable], Any]  # runs on the thread, too
    answer: asyncio.Future[Any]


class MicroBatcher:
    """Gives pictures to threads, several at a time where that is faster."""

    def __init__(self, pool: Pool, read_each: ReadEach) -> None:
        """Use the threads of ``pool``, which also do other work."""
        self._pool = pool
        self._read_each = read_each
        self._waiting: deque[_Job] = deque()
        self._lock = Lock()

    async def read(
        self,
        sent: Sent,
        options: ReadOptions,
        finish: Callable[[Reading | Unreadable], T],
    ) -> T:
        """Have one picture read; returns what ``finish`` makes of the reading."""
        loop = asyncio.get_running_loop()
        job = _Job(sent, options, finish, loop.create_future())
        with self._lock:
            self._waiting.append(job)
        # One turn per picture: a turn that finds none left returns at once.
        self._pool.submit(lambda: self._turn(loop))
        try:
            answer: T = await job.answer
        except asyncio.CancelledError:  # its deadline has passed: free its memory
            with self._lock, suppress(ValueError):  # unless a thread has taken it
                self._waiting.remove(job)
            raise
        return answer

    def _turn(self, loop: asyncio.AbstractEventLoop) -> None:
        jobs = self._take(loop)
        if not jobs:
            return
        try:
            self._read(jobs, loop)
        except Exception:  # one picture's fault must not fail the others
            for job in jobs:
                self._read_alone(job, loop)

    def _read(self, jobs: deque[_Job], loop: asyncio.AbstractEventLoop) -> None:
        """Read jobs and answer each as soon as its reading is there.

        Answered jobs leave ``jobs``, so that no reading is held until the last one.
        """
        for reading in self._read_each(_wanted(jobs), jobs[0].options):
            job = jobs.popleft()
            try:
                _send(loop, job, job.finish(reading))
            except Exception as error:
                _send(loop, job, error)

    def _read_alone(self, job: _Job, loop: asyncio.AbstractEventLoop) -> None:
        try:
            self._read(deque([job]), loop)
        except Exception as error:  # whatever it is, its caller must get it
            _send(loop, job, error)

    def _take(self, loop: asyncio.AbstractEventLoop) -> deque[_Job]:
        """The longest-waiting job; if small, with more small ones of equal options."""
        with self._lock:
            # Only a share, so that the other threads get pictures, too.
            share = min(BATCH, -(-len(self._waiting) // self._pool.count))
        first = self._next()
        if first is None:
            return deque()
        jobs = deque([first])
        if share <= 1 or not _is_small(first.sent):
            return jobs
        while len(jobs) < share and (job := self._next()):
            if job.options != first.options or not _is_small(job.sent):
                with self._lock:
                    self._waiting.appendleft(job)
                self._pool.submit(lambda: self._turn(loop))  # its own turn may be over
                break
            jobs.append(job)
        return jobs

    def _next(self) -> _Job | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting else None


def _wanted(jobs: deque[_Job]) -> Iterator[Picture | Unreadable]:
    """The pictures of ``jobs``, without those whose callers have given up.

    The reader takes one after the other, so each is checked just before decoding.
    """
    for job in list(jobs):
        if job.answer.done():
            jobs.remove(job)
        else:
            yield opened(job.sent)


def _is_small(sent: Sent) -> bool:
    """Whether a picture is read faster with others, by the size in its header.

    A file of few bytes may hold 50 million pixels: each such picture is read alone, and
    so is a page of a file of several.
    """
    if not isinstance(sent, bytes) or len(sent) > SMALL_BYTES:
        return False
    try:
        return max(png.size_if_plain(sent) or _size(sent)) <= SMALL
    except UNREADABLE:  # refused at once
        return True


def _size(content: bytes) -> tuple[int, int]:
    with open_header(content) as image:
        return image.size


def _send(loop: asyncio.AbstractEventLoop, job: _Job, answer: object) -> None:
    """Return an answer, or an error, to the event loop."""

    def resolve() -> None:
        if job.answer.done():  # given up in the meantime
            return
        if isinstance(answer, Exception):
            job.answer.set_exception(answer)
        else:
            job.answer.set_result(answer)

    with suppress(RuntimeError):  # the loop is closed: nobody waits any more
        loop.call_soon_threadsafe(resolve)
