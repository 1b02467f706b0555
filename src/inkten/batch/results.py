"""The folder of results: parts that appear whole, and a manifest that says which.

    part-000000.parquet   2,000 pictures each, in the order of the source
    part-000001.parquet
    _manifest.jsonl       first line: the plan; then a line for each finished part
    _pictures.parquet     the pictures of all parts

A part is written beside its place, moved there in one step, then noted: one that is not
in the manifest is read again. Whatever is killed, at any moment, leaves a folder that
the same command goes on with.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.compute as compute

from inkten.batch.listing import FILE
from inkten.batch.plan import Plan
from inkten.batch.table import Form, decode, encode
from inkten.errors import InktenError, RunError
from inkten.files import write_whole

MANIFEST = "_manifest.jsonl"
NOTHING_LOST = (
    "Finished parts are kept; the same command goes on once this is put right."
)
# What runs leave where they are killed.
PARTIALS = (".part-*.partial", f".{MANIFEST}.*.partial", f".{FILE}.*.partial")


@dataclass(frozen=True)
class PartRecord:
    """A part that is written, and what it holds."""

    part: int
    pictures: int  # files
    rows: int  # a row for each page
    errors: int  # rows of pages that could not be read
    empty: int  # rows of pages without any digit
    size: int  # of its file, in bytes


PART_RECORD = PartRecord.__dataclass_fields__.keys()


def part_path(folder: Path, number: int, form: Form) -> Path:
    """Where a part stands."""
    return folder / f"part-{number:06d}.{form}"


def encode_part(
    number: int, pictures: int, table: pyarrow.Table, form: Form
) -> tuple[bytes, PartRecord]:
    """A part as the bytes of its file, and what the manifest says of it."""
    content = encode(table, form)
    empty = compute.sum(compute.equal(table["text"], "")).as_py() or 0
    return content, PartRecord(
        number, pictures, len(table), errors_in(table), empty, len(content)
    )


def errors_in(table: pyarrow.Table) -> int:
    """How many rows are of pages that could not be read."""
    return len(table) - int(table["error"].null_count)


def store_part(folder: Path, number: int, content: bytes, form: Form) -> None:
    """Put a part in its place, whole.

    Raises:
        RunError: it cannot be written.
    """
    try:
        write_whole(part_path(folder, number, form), content)
    except InktenError as error:
        raise RunError(f"{error} {NOTHING_LOST}") from error


class Results:
    """The results of one plan, open to be added to."""

    def __init__(
        self, folder: Path, plan: Plan, finished: dict[int, PartRecord]
    ) -> None:
        """Hold what is finished already; see ``open_results``."""
        self.folder = folder
        self.plan = plan
        self.form = Form(plan.form)
        self.finished = finished
        self._write_manifest()

    @property
    def missing(self) -> list[int]:
        """The numbers of the parts that are not there yet."""
        return [number for number in range(self.plan.parts) if not self._has(number)]

    def note(self, finished: PartRecord) -> None:
        """Write down that a part is there.

        Raises:
            RunError: the manifest cannot be written.
        """
        self.finished[finished.part] = finished
        try:
            with (self.folder / MANIFEST).open("a", encoding="utf-8") as manifest:
                manifest.write(f"{json.dumps(asdict(finished))}\n")
        except OSError as error:
            raise cannot_write(self.folder / MANIFEST, error) from error

    def tables(self) -> Iterator[pyarrow.Table]:
        """The finished parts in order, one in memory at a time."""
        for number in sorted(self.finished):
            content = part_path(self.folder, number, self.form).read_bytes()
            yield decode(content, self.form)

    def _has(self, number: int) -> bool:
        noted = self.finished.get(number)
        path = part_path(self.folder, number, self.form)
        return bool(noted and path.is_file() and path.stat().st_size == noted.size)

    def _write_manifest(self) -> None:
        """Write it anew: a line that was cut by a kill goes, as do parts that are."""
        self.finished = {n: done for n, done in self.finished.items() if self._has(n)}
        lines = [{"plan": self.plan.to_dict()}, *map(asdict, self.finished.values())]
        text = "".join(f"{json.dumps(line)}\n" for line in lines)
        write_whole(self.folder / MANIFEST, text)


def open_results(folder: Path, plan: Plan) -> Results:
    """Begin results in an empty folder, or go on with those of the same plan.

    Raises:
        RunError: the folder holds results of another plan, or something else.
    """
    try:
        text = (folder / MANIFEST).read_text("utf-8", errors="replace")
    except FileNotFoundError:
        foreign = [path.name for path in folder.iterdir() if path.name[0] not in "._"]
        if foreign:
            raise RunError(
                f"{folder} holds {min(foreign)} and no results of inkten batch. Name "
                "another --out, or an empty folder."
            ) from None
        return Results(folder, plan, {})
    records = list(_whole_lines(text.splitlines()))
    begun = records[0].get("plan", {}) if records else {}
    changes = list(plan.changes(begun))
    if changes:
        raise RunError(
            f"{folder} holds results that were begun otherwise: {'; '.join(changes)}. "
            "Name another --out, or ask for the same as before."
        )
    of_parts = (record for record in records if record.keys() == PART_RECORD)
    finished = [PartRecord(**record) for record in of_parts]
    return Results(folder, plan, {each.part: each for each in finished})


def remove_partials(folder: Path) -> None:
    """Take away what earlier runs left half-written in their folder.

    Raises:
        OSError: it cannot be taken away.
    """
    for pattern in PARTIALS:
        for left in folder.glob(pattern):
            left.unlink()


@contextmanager
def exclusive_lock(folder: Path) -> Iterator[None]:
    """Make a folder, and keep every other run out of it until the end.

    Raises:
        RunError: it cannot be made, or another run is at work in it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        opened = os.open(folder, os.O_RDONLY) if os.name == "posix" else None
    except OSError as error:
        raise cannot_write(folder, error) from error
    if opened is None:  # Windows opens no folders: avoiding two runs is up to the user
        yield
        return
    try:
        _lock(opened, folder)
        yield
    finally:
        os.close(opened)


def _lock(opened: int, folder: Path) -> None:
    import fcntl

    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)  # ends with the process
    except BlockingIOError:
        raise RunError(
            f"another run is at work in {folder}. Wait for it, or name another --out."
        ) from None


def cannot_write(path: Path, error: OSError) -> RunError:
    """Say why nothing more can be written, and that nothing is lost."""
    return RunError(f"{path}: cannot be written ({error.strerror}). {NOTHING_LOST}")


def _whole_lines(lines: list[str]) -> Iterator[dict[str, Any]]:
    """Read what can be; a part whose line was cut, or damaged, is read again."""
    for line in lines:
        with suppress(json.JSONDecodeError):
            record = json.loads(line)
            if isinstance(record, dict):
                yield record
