"""What a run was asked for: kept beside its results, so that it goes on as it began."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from inkten import __version__
from inkten.batch.listing import Listing
from inkten.batch.table import Form
from inkten.batch.worker import Job
from inkten.models.registry import DETECTOR, sha256_of

PART = 2_000  # pictures: seconds of work where they are small, and a file of 0.1 MB
DETAILS = {  # how a field is called where it is asked for
    "sources": "SOURCE",
    "form": "--format",
    "part_size": "--part-size",
    "model": "--model",
    "model_sha256": "the file of the model",
    "detector_sha256": "the detector",
    "single": "--single",
    "rotate": "--rotate",
    "min_confidence": "--min-confidence",
    "max_pixels": "--max-pixels",
    "max_bytes": "--max-bytes",
    "version": "the version of inkten",
    "pictures": "the number of pictures in the source",
    "paths_sha256": "the paths of the pictures in the source",
}


@dataclass(frozen=True)
class Plan:
    """All that the results depend on; the engine and its workers are not among it."""

    sources: list[str]
    form: str
    part_size: int
    model: str
    model_sha256: str
    detector_sha256: str
    single: bool
    rotate: int | str
    min_confidence: float
    max_pixels: int
    max_bytes: int
    version: str
    pictures: int
    paths_sha256: str

    @classmethod
    def of(
        cls,
        sources: Iterable[str],
        job: Job,
        form: Form,
        part_size: int,
        listed: Listing,
    ) -> "Plan":
        """The plan of what is asked for now.

        Raises:
            ModelError: the model's file cannot be read.
        """
        return cls(
            list(sources),
            form.value,
            part_size,
            job.model,
            sha256_of(job.model),
            sha256_of(DETECTOR),
            job.options.single,
            job.options.rotate,
            job.options.min_confidence,
            job.options.limits.max_pixels,
            job.options.limits.max_bytes,
            __version__,
            listed.pictures,
            listed.paths_sha256,
        )

    @property
    def parts(self) -> int:
        """How many files the results make."""
        return -(-self.pictures // self.part_size)

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain data."""
        return asdict(self)

    def changes(self, begun: dict[str, Any]) -> Iterator[str]:
        """Say what is asked for differently than when the results were begun."""
        for name, now in self.to_dict().items():
            if begun.get(name) != now:
                yield f"{DETAILS[name]} was {begun.get(name)} and is {now}"
