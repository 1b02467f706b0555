"""A folder that one run at a time writes to."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from inkten.errors import RunError


@contextmanager
def exclusive_lock(
    folder: Path, *, create: bool = True, parameter: str = "out"
) -> Iterator[None]:
    """Keep every other run out of a folder inside the ``with`` block.

    Args:
        folder: the folder.
        create: create the folder if it does not exist; it is removed again if nothing
            is written to it.
        parameter: the parameter that chose the folder, for messages.

    Raises:
        RunError: the folder cannot be opened or created, or another run is writing to
            it.
    """
    try:
        is_new = create and not folder.exists()
        if create:
            folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY) if os.name == "posix" else None
    except OSError as error:
        raise RunError(
            f"cannot be written ({error.strerror}). Choose a folder that may be "
            "written to",
            name=str(folder),
            parameter=parameter,
        ) from error
    if descriptor is None:  # Windows opens no folders: there nothing keeps others out
        yield
        return
    try:
        _lock(descriptor, folder, parameter)
        yield
    finally:
        os.close(descriptor)
        if is_new:
            with suppress(OSError):  # not empty: it was written to
                folder.rmdir()


def _lock(descriptor: int, folder: Path, parameter: str) -> None:
    import fcntl

    try:
        # The system drops the lock with the process, however that ends.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise RunError(
            "another run is writing to this folder. Wait for it, or choose another "
            "folder.",
            name=str(folder),
            parameter=parameter,
        ) from None
