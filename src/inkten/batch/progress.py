"""What engines give back while they read."""

from dataclasses import dataclass

from inkten.batch.results import PartRecord


@dataclass(frozen=True)
class PartProgress:
    """What has just been read; with ``finished``, a part is written as well."""

    pictures: int  # files
    rows: int  # a row for each page
    errors: int  # rows of pages that could not be read
    finished: PartRecord | None = None
