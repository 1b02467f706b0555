"""One machine: a process per core, each reading on one thread.

Pictures are queued in chunks, a few ahead for each process, so that memory stays
bounded however many pictures there are. The rows come back in order.
"""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from inkten.batch.results import PartProgress, encode_part, store_part
from inkten.batch.table import FileFormat, schema_of, table_of
from inkten.batch.worker import Job, chunks
from inkten.batch.worker_pool import WorkerPool

if TYPE_CHECKING:
    from inkten.batch.row import Row


def read_parts(
    job: Job,
    parts: Iterable[tuple[int, Sequence[str]]],
    folder: Path,
    file_format: FileFormat,
    workers: int | None = None,
    seconds_per_picture: float | None = None,
) -> Iterator[PartProgress]:
    """Read parts and write each as soon as it is complete.

    Args:
        job: how to read.
        parts: the number and the paths of each part.
        folder: where to write them.
        file_format: how to write them.
        workers: how many processes; one per core if None.
        seconds_per_picture: the time limit of a picture; none if None.

    Raises:
        RunError: a part cannot be written, or no process can be started.
        ModelError: the model is missing or damaged.
    """
    places: deque[_Place] = deque()  # of the chunks that the pool has taken

    def all_chunks() -> Iterator[Sequence[str]]:
        for number, paths in parts:
            end = 0
            for chunk in chunks(paths, job.base):
                end += len(chunk)
                places.append(
                    _Place(number, len(paths), len(chunk), is_last=end == len(paths))
                )
                yield chunk

    rows_of_part: list[Row] = []
    workers = workers or os.cpu_count() or 1
    with WorkerPool(job, workers, seconds_per_picture=seconds_per_picture) as pool:
        for rows in pool.read(all_chunks()):
            place = places.popleft()
            rows_of_part += rows
            record = None
            if place.is_last:
                content, record = encode_part(
                    place.part,
                    place.pictures_of_part,
                    table_of(rows_of_part, schema_of(job.form)),
                    file_format,
                )
                store_part(folder, place.part, content, file_format)
                rows_of_part.clear()
            errors = sum("error" in row for row in rows)
            yield PartProgress(place.pictures, len(rows), errors, record)


class _Place(NamedTuple):
    """The part that a chunk belongs to, and the sizes of both."""

    part: int
    pictures_of_part: int
    pictures: int
    is_last: bool
