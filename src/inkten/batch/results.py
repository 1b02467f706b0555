"""The folder of results: parts that appear complete, and a manifest that lists them.

    part-000000.parquet   2,000 pictures each, in the order of the source
    part-000001.parquet
    _manifest             JSON lines: the plan, then a line for each finished part
    _pictures             the paths of the pictures of all parts

A part is written under a temporary name, moved to its place in one step, then added to
the manifest with its SHA-256. A part that the manifest does not list, or whose file has
another SHA-256, is read again; so is one whose pictures have changed. So a run killed
at any moment leaves a folder that the same command resumes.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.compute as compute

from inkten.batch.plan import SELECTION, Plan, is_comparable
from inkten.batch.table import SCHEMA, FileFormat, decode, encode
from inkten.errors import InktenError, RunError
from inkten.files import write_whole

MANIFEST = "_manifest"  # no extension, so that "*.jsonl" matches results only
MANIFEST_0_1 = "_manifest.jsonl"  # of inkten 0.1
OTHER_VERSION = (
    "holds results of another version of inkten, which this one cannot resume. Choose "
    "another folder."
)
KEPT = "Finished parts are kept; the same command resumes once this is fixed."


@dataclass(frozen=True)
class PartRecord:
    """A finished part's line in the manifest."""

    part: int
    pictures: int  # files
    rows: int  # one per page
    errors: int  # rows of pages that could not be read
    empty: int  # rows of pages without any digit
    sha256: str  # of the part's file


RECORD_TYPES = {field.name: field.type for field in fields(PartRecord)}


@dataclass(frozen=True)
class PartProgress:
    """What was just read; with a ``record`` if that completed a part."""

    pictures: int
    rows: int
    errors: int
    record: PartRecord | None = None


def part_path(folder: Path, number: int, file_format: FileFormat) -> Path:
    """The file of a part."""
    return folder / f"part-{number:06d}.{file_format}"


def encode_part(
    number: int, pictures: int, table: pyarrow.Table, file_format: FileFormat
) -> tuple[bytes, PartRecord]:
    """A part as the bytes of its file, and its record for the manifest."""
    content = encode(table, file_format)
    return content, PartRecord(
        part=number,
        pictures=pictures,
        rows=len(table),
        errors=len(table) - int(table["error"].null_count),
        empty=_empty_rows(table),
        sha256=sha256(content).hexdigest(),
    )


def _empty_rows(table: pyarrow.Table) -> int:
    """How many pages have no digit; the fields of a form may all be empty."""
    if "text" not in table.column_names:
        return 0
    return compute.sum(compute.equal(table["text"], "")).as_py() or 0


def store_part(
    folder: Path, number: int, content: bytes, file_format: FileFormat
) -> None:
    """Put the complete file of a part in its place.

    Raises:
        RunError: it cannot be written.
    """
    _write(part_path(folder, number, file_format), content)


def _write(path: Path, content: bytes | str) -> None:
    """Write a file of the results.

    Raises:
        RunError: it cannot be written.
    """
    try:
        write_whole(path, content)
    except InktenError as error:
        raise RunError(f"{error.reason} {KEPT}", name=error.name) from error


