"""A folder that one run at a time writes to."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from inkten.batch.listing import FILE
from inkten.batch.results import MANIFEST, cannot_write
from inkten.errors import RunError

# What killed runs leave behind.
PARTIALS = (".part-*.partial", f".{MANIFEST}.*.partial", f".{FILE}.*.partial")


@contextmanager
def exclusive_lock(folder: Path) -> Iterator[None]:
    """Create a folder, and keep every other run out of it inside the ``with`` block.

    Raises:
        RunError: it cannot be created, or another run is writing to it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY) if os.name == "posix" else None
    except OSError as error:
        raise cannot_write(folder, error) from error
    if descriptor is None:  # Windows opens no folders: there nothing keeps others out
        yield
        return
    try:
        _lock(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path) -> None:
    import fcntl

    try:
        # The system drops the lock with the process, however that ends.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RunError(
            "another run is writing to this folder. Wait for it, or choose another "
            "folder.",
            name=str(folder),
            parameter="out",
        ) from None


def remove_partials(folder: Path) -> None:
    """Delete the half-written files of killed runs.

    Raises:
        OSError: a file cannot be deleted.
    """
    for pattern in PARTIALS:
        for partial in folder.glob(pattern):
            partial.unlink()
