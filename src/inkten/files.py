"""Files that appear whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from inkten.errors import InktenError


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file beside its place, then move it there in one step.

    Whoever reads `path` sees the old content or the new one, never a part of it,
    also when the process is killed while it writes. Text is written as UTF-8.

    Raises:
        InktenError: the file cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):  # there is none where the folder is a file
            partial.unlink()
        raise InktenError(
            f"{path}: cannot be written ({error.strerror}). Name a file in a folder "
            "that is there and may be written to."
        ) from error
