"""What the readers of a pack's files share: parts, paths and errors."""

from collections.abc import Iterable
from pathlib import Path

from inkten.errors import DataError

PARTS = ("train", "validation", "test")


def file_in(folder: Path, name: str, *, listed_in: Path) -> Path:
    """A file of a pack that one of its tables names.

    Raises:
        DataError: the file does not exist, or lies outside the folder.
    """
    path = folder / name
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError, RuntimeError):  # a NUL in the name, a loop of links
        inside = False
    if not inside:
        raise pack_error(listed_in, f"file {name!r}", f"a file inside {folder}")
    if not path.is_file():
        raise pack_error(listed_in, f"{name} does not exist", f"a file {path}")
    return path


def pack_error(path: Path, received: str, expected: str) -> DataError:
    """What is wrong with a file of a pack, and what was expected."""
    return DataError(
        f"{received}; expected {expected}. See the form of a handwriting pack.",
        name=str(path),
    )


def joined(names: Iterable[str]) -> str:
    """Names for a message; those of a set in alphabetical order."""
    return ", ".join(sorted(names) if isinstance(names, set) else names)
