"""One machine: a process for each core, each reading on one thread.

Pictures are handed out 32 at a time, a few times as many as there are processes, so
memory is bounded by these whatever there is to read. What comes back is put in order.
"""

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self, TypeAlias

import pyarrow

from inkten.bulk.results import encode_part, errors_in, store_part
from inkten.bulk.rows import Form
from inkten.bulk.steps import Step
from inkten.bulk.work import CHUNK, Job, chunks, failed, read_paths

AHEAD = 4  # chunks handed out for each process: none waits while a slow one is read
DIED = "the process that read it was ended by the system, as for a lack of memory"
Read: TypeAlias = Callable[[Job, Sequence[str]], pyarrow.Table]
Reading: TypeAlias = tuple[Sequence[str], Future[pyarrow.Table]]


def read_parts(
    job: Job,
    parts: Iterable[tuple[int, Sequence[str]]],
    folder: Path,
    form: Form,
    workers: int | None = None,
) -> Iterator[Step]:
    """Read parts and write each as soon as it is whole.

    Args:
        job: how to read.
        parts: the number and the paths of each.
        folder: where to write them.
        form: ... and how.
        workers: processes; as many as there are cores if None.

    Raises:
        RunError: a part cannot be written.
        ModelError: the model is missing or damaged.
    """
    places: deque[Place] = deque()  # of the chunks under way

    def all_chunks() -> Iterator[Sequence[str]]:
        for number, paths in parts:
            for start, chunk in enumerate(chunks(paths)):
                is_last = start * CHUNK + len(chunk) == len(paths)
                places.append(Place(number, len(paths), len(chunk), is_last))
                yield chunk

    tables: list[pyarrow.Table] = []  # of the part that is being read
    with Crew(job, workers or os.cpu_count() or 1) as crew:
        for table in crew.read(all_chunks()):
            place = places.popleft()
            tables.append(table)
            finished = None
            if place.is_last:
                part = pyarrow.concat_tables(tables)
                content, finished = encode_part(
                    place.part, place.pictures_of_part, part, form
                )
                store_part(folder, place.part, content, form)
                tables.clear()
            yield Step(place.pictures, len(table), errors_in(table), finished)


class Place(NamedTuple):
    """Where a chunk belongs."""

    part: int
    pictures_of_part: int
    pictures: int
    is_last: bool


class Crew:
    """Processes that read; where one dies, others take over, and its picture is known.

    >>> with Crew(Job(), workers=2) as crew:  # doctest: +SKIP
    ...     tables = list(crew.read(chunks(paths)))
    """

    def __init__(self, job: Job, workers: int, read: Read = read_paths) -> None:
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

    def read(self, chunked: Iterable[Sequence[str]]) -> Iterator[pyarrow.Table]:
        """The table of each chunk, in order."""
        under_way: deque[Reading] = deque()
        for paths in chunked:
            under_way.append((paths, self._hand_out(paths)))
            if len(under_way) >= AHEAD * self.workers:
                yield self._table(*under_way.popleft())
        while under_way:
            yield self._table(*under_way.popleft())

    def _hand_out(self, paths: Sequence[str]) -> Future[pyarrow.Table]:
        try:
            return self._pool.submit(self._read, self.job, paths)
        except BrokenProcessPool:  # one process died, and the others were ended
            self._pool.shutdown()
            self._pool = _pool(self.workers)
            return self._pool.submit(self._read, self.job, paths)

    def _table(
        self, paths: Sequence[str], reading: Future[pyarrow.Table]
    ) -> pyarrow.Table:
        try:
            return reading.result()
        except BrokenProcessPool:
            return self._read_alone(paths)

    def _read_alone(self, paths: Sequence[str]) -> pyarrow.Table:
        """Read in a process of its own; halve until it is known what ends it."""
        with _pool(1) as alone:
            try:
                return alone.submit(self._read, self.job, paths).result()
            except BrokenProcessPool:
                if len(paths) == 1:
                    return failed(self.job, paths[0], DIED)
        middle = len(paths) // 2
        halves = (self._read_alone(half) for half in (paths[:middle], paths[middle:]))
        return pyarrow.concat_tables(list(halves))


def _pool(workers: int) -> ProcessPoolExecutor:
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
