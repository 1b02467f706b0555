"""What one process does: some paths in, their rows out."""

import os
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from inkten.batch import watchdog
from inkten.batch.form_row import form_row_of
from inkten.batch.pages import pages_of
from inkten.batch.remote import from_base, is_url
from inkten.batch.row import Row, row_of
from inkten.batching import BATCH
from inkten.errors import InktenError, PictureError
from inkten.forms.form import Form
from inkten.forms.template import Template
from inkten.image.source import UNREADABLE, Picture, Unreadable
from inkten.models.registry import DEFAULT, shipped_classifiers
from inkten.options import ReadOptions
from inkten.reader import Reader

if TYPE_CHECKING:
    from inkten.forms.result import FormReading

CHUNK = BATCH  # pictures given to a process at a time: those that are read together
CHUNK_BYTES = 2 * 2**20  # or fewer large ones, so that every process gets some
UNKNOWN_SIZE = CHUNK_BYTES // 8  # bytes, assumed for a picture behind a URL


@dataclass(frozen=True)
class Job:
    """How pictures are to be read; sent to every process."""

    model: str = DEFAULT
    options: ReadOptions = field(default_factory=ReadOptions)
    base: str = field(default_factory=os.getcwd)  # where relative paths start
    table: bool = False  # whether rows have the cells of the page's table
    form: Template | None = None  # what every picture is, if that is known


def chunks(paths: Iterable[str], base: str) -> Iterator[list[str]]:
    """Cut the paths of a part into chunks.

    The same paths are always cut in the same places, so that a second run reads the
    same pictures together and gets the same confidences.

    Args:
        paths: of pictures.
        base: the folder that relative paths start from.
    """
    chunk: list[str] = []
    size = 0
    for path in paths:
        chunk.append(path)
        size += _size(path, base)
        if len(chunk) == CHUNK or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _size(path: str, base: str) -> int:
    """Bytes of a picture's file."""
    if is_url(path):
        return UNKNOWN_SIZE
    try:
        return os.stat(from_base(base, path)).st_size
    except (OSError, ValueError):  # a missing file is reported when it is read
        return 0


def read_rows(job: Job, paths: Sequence[str]) -> list[Row]:
    """Read pictures: a row for each of their pages, in order.

    A picture that cannot be read, for whatever reason, becomes a row with an error.

    Raises:
        InktenError: no picture could be read at all: the model is missing or damaged.
    """
    reader = _reader(job)
    try:
        if job.form:
            return _form_rows(reader, _form(job.form), job, paths)
        return _rows(reader, job, paths)
    except InktenError:
        raise
    except Exception as error:  # out of memory, a fault in a codec: find the picture
        if len(paths) > 1:
            return [row for path in paths for row in read_rows(job, [path])]
        return [error_row(job, paths[0], f"{type(error).__name__}: {error}")]
    finally:
        watchdog.stop()


def error_row(job: Job, path: str, reason: str) -> Row:
    """The one row of a picture that could not be read."""
    return row_of(path, 1, PictureError(reason), 0, model_name(job))


def model_name(job: Job) -> str:
    """The model's name in the results; for a file, its name without the folder."""
    return Path(job.model).name


@lru_cache(maxsize=1)
def _reader(job: Job) -> Reader:
    """The models, loaded once per process; one thread, as other processes read too."""
    cv2.setNumThreads(1)
    is_shipped = job.model in shipped_classifiers()
    return Reader(job.model if is_shipped else Path(job.base, job.model), threads=1)


@lru_cache(maxsize=1)
def _form(template: Template) -> Form:
    """The form, prepared once per process."""
    return Form(template)


def _form_rows(reader: Reader, form: Form, job: Job, paths: Sequence[str]) -> list[Row]:
    rows: list[Row] = []
    for path in paths:
        watchdog.start_picture()
        for page in pages_of(path, job.base, job.options.limits):
            start = time.perf_counter()
            answer: FormReading | Unreadable
            try:
                if isinstance(page.picture, UNREADABLE):
                    raise page.picture
                answer = form.read(page.picture, job.options, reader=reader)
            except UNREADABLE as error:
                answer = error
            seconds = time.perf_counter() - start
            rows.append(
                form_row_of(page.path, page.number, answer, seconds, model_name(job))
            )
            watchdog.start_picture()
    return rows


def _rows(reader: Reader, job: Job, paths: Sequence[str]) -> list[Row]:
    taken: deque[tuple[str, int]] = deque()  # the pages that the reader has taken
    model = model_name(job)
    options = job.options
    if job.table and reader.names_signs:  # 12.50 in a cell is 12.50
        options = options.changed(signs=True)

    def pictures() -> Iterator[Picture | Unreadable]:
        for path in paths:
            watchdog.start_picture()
            for page in pages_of(path, job.base, job.options.limits):
                taken.append((page.path, page.number))
                yield page.picture
                watchdog.start_picture()

    again = partial(reader.read_many, options=options)
    rows: list[Row] = []
    start = time.perf_counter()
    for answers in reader.read_batches(pictures(), options):
        seconds = (time.perf_counter() - start) / len(answers)
        for answer in answers:
            path, number = taken.popleft()
            row = row_of(
                *(path, number, answer, seconds, model),
                table=job.table,
                read_again=again,
            )
            rows.append(row)
        start = time.perf_counter()
    return rows
