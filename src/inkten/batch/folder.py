"""The half-written files of killed runs."""

from pathlib import Path

from inkten.batch.listing import FILE
from inkten.batch.results import MANIFEST

PARTIALS = (".part-*.partial", f".{MANIFEST}.*.partial", f".{FILE}.*.partial")


def remove_partials(folder: Path) -> None:
    """Delete the half-written files of killed runs.

    Raises:
        OSError: a file cannot be deleted.
    """
    for pattern in PARTIALS:
        for partial in folder.glob(pattern):
            partial.unlink()
