"""Files behind URLs: s3://, gs://, https:// and everything else that fsspec opens.

pyarrow itself opens S3 and Google Cloud Storage; fsspec opens other URLs, and says
which package is missing, if any.
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
    """A file behind a URL, opened only when it is read; all errors become OSError."""

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
        except Exception as error:  # each protocol's package has its own errors
            raise OSError(f"{type(error).__name__}: {error}") from error


def _read(file: IO[Any], count: int) -> bytes:
    """Read until ``count`` bytes are there: some files return fewer at a time."""
    pieces: list[bytes] = []
    while count and (piece := file.read(count)):
        pieces.append(piece)
        if count > 0:
            count -= len(piece)
    return b"".join(pieces)


def is_url(source: str) -> bool:
    """Whether a source is a URL rather than a path."""
    return SCHEME_END in source


def from_base(base: str, path: str) -> str:
    """A relative path joined to ``base``; an absolute one or a URL as it is."""
    return path if is_url(path) else os.path.join(base, path)


def open_url(url: str) -> IO[Any]:
    """Open the file behind a URL to read its bytes.

    Raises:
        OSError: it does not exist, or may not be read.
    """
    files, path = _locate(url)
    return cast("IO[Any]", files.open(path, "rb"))


def find(url: str, is_wanted: Callable[[str], bool]) -> Iterator[str]:
    """The URLs of a folder's wanted files, of a glob's files, or the URL itself."""
    files, path = _locate(url)
    prefix, _, query = url.partition("?")
    # In some file systems paths begin with the bucket, in others after the host.
    prefix = prefix.rstrip("/").removesuffix(path.strip("/"))

    def url_of(name: str) -> str:
        address = name if is_url(name) else prefix + name.lstrip("/")
        return f"{address}?{query}" if query else address

    def walk(folder: str) -> Iterator[str]:
        entries = files.ls(folder, detail=True)
        for entry in sorted(entries, key=lambda entry: str(entry["name"])):
            name = str(entry["name"])
            if entry["type"] == "directory":
                yield from walk(name)
            elif is_wanted(name.rpartition("/")[2]):
                yield url_of(name)

    if any(sign in path for sign in GLOB_SIGNS):
        yield from (url_of(name) for name in sorted(map(str, files.glob(path))))
    elif files.isdir(path):
        yield from walk(path)
    else:
        yield url


def _locate(url: str) -> "tuple[fsspec.AbstractFileSystem, str]":
    """The file system that a URL belongs to, and the path inside it."""
    scheme, _, rest = url.partition(SCHEME_END)
    if scheme in ("http", "https"):
        return _file_system(scheme, "", ""), url
    path, _, query = rest.partition("?")
    files = _file_system(scheme, path.partition("/")[0], query)
    return files, files._strip_protocol(f"{scheme}{SCHEME_END}{path}")


@cache
def _file_system(scheme: str, host: str, query: str) -> "fsspec.AbstractFileSystem":
    """One per bucket: creating it asks the network where the bucket is."""
    # Imported only for URLs: both take a fifth of a process's start-up time.
    import fsspec
    import pyarrow
    from fsspec.implementations.arrow import ArrowFSWrapper
    from pyarrow import fs as arrow_fs

    root = f"{scheme}{SCHEME_END}{host}" + (f"?{query}" if query else "")
    try:
        files, _ = arrow_fs.FileSystem.from_uri(root if host else f"{root}/")
        return ArrowFSWrapper(files)
    except pyarrow.ArrowException:  # a scheme that pyarrow does not open
        pass
    try:
        return fsspec.core.url_to_fs(f"{scheme}{SCHEME_END}{host}")[0]
    except (ImportError, TypeError, ValueError) as error:  # such as a missing host
        raise OSError(f"{scheme}{SCHEME_END}: {error}") from error
