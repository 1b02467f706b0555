"""Files that appear whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from inkten.errors import InktenError


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file beside its place, then move it there in one step.

    Whoever reads `path` sees the old content or the new one, never a part of it,
    also when the process is killed while it writes. Text is written as UTF-8; of a
    file's name, what is none is escaped.

    Raises:
        InktenError: the file cannot be written.
    """
    if not path.name:
        raise InktenError(f"{path}: a folder; expected the name of a file.")
    if isinstance(content, str):
        content = content.encode(errors="backslashreplace")
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):  # there is none where the folder is a file
            partial.unlink()
        raise InktenError(
            f"{path}: cannot be written ({error.strerror}). Name a file in a folder "
            "that is there and may be written to."
        ) from error


def make_room(path: Path) -> None:
    """Make the folder of a file to be written, before anything is done for it.

    Raises:
        InktenError: the folder cannot be made, or the file's name is a folder's.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        is_folder = not path.name or path.is_dir()
    except OSError as error:
        raise InktenError(
            f"{path}: cannot be written ({error.strerror}). Name a file in a folder "
            "that may be made and written to."
        ) from error
    if is_folder:
        raise InktenError(f"{path}: a folder; expected the name of a file.")
