"""Atomic writes: a file appears complete or not at all."""

import errno
import os
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

from inkten.errors import InktenError


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file atomically: to a temporary file beside it, then rename.

    A reader of ``path`` sees the old content or the new one, never a part of it, even
    if the process is killed while it writes. Text is written as UTF-8; a file
    name in it that is not valid UTF-8 is escaped.

    Raises:
        InktenError: the file cannot be written.
    """
    if not path.name:
        raise _folder(path)
    if isinstance(content, str):
        content = content.encode(errors="backslashreplace")
    partial = _partial(path)
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        raise InktenError(
            f"cannot be written ({error.strerror}). Name a file in an existing folder "
            "that may be written to.",
            name=str(path),
        ) from error
    finally:
        with suppress(OSError):  # it is gone unless the writing was interrupted
            partial.unlink()


def make_room(path: Path) -> None:
    """Create the folder of a file, and try to write there, before any work is done.

    Raises:
        InktenError: the folder cannot be created, the path is a folder, or the file or
            its folder may not be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        is_folder = not path.name or path.is_dir()
        if not is_folder:
            _try_to_write(path)
    except OSError as error:
        raise InktenError(
            f"cannot be written ({error.strerror}). Name a file in a folder that may "
            "be created and written to.",
            name=str(path),
        ) from error
    if is_folder:
        raise _folder(path)


def _try_to_write(path: Path) -> None:
    partial = _partial(path)
    partial.touch()
    partial.unlink()
    if path.exists() and not os.access(path, os.W_OK):  # a rename would replace it
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _partial(path: Path) -> Path:
    """A name that nobody can have taken before, as with a link to another file."""
    return path.with_name(f".{path.name}.{token_hex(4)}.partial")


def _folder(path: Path) -> InktenError:
    return InktenError("a folder; expected the name of a file", name=str(path))
