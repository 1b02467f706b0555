"""A batch run: list the pictures, read them in parts, record each part."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from inkten.batch import listing, local_engine
from inkten.batch.folder import remove_partials
from inkten.batch.plan import PART, Plan
from inkten.batch.results import PartProgress, Results, cannot_write, open_results
from inkten.batch.sources import EXPECTED, paths_of
from inkten.batch.table import FileFormat, schema_of
from inkten.batch.worker import Job
from inkten.errors import DataError, RunError
from inkten.locks import exclusive_lock

SECONDS_PER_PICTURE = 60.0  # a photo of 12 megapixels takes 0.1 s


class Engine(StrEnum):
    """What reads the pictures: processes of this machine, or a Ray cluster."""

    LOCAL = "local"
    RAY = "ray"


@dataclass(frozen=True)
class RunConfig:
    """What a run reads, where it writes, and with what; a ``Job`` says how it reads.

    Attributes:
        sources: folders, globs, files, lists or URLs.
        out: the folder of results.
        file_format: how results are written.
        part_size: pictures in each file of results.
        engine: what reads the pictures.
        workers: the number of processes or actors; one per core if None.
        ray_address: of a running cluster; one is started on this machine if None.
        max_errors: the run stops when more pages than this cannot be read.
        seconds_per_picture: a picture that takes longer becomes a row with an error;
            None for no limit.
        retry: read again what earlier runs could not read, with the rest of its part.
    """

    sources: Sequence[str]
    out: Path
    file_format: FileFormat = FileFormat.PARQUET
    part_size: int = PART
    engine: Engine = Engine.LOCAL
    workers: int | None = None
    ray_address: str | None = None
    max_errors: int | None = None
    seconds_per_picture: float | None = SECONDS_PER_PICTURE
    retry: bool = False


@dataclass(frozen=True)
class Progress:
    """How far a run is. A PDF or TIFF file may have several pages, each with a row."""

    pictures: int  # files in total
    done: int = 0  # pictures
    done_before: int = 0  # of these, by earlier runs
    rows: int = 0
    errors: int = 0  # rows of pages that could not be read
    seconds: float = 0.0  # of this run

    @property
    def per_second(self) -> float:
        """Pictures per second of this run."""
        return (self.done - self.done_before) / max(self.seconds, 1e-9)

    def after(self, step: PartProgress, seconds: float) -> "Progress":
        """The progress after one more step."""
        return replace(
            self,
            done=self.done + step.pictures,
            rows=self.rows + step.rows,
            errors=self.errors + step.errors,
            seconds=seconds,
        )


def run(
    config: RunConfig, job: Job, report: Callable[[Progress], None]
) -> tuple[Results, Progress]:
    """Read the pictures of the sources that no earlier run has read as they are now.

    Args:
        config: what to read, and where to write.
        job: how to read.
        report: called with the progress, at least once per part.

    Returns:
        The results, with those of earlier runs, and the last progress.

    Raises:
        DataError: the sources hold no pictures, or cannot be listed.
        RunError: the results cannot be written, or were started with other settings,
            or more pages than ``max_errors`` could not be read.
        ModelError: the model is missing or damaged.
    """
    with exclusive_lock(config.out):
        results = _open(config, job)
        progress = _earlier_progress(results)
        report(progress)
        start = time.perf_counter()
        for step in _read_missing(config, job, results):
            if step.record:
                results.note(step.record)
            progress = progress.after(step, time.perf_counter() - start)
            report(progress)
            _check_errors(progress, config.max_errors)
    return results, progress


def _open(config: RunConfig, job: Job) -> Results:
    """List the pictures again, and compare them with those of an earlier run."""
    partial = config.out / f".{listing.FILE}.{os.getpid()}.partial"
    paths = (path for source in config.sources for path in paths_of(source))
    try:
        listed = listing.write_listing(partial, paths, config.part_size, job.base)
        if not listed.pictures:
            raise DataError(
                f"no pictures; expected {EXPECTED}", name=", ".join(config.sources)
            )
        plan = Plan.of(
            config.sources, job, config.file_format, config.part_size, listed
        )
        listed_before = config.out / listing.FILE
        results = open_results(
            config.out,
            plan,
            schema_of(job.form),
            changed=listing.changed_pictures(listed_before, partial),
            retry=config.retry,
        )
        # Only now: the manifest no longer lists the parts whose pictures have changed,
        # so a run that is killed between the two reads them again.
        partial.replace(listed_before)
        remove_partials(config.out)
    except OSError as error:
        raise cannot_write(config.out, error) from error
    finally:
        partial.unlink(missing_ok=True)
    return results


def _earlier_progress(results: Results) -> Progress:
    """What earlier runs have finished."""
    records = results.finished.values()
    done = sum(record.pictures for record in records)
    return Progress(
        results.plan.pictures,
        done=done,
        done_before=done,
        rows=sum(record.rows for record in records),
        errors=sum(record.errors for record in records),
    )


def _read_missing(
    config: RunConfig, job: Job, results: Results
) -> Iterator[PartProgress]:
    """Have an engine read and write the missing parts."""
    missing = results.missing
    if not missing:
        return iter(())
    if config.engine is Engine.LOCAL:
        return local_engine.read_parts(
            job,
            listing.read_parts(config.out / listing.FILE, missing),
            config.out,
            config.file_format,
            workers=config.workers,
            seconds_per_picture=config.seconds_per_picture,
        )
    from inkten.batch import ray_engine

    return ray_engine.read_parts(
        job,
        missing,
        config.out,
        config.file_format,
        workers=config.workers,
        address=config.ray_address,
        seconds_per_picture=config.seconds_per_picture,
    )


def _check_errors(progress: Progress, max_errors: int | None) -> None:
    if max_errors is not None and progress.errors > max_errors:
        raise RunError(
            f"pages that could not be read: {progress.errors:,}; allowed: "
            f"{max_errors:,}. Finished parts are kept; the same command with a higher "
            "limit resumes.",
            parameter="max_errors",
        )
