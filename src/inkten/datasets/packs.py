"""Handwriting packs: glyphs, fonts, numbers and pages of one's own, in one folder.

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

import csv
import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.datasets.pictures import (
    PARTS,
    Gray,
    Pictures,
    listed,
    pack_error,
    read_pictures,
)

DESCRIPTION = "pack.toml"


@dataclass(frozen=True)
class Font:
    """A font file that looks written by hand.

    Attributes:
        path: The file; any that FreeType opens.
        family: Its family: weights and styles of one design.
        weight: How often it is used, relative to the others.
    """

    path: Path
    family: str
    weight: float


@dataclass(frozen=True, eq=False)
class Line:
    """A line of handwritten text.

    Attributes:
        gray: (height, width) uint8: the line and the paper around it.
        outline: (N, 2) float32 x, y: the polygon around its ink, in ``gray``.
        text: What is written.
        page: The page that it is from.
    """

    gray: Gray
    outline: NDArray[np.float32]
    text: str
    page: str


@dataclass(frozen=True)
class Pack:
    """A pack, as its ``pack.toml`` describes it; the files are read when asked for.

    Attributes:
        folder: Where it lies.
        name: Its name.
        licence: Of its files, as an SPDX expression.
        credit: Whom to name.
        origin: The public address that its material comes from.
        parts: Which parts it has.
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
        table = self.folder / "fonts.csv"
        if not table.is_file():
            return []
        with table.open(newline="", encoding="utf-8") as rows:
            reader = csv.DictReader(rows)
            missing = {"file", "family", "weight", "part"} - set(
                reader.fieldnames or ()
            )
            if missing:
                raise pack_error(
                    table, f"no column {listed(missing)}", "file,family,..."
                )
            chosen = [row for row in reader if row["part"] == part]
        fonts = []
        for row in chosen:
            path = self.folder / "fonts" / row["file"]
            if not path.is_file():
                raise pack_error(
                    table, f"{row['file']} does not exist", f"a file {path}"
                )
            try:
                weight = float(row["weight"])
            except ValueError as error:
                raise pack_error(
                    table, f"weight {row['weight']!r}", "a number"
                ) from error
            fonts.append(Font(path, row["family"], weight))
        return fonts

    def lines(self, part: str) -> list[Line]:
        """The lines of its pages; an empty list if the pack has none."""
        listing = self.folder / "pages.json"
        if not listing.is_file():
            return []
        lines: list[Line] = []
        try:
            for name, page in json.loads(listing.read_bytes()).items():
                if page["part"] == part:
                    lines += _lines_of(self.folder / "pages" / name, page["lines"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            expected = '{"page.webp": {"part": ..., "lines": [{"text", "outline"}]}}'
            raise pack_error(
                listing, f"cannot be read ({error!r})", expected
            ) from error
        return lines

    def _pictures(self, name: str, part: str) -> Pictures | None:
        path = self.folder / name
        return read_pictures(path, part) if path.is_file() else None


def load_pack(folder: Path) -> Pack:
    """Open a pack.

    Raises:
        DataError: ``pack.toml`` is missing, damaged or incomplete.
    """
    path = folder / DESCRIPTION
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise pack_error(
            path, f"cannot be read ({error})", "a handwriting pack"
        ) from error
    texts: dict[str, str] = {}
    for key in ("name", "licence", "credit", "origin"):
        value = told.get(key)
        if not isinstance(value, str) or not value.strip():
            raise pack_error(path, f"{key} is {value!r}", "some text")
        texts[key] = value
    parts = told.get("parts")
    if not isinstance(parts, list) or not parts or not set(parts) <= set(PARTS):
        raise pack_error(path, f"parts is {parts!r}", f"some of {listed(PARTS)}")
    ambiguous = told.get("ambiguous", [])
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
            Path(listed(twice)), "the name of two packs", "different names"
        )
    return tuple(packs)


def _packs_in(folder: Path) -> list[Path]:
    """The folder itself, unless it only holds packs."""
    inside = [path.parent for path in folder.glob(f"*/{DESCRIPTION}")]
    return inside if inside and not (folder / DESCRIPTION).exists() else [folder]


def _lines_of(path: Path, listed: list[dict[str, Any]]) -> list[Line]:
    page = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if page is None:
        raise pack_error(path, "not a picture", "a page that OpenCV reads")
    lines = []
    for line in listed:
        outline = np.array(line["outline"], np.float32).reshape(-1, 2)
        x, y = np.maximum(outline.min(axis=0), 0).astype(int)
        right, bottom = np.ceil(outline.max(axis=0)).astype(int)
        cut = np.ascontiguousarray(page[y : bottom + 1, x : right + 1], np.uint8)
        if min(cut.shape) > 1:
            lines.append(Line(cut, outline - (x, y), str(line["text"]), path.stem))
    return lines