class Results:
    """The results of one plan, so far."""

    def __init__(
        self,
        folder: Path,
        plan: Plan,
        finished: dict[int, PartRecord],
        schema: pyarrow.Schema = SCHEMA,
        changed: int = 0,
    ) -> None:
        """Keep those of the ``finished`` parts whose files are intact.

        Args:
            folder: of the results.
            plan: what is to be read, and how.
            finished: the parts that need not be read again.
            schema: the columns of the results.
            changed: how many pictures have changed since an earlier run read them.

        Raises:
            RunError: the manifest cannot be written.
        """
        self.changed = changed
        self.folder = folder
        self.plan = plan
        self.schema = schema
        self.file_format = FileFormat(plan.file_format)
        self.finished = {
            number: record
            for number, record in finished.items()
            if number < plan.parts and self._content(record) is not None
        }
        self._write_manifest()

    @property
    def missing(self) -> list[int]:
        """The numbers of the parts that are still to be read."""
        return [n for n in range(self.plan.parts) if n not in self.finished]

    def note(self, record: PartRecord) -> None:
        """Add a part, once its file is written, to the manifest.

        Raises:
            RunError: the manifest cannot be written.
        """
        self.finished[record.part] = record
        try:
            with (self.folder / MANIFEST).open("a", encoding="utf-8") as manifest:
                manifest.write(f"{json.dumps(asdict(record))}\n")
        except OSError as error:
            raise cannot_write(self.folder / MANIFEST, error) from error

    def tables(self) -> Iterator[pyarrow.Table]:
        """The finished parts in order, one in memory at a time.

        Raises:
            RunError: a part is missing or damaged.
        """
        for number in sorted(self.finished):
            content = self._content(self.finished[number])
            if content is None:
                raise RunError(
                    "missing or damaged; the same command reads its pictures again",
                    name=str(part_path(self.folder, number, self.file_format)),
                )
            yield decode(content, self.file_format, self.schema)

    def _content(self, record: PartRecord) -> bytes | None:
        """The bytes of a part's file; None if it is missing or changed."""
        try:
            path = part_path(self.folder, record.part, self.file_format)
            content = path.read_bytes()
        except OSError:
            return None
        return content if sha256(content).hexdigest() == record.sha256 else None

    def _write_manifest(self) -> None:
        """Rewrite the manifest without damaged lines and damaged parts."""
        records = map(asdict, self.finished.values())
        lines = [{"plan": self.plan.to_dict()}, *records]
        text = "".join(f"{json.dumps(line)}\n" for line in lines)
        _write(self.folder / MANIFEST, text)


def open_results(
    folder: Path,
    plan: Plan,
    schema: pyarrow.Schema = SCHEMA,
    *,
    changed: Mapping[int, int] | None = None,
    retry: bool = False,
) -> Results:
    """Start results in an empty folder, or resume those of the same plan.

    Args:
        folder: of the results.
        plan: what is to be read, and how.
        schema: the columns of the results.
        changed: the parts that are read again because pictures of them have changed,
            with the number of these pictures.
        retry: parts with pages that could not be read are read again, too.

    Raises:
        RunError: the folder holds results of another plan, or something else, or the
            manifest cannot be written.
    """
    try:
        lines = (folder / MANIFEST).read_text("utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        lines, obstacle = [], _obstacle_to_start(folder)
    else:
        obstacle = _obstacle_to_resume(plan, _parsed(lines[0]) if lines else None)
    if obstacle:
        raise RunError(obstacle, name=str(folder), parameter="out")
    records = filter(None, map(_record, lines[1:]))
    finished = {record.part: record for record in records}
    changed = {n: count for n, count in (changed or {}).items() if n in finished}
    kept = {
        number: record
        for number, record in finished.items()
        if number not in changed and not (retry and record.errors)
    }
    return Results(folder, plan, kept, schema, changed=sum(changed.values()))


def _obstacle_to_start(folder: Path) -> str | None:
    if (folder / MANIFEST_0_1).exists():
        return OTHER_VERSION
    others = [path.name for path in folder.iterdir() if path.name[0] not in "._"]
    if others:
        return (
            f"holds {min(others)} but no results of a batch run. Choose another "
            "folder, or an empty one."
        )
    return None


def _obstacle_to_resume(plan: Plan, first_line: object) -> str | None:
    stored = first_line.get("plan") if isinstance(first_line, dict) else None
    if not isinstance(stored, dict):
        return f"the first line of {MANIFEST} is damaged. Choose another folder."
    if not is_comparable(stored):
        return OTHER_VERSION
    changes = plan.changes(stored)
    if not changes:
        return None
    if changes.keys() <= SELECTION:
        return (
            f"holds results of other pictures: {'; '.join(changes.values())}. Read "
            "only the new pictures into another folder, or all of them into an empty "
            "one."
        )
    return (
        f"holds results with other settings: {'; '.join(changes.values())}. Choose "
        "another folder, or the same settings as before."
    )


def _record(line: str) -> PartRecord | None:
    """The record in a line; None if it is damaged: its part is read again."""
    record = _parsed(line)
    if not isinstance(record, dict) or record.keys() != RECORD_TYPES.keys():
        return None
    if any(type(record[name]) is not kind for name, kind in RECORD_TYPES.items()):
        return None
    return PartRecord(**record)


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError:
        return None


def cannot_write(path: Path, error: OSError) -> RunError:
    """Say why nothing more can be written, and that nothing is lost."""
    return RunError(f"cannot be written ({error.strerror}). {KEPT}", name=str(path))
