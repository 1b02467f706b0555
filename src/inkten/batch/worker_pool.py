"""Processes that read, each on one thread.

What they load stays small: neither pyarrow nor what writes the results.
"""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from types import TracebackType
from typing import Self, TypeAlias

from inkten.batch.row import Row
from inkten.batch.worker import Job, failed, read_rows

AHEAD = 4  # chunks handed out for each process: none waits while a slow one is read
DIED = "the process that read it was ended by the system, as for a lack of memory"
Read: TypeAlias = Callable[[Job, Sequence[str]], list[Row]]
Reading: TypeAlias = tuple[Sequence[str], Future[list[Row]]]


class WorkerPool:
    """Processes that read; where one dies, others take over, and its picture is known.

    >>> with WorkerPool(Job(), workers=2) as crew:  # doctest: +SKIP
    ...     rows = list(crew.read(chunks(paths, Job().base)))
    """

    def __init__(self, job: Job, workers: int, read: Read = read_rows) -> None:
        """Nothing is started until there is something to ``read``."""
        self.job = job
        self.workers = workers
        self._read = read
        self._pool = _pool(workers)

    def __enter__(self) -> Self:
        """A crew is let go at the end."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """What is being read is waited for; what is not begun is dropped."""
        self._pool.shutdown(cancel_futures=True)

    def read(self, chunked: Iterable[Sequence[str]]) -> Iterator[list[Row]]:
        """The rows of each chunk, in order."""
        under_way: deque[Reading] = deque()
        for paths in chunked:
            under_way.append((paths, self._hand_out(paths)))
            if len(under_way) >= AHEAD * self.workers:
                yield self._rows(*under_way.popleft())
        while under_way:
            yield self._rows(*under_way.popleft())

    def _hand_out(self, paths: Sequence[str]) -> Future[list[Row]]:
        try:
            return self._pool.submit(self._read, self.job, paths)
        except BrokenProcessPool:  # one process died, and the others were ended
            self._pool.shutdown()
            self._pool = _pool(self.workers)
            return self._pool.submit(self._read, self.job, paths)

    def _rows(self, paths: Sequence[str], reading: Future[list[Row]]) -> list[Row]:
        try:
            return reading.result()
        except BrokenProcessPool:
            return self._read_alone(paths)

    def _read_alone(self, paths: Sequence[str]) -> list[Row]:
        """Read in a process of its own; halve until it is known what ends it."""
        with _pool(1) as alone:
            try:
                return alone.submit(self._read, self.job, paths).result()
            except BrokenProcessPool:
                if len(paths) == 1:
                    return [failed(self.job, paths[0], DIED)]
        middle = len(paths) // 2
        halves = (self._read_alone(half) for half in (paths[:middle], paths[middle:]))
        return [row for rows in halves for row in rows]


def _pool(workers: int) -> ProcessPoolExecutor:
    # NumPy sums on one thread there, as in Ray's actors: on several, the last digits of
    # a confidence would differ. It is read when a process loads NumPy.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # Spawned: a fork copies locks that threads of pyarrow may hold.
    return ProcessPoolExecutor(workers, get_context("spawn"), initializer=_begin)


def _begin() -> None:
    """In each process: Ctrl-C is for the parent to hear; with it, all end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A killed parent ends nobody, and its processes would wait for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)
