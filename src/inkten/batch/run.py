"""The story of a run: pictures are listed, read in parts, and their parts noted."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from inkten.batch import listing, local_engine
from inkten.batch.plan import PART, Plan
from inkten.batch.progress import PartProgress
from inkten.batch.results import (
    Results,
    cannot_write,
    exclusive_lock,
    open_results,
    remove_partials,
)
from inkten.batch.sources import EXPECTED, paths_of
from inkten.batch.table import Form
from inkten.batch.worker import Job
from inkten.errors import DataError, RunError


class Engine(StrEnum):
    """What reads: processes of this machine, or a cluster."""

    LOCAL = "local"
    RAY = "ray"


@dataclass(frozen=True)
class RunConfig:
    """What a run is asked to do, besides how to read."""

    sources: Sequence[str]
    out: Path
    form: Form = Form.PARQUET
    part_size: int = PART
    engine: Engine = Engine.LOCAL
    workers: int | None = None
    ray_address: str | None = None
    max_errors: int | None = None


@dataclass(frozen=True)
class Progress:
    """How far a run is. A PDF or TIFF file may have several pages: a row for each."""

    pictures: int  # files, in all
    done: int = 0  # pictures
    done_before: int = 0  # ... by earlier runs
    rows: int = 0
    errors: int = 0  # rows of pages that could not be read
    seconds: float = 0.0  # of this run

    @property
    def per_second(self) -> float:
        """Pictures read in a second of this run."""
        return (self.done - self.done_before) / max(self.seconds, 1e-9)

    def after(self, step: PartProgress, seconds: float) -> "Progress":
        """The tally once a step more is read."""
        return replace(
            self,
            done=self.done + step.pictures,
            rows=self.rows + step.rows,
            errors=self.errors + step.errors,
            seconds=seconds,
        )


def run(
    order: RunConfig, job: Job, tell: Callable[[Progress], None]
) -> tuple[Results, Progress]:
    """Read the pictures of the sources that no earlier run has read.

    Args:
        order: what to read, where to write.
        job: how to read.
        tell: is told how far the run is, at least once a part.

    Returns:
        The results, those of earlier runs among them, and the last tally.

    Raises:
        DataError: the sources hold no pictures, or cannot be listed.
        RunError: the results cannot be written, or were begun otherwise, or more
            pictures than ``max_errors`` could not be read.
        ModelError: the model is missing or damaged.
    """
    with exclusive_lock(order.out):
        results = _open(order, job)
        tally = _begun(results)
        tell(tally)
        start = time.perf_counter()
        for step in _steps(order, job, results):
            if step.finished:
                results.note(step.finished)
            tally = tally.after(step, time.perf_counter() - start)
            tell(tally)
            _check_errors(tally, order.max_errors)
    return results, tally


def _open(order: RunConfig, job: Job) -> Results:
    """List the pictures anew, and compare them with those of an earlier run."""
    partial = order.out / f".{listing.FILE}.{os.getpid()}.partial"
    paths = (path for source in order.sources for path in paths_of(source))
    try:
        listed = listing.write_listing(partial, paths, order.part_size, job.base)
        if not listed.pictures:
            raise DataError(
                f"{', '.join(order.sources)}: no pictures there; expected {EXPECTED}."
            )
        plan = Plan.of(order.sources, job, order.form, order.part_size, listed)
        results = open_results(order.out, plan)
        partial.replace(order.out / listing.FILE)
        remove_partials(order.out)
    except OSError as error:
        raise cannot_write(order.out, error) from error
    finally:
        partial.unlink(missing_ok=True)
    return results


def _begun(results: Results) -> Progress:
    """Where earlier runs have come to."""
    finished = results.finished.values()
    done = sum(part.pictures for part in finished)
    return Progress(
        results.plan.pictures,
        done,
        done,
        sum(part.rows for part in finished),
        sum(part.errors for part in finished),
    )


def _steps(order: RunConfig, job: Job, results: Results) -> Iterator[PartProgress]:
    missing = results.missing
    if not missing:
        return iter(())
    if order.engine is Engine.LOCAL:
        parts = listing.read_parts(order.out / listing.FILE, missing)
        return local_engine.read_parts(job, parts, order.out, order.form, order.workers)
    from inkten.batch import ray_engine

    return ray_engine.read_parts(
        job, missing, order.out, order.form, order.workers, order.ray_address
    )


def _check_errors(tally: Progress, most: int | None) -> None:
    if most is not None and tally.errors > most:
        raise RunError(
            f"{tally.errors:,} pages could not be read; --max-errors allows {most:,}. "
            "Finished parts are kept; the same command with a larger --max-errors "
            "goes on."
        )
