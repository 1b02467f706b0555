"""Processes that read pictures, each on one thread.

Imports neither pyarrow nor what writes the results, so that each process stays small.
"""

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context, parent_process
from types import TracebackType
from typing import Self, TypeAlias

from inkten.batch import watchdog
from inkten.batch.row import Row
from inkten.batch.worker import Job, error_row, read_rows
from inkten.errors import RunError

AHEAD = 4  # chunks submitted per process, so that none idles while a slow one is read
DIED = "the system ended the process that was reading it, perhaps for lack of memory"
CANNOT_START = (
    "the processes that read pictures end as soon as they start; the system may lack "
    "memory. Finished parts are kept; the same command resumes once this is fixed."
)
ReadRows: TypeAlias = Callable[[Job, Sequence[str]], list[Row]]


class WorkerPool:
    """Processes that read; one that dies is replaced, and its picture becomes a row.

    >>> with WorkerPool(Job(), workers=2) as pool:  # doctest: +SKIP
    ...     rows = list(pool.read(chunks(paths, Job().base)))
    """

    def __init__(
        self,
        job: Job,
        workers: int,
        read: ReadRows = read_rows,
        seconds_per_picture: float | None = None,
    ) -> None:
        """Set up; processes start when there is something to ``read``.

        Args:
            job: how to read.
            workers: how many processes.
            read: the function that a process runs on each chunk.
            seconds_per_picture: a process that spends longer on one picture is ended.
        """
        self.job = job
        self.workers = workers
        self.seconds_per_picture = seconds_per_picture
        self._read = read
        self._processes = self._start(workers)

    def __enter__(self) -> Self:
        """The processes end with the ``with`` block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Wait for what is being read; drop the rest."""
        self._processes.shutdown(cancel_futures=True)

    def read(self, chunks: Iterable[Sequence[str]]) -> Iterator[list[Row]]:
        """The rows of each chunk, in order.

        Raises:
            RunError: processes cannot be started.
        """
        submitted: deque[_Chunk] = deque()
        for paths in chunks:
            submitted.append(self._submit(paths))
            if len(submitted) >= AHEAD * self.workers:
                yield self._next_rows(submitted)
        while submitted:
            yield self._next_rows(submitted)

    def _submit(self, paths: Sequence[str]) -> "_Chunk":
        try:
            return self._try_to_submit(paths)
        except BrokenProcessPool:  # one process died, and the others were ended
            self._replace_processes()
            return self._try_to_submit(paths)

    def _try_to_submit(self, paths: Sequence[str]) -> "_Chunk":
        rows = self._processes.submit(self._read, self.job, paths)
        return _Chunk(paths, rows, self._processes)

    def _replace_processes(self) -> None:
        self._processes.shutdown()
        self._processes = self._start(self.workers)

    def _next_rows(self, submitted: "deque[_Chunk]") -> list[Row]:
        chunk = submitted.popleft()
        try:
            return chunk.rows.result()
        except BrokenProcessPool:
            self._resubmit_unread(chunk, submitted)
            return self._read_one_by_one(chunk.paths)

    def _resubmit_unread(self, first: "_Chunk", submitted: "deque[_Chunk]") -> None:
        """Resubmit the chunks that were still waiting when the processes ended.

        Chunks are read in the order of submission. So ``first`` and the next few, one
        for each process, were being read, and one of them was the cause: these will be
        read one by one.
        """
        if first.processes is self._processes:
            self._replace_processes()
        lost = (
            n for n, chunk in enumerate(submitted) if chunk.is_lost(first.processes)
        )
        for place in islice(lost, self.workers - 1, None):
            submitted[place] = self._submit(submitted[place].paths)

    def _read_one_by_one(self, paths: Sequence[str]) -> list[Row]:
        """Read in a separate process, to find out which picture ends it."""
        rows: list[Row] = []
        process = self._start_one()
        try:
            for path in paths:
                start = time.monotonic()
                try:
                    rows += process.submit(self._read, self.job, [path]).result()
                except BrokenProcessPool:
                    reason = self._why_it_died(time.monotonic() - start)
                    rows.append(error_row(self.job, path, reason))
                    process.shutdown()
                    process = self._start_one()
        finally:
            process.shutdown()
        return rows

    def _start_one(self) -> ProcessPoolExecutor:
        """A process that has shown that it can start: if it ends, a picture did it.

        Raises:
            RunError: it ended before it was given a picture.
        """
        process = self._start(1)
        try:
            process.submit(os.getpid).result()
        except BrokenProcessPool as error:
            process.shutdown()
            raise RunError(CANNOT_START) from error
        return process

    def _why_it_died(self, seconds: float) -> str:
        limit = self.seconds_per_picture
        if limit is not None and seconds > limit:
            return f"reading it took more than {limit:g} seconds, the limit"
        return DIED

    def _start(self, workers: int) -> ProcessPoolExecutor:
        # NumPy then sums on one thread, as in Ray's actors: with several, the last
        # digits of a confidence would differ. NumPy reads the variable when it loads.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        # Spawn, not fork: a fork copies locks that pyarrow's threads may hold.
        return ProcessPoolExecutor(
            workers,
            get_context("spawn"),
            initializer=_set_up,
            initargs=(self.seconds_per_picture,),
        )


@dataclass(frozen=True)
class _Chunk:
    """Paths that are being read, or wait to be."""

    paths: Sequence[str]
    rows: Future[list[Row]]
    processes: ProcessPoolExecutor

    def is_lost(self, ended: ProcessPoolExecutor) -> bool:
        """Whether this chunk was unread when these processes ended."""
        if self.processes is not ended:
            return False
        return isinstance(self.rows.exception(), BrokenProcessPool)


def _set_up(seconds_per_picture: float | None) -> None:
    """Set up a worker process; it ignores Ctrl-C, which the parent handles."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    watchdog.set_limit(seconds_per_picture)


def _end_with_parent() -> None:
    """End this process when its parent ends, even if the parent is killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)
