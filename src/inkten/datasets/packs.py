"""Handwriting packs: your own glyphs, fonts, numbers and pages, in one folder.

    my_pack/
        pack.toml       name, licence, credit, origin, parts
        glyphs.npz      single digits, letters and signs            (optional)
        numbers.npz     pictures of numbers, with or without boxes  (optional)
        fonts.csv       font files below fonts/                     (optional)
        pages.json      pages of text below pages/, line by line    (optional)

    pack = load_pack(Path("my_pack"))

Every picture is gray and dark on light, as on paper. `inkten.datasets.pictures` names
the arrays of the two .npz files.

``docs/packs.md`` shows how to write one.
"""

import hashlib
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from inkten.datasets.pack_files import PARTS, joined, pack_error
from inkten.datasets.pack_fonts import Font, read_fonts
from inkten.datasets.pack_pages import Line, read_lines
from inkten.datasets.pictures import Pictures, read_pictures

DESCRIPTION = "pack.toml"
FILES = (DESCRIPTION, "glyphs.npz", "numbers.npz", "fonts.csv", "pages.json")
FOLDERS = ("fonts", "pages")


@dataclass(frozen=True)
class Pack:
    """A pack, as its ``pack.toml`` describes it; the files are read when asked for.

    Attributes:
        folder: Where it lies.
        name: Its name.
        licence: Of its files, as an SPDX expression.
        credit: Whom to name.
        origin: The public address that its material comes from.
        parts: The parts that it has; its files may name no others.
        ambiguous: Texts that alone could pass for a digit, as "o" or "|".
    """

    folder: Path
    name: str
    licence: str
    credit: str
    origin: str
    parts: tuple[str, ...]
    ambiguous: frozenset[str] = frozenset()

    def glyphs(self, part: str) -> Pictures | None:
        """Single digits, letters and signs; None if the pack has none."""
        return self._pictures("glyphs.npz", part)

    def numbers(self, part: str) -> Pictures | None:
        """Pictures of numbers; None if the pack has none."""
        return self._pictures("numbers.npz", part)

    def fonts(self, part: str) -> list[Font]:
        """The fonts; an empty list if the pack has none."""
        table = self._file("fonts.csv", part)
        return read_fonts(table, part, self.parts) if table else []

    def lines(self, part: str) -> list[Line]:
        """The lines of its pages; an empty list if the pack has none."""
        listing = self._file("pages.json", part)
        return read_lines(listing, part, self.parts) if listing else []

    @cached_property
    def checksum(self) -> str:
        """SHA-256 over the names and bytes of the files that pages are made of."""
        total = hashlib.sha256()
        try:
            for path in self._files():
                with path.open("rb") as file:
                    own = hashlib.file_digest(file, "sha256").hexdigest()
                name = path.relative_to(self.folder).as_posix()
                total.update(f"{own} {name}\n".encode(errors="surrogateescape"))
        except OSError as error:
            raise pack_error(
                self.folder, f"cannot be read ({error})", "files that can be read"
            ) from error
        return total.hexdigest()

    def _files(self) -> Iterator[Path]:
        """The files that pages are made of, in the same order on every machine."""
        yield from (path for name in FILES if (path := self.folder / name).is_file())
        for name in FOLDERS:
            found = (path for path in (self.folder / name).rglob("*") if path.is_file())
            yield from sorted(found, key=lambda path: path.as_posix())

    def _pictures(self, name: str, part: str) -> Pictures | None:
        path = self._file(name, part)
        return read_pictures(path, part, self.parts) if path else None

    def _file(self, name: str, part: str) -> Path | None:
        """A file of the pack; None if the pack lacks the file or the part."""
        path = self.folder / name
        return path if part in self.parts and path.is_file() else None


def load_pack(folder: Path) -> Pack:
    """Open a pack.

    Raises:
        DataError: ``pack.toml`` is missing, damaged or incomplete.
    """
    path = folder / DESCRIPTION
    try:
        described = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise pack_error(
            path, f"cannot be read ({error})", "a handwriting pack"
        ) from error
    texts: dict[str, str] = {}
    for key in ("name", "licence", "credit", "origin"):
        value = described.get(key)
        if not isinstance(value, str) or not value.strip():
            raise pack_error(path, f"{key} is {value!r}", "some text")
        texts[key] = value
    parts = described.get("parts")
    if not (isinstance(parts, list) and parts and all(part in PARTS for part in parts)):
        raise pack_error(path, f"parts is {parts!r}", f"some of {joined(PARTS)}")
    ambiguous = described.get("ambiguous", [])
    if not isinstance(ambiguous, list) or not all(
        isinstance(text, str) for text in ambiguous
    ):
        raise pack_error(path, f"ambiguous is {ambiguous!r}", "a list of texts")
    return Pack(
        folder=folder, parts=tuple(parts), ambiguous=frozenset(ambiguous), **texts
    )


def load_packs(folders: Sequence[Path]) -> tuple[Pack, ...]:
    """Open several packs, in order of their names.

    Args:
        folders: of packs, or folders that hold packs.

    Raises:
        DataError: one of them is neither, or two packs have one name.
    """
    found = [pack for folder in folders for pack in _packs_in(folder)]
    packs = sorted(map(load_pack, found), key=lambda pack: pack.name)
    names = [pack.name for pack in packs]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise pack_error(
            Path(joined(twice)), "the name of two packs", "different names"
        )
    return tuple(packs)


def _packs_in(folder: Path) -> list[Path]:
    """The folder itself, unless it only holds packs."""
    inside = [path.parent for path in folder.glob(f"*/{DESCRIPTION}")]
    return inside if inside and not (folder / DESCRIPTION).exists() else [folder]
