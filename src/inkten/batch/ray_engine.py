"""A cluster: Ray Data reads, maps and writes; nothing of our own schedules anything.

Its actors need to see the pictures and the folder of results under the same paths as
this process does, as on any shared file system. This is the only file that imports Ray.
"""

import logging
import os
import socket
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow

from inkten.batch import listing
from inkten.batch.progress import PartProgress
from inkten.batch.results import PartRecord, encode_part, store_part
from inkten.batch.table import Form, table_of
from inkten.batch.worker import Job, chunks, read_rows
from inkten.batch.worker_pool import WorkerPool
from inkten.errors import MissingExtra, RunError

# Ray tells its makers how it is used, unless it is told not to before it is imported.
os.environ["RAY_USAGE_STATS_ENABLED"] = "0"

try:
    import ray
    import ray.data
except ModuleNotFoundError as error:
    raise MissingExtra("--engine ray", "ray") from error

LIGHT = 0.01  # of a core: listing and writing must not wait until a reader is done


def read_parts(
    job: Job,
    numbers: Sequence[int],
    folder: Path,
    form: Form,
    workers: int | None = None,
    address: str | None = None,
) -> Iterator[PartProgress]:
    """Read parts and write each as soon as it is whole.

    Args:
        job: how to read.
        numbers: the parts of the listing in ``folder`` to read.
        folder: where to write them.
        form: ... and how.
        workers: actors, one core each; as many as there are cores if None.
        address: of a running cluster; one is started on this machine if None.

    Raises:
        RunError: the cluster cannot be reached, or ended the run.
    """
    _connect(address, workers)
    try:
        cores = int(ray.cluster_resources().get("CPU", 1))
        actors = min(workers or max(cores - 1, 1), len(numbers))
        whole = folder.resolve()
        steps = (
            ray.data.range(len(numbers), override_num_blocks=len(numbers))
            .map_batches(
                partial(_list, list(numbers), whole),
                batch_size=1,
                batch_format="pyarrow",
                num_cpus=LIGHT,
            )
            .map_batches(
                _Reading,
                fn_constructor_args=(job, whole, form),
                batch_size=1,
                batch_format="pyarrow",
                compute=ray.data.ActorPoolStrategy(size=actors),
                num_cpus=1,
            )
            .map_batches(
                partial(_write, whole, form),
                batch_size=1,
                batch_format="pyarrow",
                num_cpus=LIGHT,
            )
        )
        # Nothing prefetched: a part that is written is to be noted at once.
        for noted in steps.iter_batches(
            batch_size=None, batch_format="pyarrow", prefetch_batches=0
        ):
            for row in noted.to_pylist():
                done = PartRecord(**row)
                yield PartProgress(done.pictures, done.rows, done.errors, done)
    except ray.exceptions.RayError as error:
        raise RunError(f"Ray ended the run: {_last_line(error)}") from error
    finally:
        ray.shutdown()


class _Reading:
    """An actor: it keeps the models, and reads part after part."""

    def __init__(self, job: Job, folder: Path, form: Form) -> None:
        self.job = job
        self.folder = folder
        self.form = form

    def __call__(self, listed: pyarrow.Table) -> pyarrow.Table:
        """A part's paths -> the bytes of its file, and what the manifest says of it."""
        (part,) = listed.to_pylist()
        number, paths = part["part"], [os.fsdecode(path) for path in part["paths"]]
        chunked = chunks(paths, self.job.base)
        if self._was_begun(number):
            # Ray gives an actor that died another go, without end: where a picture
            # was the cause, it dies in a process aside, and becomes a row.
            with WorkerPool(self.job, 1) as crew:
                read = list(crew.read(chunked))
        else:
            read = [read_rows(self.job, chunk) for chunk in chunked]
        table = table_of([row for rows in read for row in rows])
        content, finished = encode_part(number, len(paths), table, self.form)
        return pyarrow.Table.from_pylist([{"content": content, **vars(finished)}])

    def _was_begun(self, number: int) -> bool:
        try:
            _mark(self.folder, number).touch(exist_ok=False)
        except FileExistsError:
            return True
        return False


def _mark(folder: Path, number: int) -> Path:
    """What stands in the folder while a part is read; the next run sweeps it."""
    return folder / f".part-{number:06d}.begun.partial"


def _list(numbers: list[int], folder: Path, places: pyarrow.Table) -> pyarrow.Table:
    """The number and the paths of the part that stands at a place among the missing."""
    wanted = [numbers[place] for place in places["id"].to_pylist()]
    parts = listing.read_parts(folder / listing.FILE, wanted)
    rows = [
        {"part": number, "paths": [os.fsencode(path) for path in paths]}
        for number, paths in parts
    ]
    return pyarrow.Table.from_pylist(rows)


def _write(folder: Path, form: Form, read: pyarrow.Table) -> pyarrow.Table:
    """Put a part in its place; what the manifest says of it goes on to the driver."""
    for part in read.to_pylist():
        store_part(folder, part["part"], part["content"], form)
        _mark(folder, part["part"]).unlink(missing_ok=True)
    return read.drop_columns(["content"])


def _connect(address: str | None, workers: int | None) -> None:
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        if address:
            _knock(address)
            ray.init(address, **quiet)
        else:
            cores = (workers or os.cpu_count() or 1) + 1  # one to list and to write
            ray.init("local", num_cpus=cores, include_dashboard=False, **quiet)
    except (OSError, RuntimeError, ValueError) as error:
        raise RunError(
            f"Ray cannot be reached at {address or 'this machine'} "
            f"({_last_line(error)}). Check --ray-address."
        ) from error
    ray.data.DataContext.get_current().enable_progress_bars = False


def _knock(address: str) -> None:
    """Ray itself would try for minutes to reach a cluster that is not there."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host, int(port)), timeout=10).close()


def _last_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[-1].strip() if lines else type(error).__name__
