"""One machine: a process for each core, each reading on one thread.

Pictures are handed out a chunk at a time, a few chunks for each process, so memory is
bounded by these whatever there is to read. What comes back is put in order.
"""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from inkten.batch.progress import PartProgress
from inkten.batch.results import encode_part, store_part
from inkten.batch.table import Form, table_of
from inkten.batch.worker import Job, chunks
from inkten.batch.worker_pool import WorkerPool

if TYPE_CHECKING:
    from inkten.batch.row import Row


def read_parts(
    job: Job,
    parts: Iterable[tuple[int, Sequence[str]]],
    folder: Path,
    form: Form,
    workers: int | None = None,
) -> Iterator[PartProgress]:
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
            cut = 0
            for chunk in chunks(paths, job.base):
                cut += len(chunk)
                places.append(
                    Place(number, len(paths), len(chunk), is_last=cut == len(paths))
                )
                yield chunk

    of_part: list[Row] = []  # of the one that is being read
    with WorkerPool(job, workers or os.cpu_count() or 1) as crew:
        for rows in crew.read(all_chunks()):
            place = places.popleft()
            of_part += rows
            finished = None
            if place.is_last:
                content, finished = encode_part(
                    place.part, place.pictures_of_part, table_of(of_part), form
                )
                store_part(folder, place.part, content, form)
                of_part.clear()
            errors = sum("error" in row for row in rows)
            yield PartProgress(place.pictures, len(rows), errors, finished)


class Place(NamedTuple):
    """Where a chunk belongs."""

    part: int
    pictures_of_part: int
    pictures: int
    is_last: bool
