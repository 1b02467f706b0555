"""URLs: what lies behind s3://, gs://, https:// and whatever fsspec knows.

pyarrow opens S3 and Google's storage by itself; for the rest fsspec is asked, and says
which package of its own is missing.
"""

import os
from collections.abc import Callable, Iterator
from functools import cache
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import fsspec

SCHEME_END = "://"
GLOB_SIGNS = "*["


class RemoteFile:
    """A file behind a URL, opened when it is read; what goes wrong is an OSError."""

    def __init__(self, url: str) -> None:
        """Keep the URL; nothing is opened yet."""
        self.url = url

    def read(self, count: int = -1) -> bytes:
        """Read at most ``count`` bytes from the start."""
        try:
            with open_url(self.url) as file:
                return _read(file, count)
        except OSError:
            raise
        except Exception as error:  # each protocol's package raises its own kinds
            raise OSError(f"{type(error).__name__}: {error}") from error


def _read(file: IO[Any], count: int) -> bytes:
    """Read on until there is enough: some files give what has arrived so far."""
    parts: list[bytes] = []
    while count and (part := file.read(count)):
        parts.append(part)
        if count > 0:
            count -= len(part)
    return b"".join(parts)


def is_url(source: str) -> bool:
    """Whether a source is a URL rather than a path."""
    return SCHEME_END in source


def from_base(base: str, path: str) -> str:
    """A path as it counts from ``base``; an absolute one or a URL stays what it is."""
    return path if is_url(path) else os.path.join(base, path)


def open_url(url: str) -> IO[Any]:
    """Open what lies behind a URL, to read bytes.

    Raises:
        OSError: it is not there, or may not be read.
    """
    files, path = _located(url)
    return cast("IO[Any]", files.open(path, "rb"))


def find(url: str, wanted: Callable[[str], bool]) -> Iterator[str]:
    """The URLs under one: of a folder's wanted files, of a glob's files, or itself."""
    files, path = _located(url)
    start, _, query = url.partition("?")
    # Some paths begin with the bucket, others behind the host.
    start = start.rstrip("/").removesuffix(path.strip("/"))

    def named(found: str) -> str:
        whole = found if is_url(found) else start + found.lstrip("/")
        return f"{whole}?{query}" if query else whole

    def walk(folder: str) -> Iterator[str]:
        inside = files.ls(folder, detail=True)
        for entry in sorted(inside, key=lambda entry: str(entry["name"])):
            name = str(entry["name"])
            if entry["type"] == "directory":
                yield from walk(name)
            elif wanted(name.rpartition("/")[2]):
                yield named(name)

    if any(sign in path for sign in GLOB_SIGNS):
        yield from (named(each) for each in sorted(map(str, files.glob(path))))
    elif files.isdir(path):
        yield from walk(path)
    else:
        yield url


def _located(url: str) -> "tuple[fsspec.AbstractFileSystem, str]":
    """The file system a URL belongs to, and its path in there."""
    scheme, _, rest = url.partition(SCHEME_END)
    if scheme in ("http", "https"):
        return _file_system(scheme, "", ""), url
    path, _, query = rest.partition("?")
    files = _file_system(scheme, path.partition("/")[0], query)
    return files, files._strip_protocol(f"{scheme}{SCHEME_END}{path}")


@cache
def _file_system(scheme: str, host: str, query: str) -> "fsspec.AbstractFileSystem":
    """One for each bucket: making it asks the network where the bucket lies."""
    # Imported where there is a URL: together they take a fifth of a process's start.
    import fsspec
    import pyarrow
    from fsspec.implementations.arrow import ArrowFSWrapper
    from pyarrow import fs as arrow_fs

    root = f"{scheme}{SCHEME_END}{host}" + (f"?{query}" if query else "")
    try:
        found, _ = arrow_fs.FileSystem.from_uri(root if host else f"{root}/")
        return ArrowFSWrapper(found)
    except pyarrow.ArrowException:  # not one of pyarrow's own
        pass
    try:
        return fsspec.core.url_to_fs(f"{scheme}{SCHEME_END}{host}")[0]
    except (ImportError, TypeError, ValueError) as error:  # as for want of a host
        raise OSError(f"{scheme}{SCHEME_END}: {error}") from error
