"""A cluster: Ray Data reads, maps and writes; inkten schedules nothing itself.

The actors must see the pictures and the folder of results under the same paths as this
process, as on a shared file system. Only this file imports Ray.
"""

import logging
import os
import socket
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow

from inkten.batch import listing, watchdog
from inkten.batch.results import PartProgress, PartRecord, encode_part, store_part
from inkten.batch.row import Row
from inkten.batch.table import FileFormat, schema_of, table_of
from inkten.batch.worker import Job, chunks, read_rows
from inkten.batch.worker_pool import WorkerPool
from inkten.errors import MissingExtra, RunError

LIGHT = 0.01  # of a core: listing and writing must not wait until a reader is done


def read_parts(
    job: Job,
    numbers: Sequence[int],
    folder: Path,
    file_format: FileFormat,
    workers: int | None = None,
    address: str | None = None,
    seconds_per_picture: float | None = None,
) -> Iterator[PartProgress]:
    """Read parts and write each as soon as it is complete.

    Args:
        job: how to read.
        numbers: the parts, of the listing in ``folder``, to read.
        folder: where to write them.
        file_format: how to write them.
        workers: actors, one core each; one per core if None.
        address: of a running cluster; one is started on this machine if None.
        seconds_per_picture: the time limit of a picture; none if None.

    Raises:
        RunError: the cluster cannot be reached, or ended the run.
        MissingExtra: Ray is not installed.
    """
    _set_environment(address)
    try:
        import ray
        import ray.data
    except ModuleNotFoundError as error:
        raise MissingExtra("Reading on a Ray cluster", "ray") from error
    _connect(address, workers)
    try:
        cores = int(ray.cluster_resources().get("CPU", 1))
        actors = min(workers or max(cores - 1, 1), len(numbers))
        shared_folder = folder.resolve()
        records = (
            ray.data.range(len(numbers), override_num_blocks=len(numbers))
            .map_batches(
                partial(_list, list(numbers), shared_folder),
                batch_size=1,
                batch_format="pyarrow",
                num_cpus=LIGHT,
            )
            .map_batches(
                _PartReader,
                fn_constructor_args=(
                    job,
                    shared_folder,
                    file_format,
                    seconds_per_picture,
                ),
                batch_size=1,
                batch_format="pyarrow",
                compute=ray.data.ActorPoolStrategy(size=actors),
                num_cpus=1,
            )
            .map_batches(
                partial(_write, shared_folder, file_format),
                batch_size=1,
                batch_format="pyarrow",
                num_cpus=LIGHT,
            )
        )
        # No prefetching: a written part must enter the manifest at once.
        for table in records.iter_batches(
            batch_size=None, batch_format="pyarrow", prefetch_batches=0
        ):
            for row in table.to_pylist():
                record = PartRecord(**row)
                yield PartProgress(record.pictures, record.rows, record.errors, record)
    except ray.exceptions.RayError as error:
        raise RunError(f"Ray ended the run: {_last_line(error)}") from error
    finally:
        ray.shutdown()


class _PartReader:
    """An actor: keeps the models loaded and reads one part after another."""

    def __init__(
        self,
        job: Job,
        folder: Path,
        file_format: FileFormat,
        seconds_per_picture: float | None,
    ) -> None:
        self.job = job
        self.folder = folder
        self.file_format = file_format
        self.seconds_per_picture = seconds_per_picture
        watchdog.set_limit(seconds_per_picture)

    def __call__(self, listed: pyarrow.Table) -> pyarrow.Table:
        """A part's paths -> the bytes of its file, and its record."""
        (part,) = listed.to_pylist()
        number, paths = part["part"], [os.fsdecode(path) for path in part["paths"]]
        rows = [
            row
            for rows_of_chunk in self._read(number, chunks(paths, self.job.base))
            for row in rows_of_chunk
        ]
        table = table_of(rows, schema_of(self.job.form))
        content, record = encode_part(number, len(paths), table, self.file_format)
        return pyarrow.Table.from_pylist([{"content": content, **vars(record)}])

    def _read(
        self, number: int, chunked: Iterator[Sequence[str]]
    ) -> Iterator[list[Row]]:
        if self._is_first_attempt(number):
            yield from (read_rows(self.job, chunk) for chunk in chunked)
            return
        # Ray restarts a dead actor again and again. If a picture was the cause, it
        # now ends a process of this pool instead, and becomes a row.
        with WorkerPool(
            self.job, 1, seconds_per_picture=self.seconds_per_picture
        ) as pool:
            yield from pool.read(chunked)

    def _is_first_attempt(self, number: int) -> bool:
        try:
            _attempt_mark(self.folder, number).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


def _attempt_mark(folder: Path, number: int) -> Path:
    """A file that exists while a part is being read; the next run deletes it."""
    return folder / f".part-{number:06d}.attempt.partial"


def _list(numbers: list[int], folder: Path, places: pyarrow.Table) -> pyarrow.Table:
    """The numbers and paths of the parts at these positions of ``numbers``."""
    parts = listing.read_parts(
        folder / listing.FILE, [numbers[place] for place in places["id"].to_pylist()]
    )
    rows = [
        {"part": number, "paths": [os.fsencode(path) for path in paths]}
        for number, paths in parts
    ]
    return pyarrow.Table.from_pylist(rows)


def _write(
    folder: Path, file_format: FileFormat, parts: pyarrow.Table
) -> pyarrow.Table:
    """Write parts to their files; return their records to the driver."""
    for part in parts.to_pylist():
        store_part(folder, part["part"], part["content"], file_format)
        _attempt_mark(folder, part["part"]).unlink(missing_ok=True)
    return parts.drop_columns(["content"])


def _set_environment(address: str | None) -> None:
    """Set the environment variables that Ray reads when it is imported."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # no telemetry
    if address is None:
        # Without multi-node clusters, Ray listens on 127.0.0.1 only: the default on
        # Windows and macOS, hence the name. Elsewhere it would listen on all addresses.
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"


def _connect(address: str | None, workers: int | None) -> None:
    import ray

    logging.getLogger("ray.data").setLevel(logging.ERROR)
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        if address:
            _check_open(address)
            ray.init(address, **quiet)
        else:
            cores = (workers or os.cpu_count() or 1) + 1  # one to list and to write
            ray.init("local", num_cpus=cores, include_dashboard=False, **quiet)
    except (OSError, RuntimeError, ValueError) as error:
        raise RunError(
            f"Ray cannot be reached at {address or 'this machine'} "
            f"({_last_line(error)})",
            parameter="ray_address" if address else None,
        ) from error
    ray.data.DataContext.get_current().enable_progress_bars = False


def _check_open(address: str) -> None:
    """Fail at once if there is no cluster: Ray itself would retry for minutes."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host, int(port)), timeout=10).close()


def _last_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[-1].strip() if lines else type(error).__name__
