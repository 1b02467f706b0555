"""The settings of a run, stored with its results: a resumed run must match them."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from inkten import __version__
from inkten.batch.listing import Listing
from inkten.batch.table import FileFormat
from inkten.batch.worker import Job
from inkten.models.registry import (
    DETECTOR,
    LINE,
    SIGN_VERIFIER,
    VERIFIER,
    sha256_of,
    shipped_models,
)

PART = 2_000  # pictures: seconds of work if they are small, and a file of 0.1 MB
NAMES = {  # what messages call the settings
    "sources": "the sources",
    "file_format": "the format",
    "part_size": "the part size",
    "model": "the model",
    "model_sha256": "the model file",
    "detector_sha256": "the detector",
    "line_sha256": "the line reader",
    "verifier_sha256": "the verifier",
    "sign_verifier_sha256": "the verifier of signs",
    "single": "single",
    "rotate": "rotate",
    "min_confidence": "the minimum confidence",
    "signs": "signs",
    "decimal_mark": "the decimal mark",
    "max_pixels": "the pixel limit",
    "max_bytes": "the byte limit",
    "table": "the column of tables",
    "form_sha256": "the form",
    "version": "the version of inkten",
    "pictures": "the number of pictures in the source",
    "paths_sha256": "the paths of the pictures",
}
SELECTION = {"sources", "pictures", "paths_sha256"}  # which pictures, not how
SHOWN = 3  # sources that a message names
# Settings whose values mean nothing to a person.
HASHES = (
    "model_sha256",
    "detector_sha256",
    "line_sha256",
    "verifier_sha256",
    "sign_verifier_sha256",
    "form_sha256",
    "paths_sha256",
)


@dataclass(frozen=True)
class Plan:
    """Everything that results depend on, so not the engine or the number of workers."""

    sources: list[str]
    file_format: str
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
    table: bool = False
    form_sha256: str | None = None
    line_sha256: str = ""  # empty if no line reader ships
    verifier_sha256: str = ""  # of a result older than the verifier: empty
    sign_verifier_sha256: str = ""
    signs: bool = False
    decimal_mark: str = "auto"

    @classmethod
    def of(
        cls,
        sources: Iterable[str],
        job: Job,
        file_format: FileFormat,
        part_size: int,
        listing: Listing,
    ) -> "Plan":
        """The plan of a run that starts now.

        Raises:
            ModelError: the model's file cannot be read.
        """
        return cls(
            sources=list(sources),
            file_format=file_format.value,
            part_size=part_size,
            model=job.model,
            model_sha256=sha256_of(job.model),
            detector_sha256=sha256_of(DETECTOR),
            line_sha256=shipped_models().get(LINE, ""),
            verifier_sha256=sha256_of(VERIFIER),
            sign_verifier_sha256=sha256_of(SIGN_VERIFIER),
            single=job.options.single,
            rotate=job.options.rotate,
            min_confidence=job.options.min_confidence,
            signs=job.options.signs,
            decimal_mark=job.options.decimal_mark,
            max_pixels=job.options.limits.max_pixels,
            max_bytes=job.options.limits.max_bytes,
            version=__version__,
            pictures=listing.pictures,
            paths_sha256=listing.paths_sha256,
            table=job.table,
            form_sha256=job.form.sha256 if job.form else None,
        )

    @property
    def parts(self) -> int:
        """The number of parts, each of which is one file."""
        return -(-self.pictures // self.part_size)

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain data."""
        return asdict(self)

    def changes(self, stored: Mapping[str, Any]) -> dict[str, str]:
        """What differs from a stored plan: a sentence for each of these settings."""
        return {
            name: _change(name, stored[name], value)
            for name, value in self.to_dict().items()
            if stored[name] != value
        }


def is_comparable(stored: Mapping[str, Any]) -> bool:
    """Whether a stored plan has the settings that this version of inkten knows."""
    return stored.keys() == NAMES.keys()


def _change(name: str, before: object, now: object) -> str:
    if name in HASHES:
        return f"{NAMES[name]} changed"
    if name != "sources":
        return f"{NAMES[name]} was {before} and is {now}"
    return f"{NAMES[name]} were {_listed(before)} and are {_listed(now)}"


def _listed(sources: object) -> str:
    """The first sources: a shell may have expanded a pattern to thousands."""
    if not isinstance(sources, list):
        return str(sources)
    more = len(sources) - SHOWN
    listed = ", ".join(map(str, sources[:SHOWN]))
    return f"{listed} and {more:,} more" if more > 0 else listed
