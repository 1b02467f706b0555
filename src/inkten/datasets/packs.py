"""Handwriting packs: glyphs, fonts, numbers and pages of one's own, in one folder.

    my_pack/
        pack.toml       name, licence, credit, origin, parts
        glyphs.npz      single digits, letters and signs            (optional)
        numbers.npz     pictures of numbers, with or without boxes  (optional)
        fonts.csv       font files below fonts/                     (optional)
        pages.json      pages of text below pages/, line by line    (optional)

    pack = load_pack(Path("my_pack"))

Every picture is gray and dark on light, as on paper. The arrays of the two .npz files:

    pixels   (P,) uint8     all pictures, one after the other, row by row
    shapes   (N, 2)         height and width of each picture
    texts    (N,) str       what is written: "7", "a", "+", "1750"; "" for a drawing
    writers  (N,) str       who wrote it; pictures of one number: the page they are from
    parts    (N,) str       "train", "validation" or "test"
    boxes    (D, 4) float   numbers only, optional: x, y, width, height of each digit,
    boxed    (N,) bool          of the pictures whose digits have boxes, in order

``docs/packs.md`` shows how to write one.
"""

import csv
import json
import tomllib
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.errors import DataError

PARTS = ("train", "validation", "test")
MAX_BYTES = 2_000_000_000  # of one .npz, uncompressed
REQUIRED = ("pixels", "shapes", "texts", "writers", "parts")

Gray = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Pictures:
    """Labelled pictures of any size.

    Attributes:
        pixels: (P,) uint8, dark on light: all pictures, one after the other.
        shapes: (N, 2) height and width of each.
        texts: (N,) what each shows.
        writers: (N,) who wrote it, or the page it is from.
        boxes: By picture: (digits, 4) float32 x, y, width, height; where known.
    """

    pixels: Gray
    shapes: NDArray[np.int64]
    texts: NDArray[np.str_]
    writers: NDArray[np.str_]
    boxes: dict[int, NDArray[np.float32]]

    def __len__(self) -> int:
        """How many pictures."""
        return len(self.shapes)

    def __getitem__(self, index: int) -> Gray:
        """(height, width) uint8: one of the pictures."""
        start = int(self._starts[index])
        height, width = self.shapes[index].tolist()
        return self.pixels[start : start + height * width].reshape(height, width)

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        sizes = self.shapes.prod(axis=1)
        return np.asarray(sizes.cumsum() - sizes, np.int64)


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
                raise _error(table, f"no column {_listed(missing)}", "file,family,...")
            chosen = [row for row in reader if row["part"] == part]
        fonts = []
        for row in chosen:
            path = self.folder / "fonts" / row["file"]
            if not path.is_file():
                raise _error(table, f"{row['file']} does not exist", f"a file {path}")
            try:
                weight = float(row["weight"])
            except ValueError as error:
                raise _error(table, f"weight {row['weight']!r}", "a number") from error
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
            raise _error(listing, f"cannot be read ({error!r})", expected) from error
        return lines

    def _pictures(self, name: str, part: str) -> Pictures | None:
        path = self.folder / name
        return _read_pictures(path, part) if path.is_file() else None


def load_pack(folder: Path) -> Pack:
    """Open a pack.

    Raises:
        DataError: ``pack.toml`` is missing, damaged or incomplete.
    """
    path = folder / "pack.toml"
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _error(path, f"cannot be read ({error})", "a handwriting pack") from error
    texts: dict[str, str] = {}
    for key in ("name", "licence", "credit", "origin"):
        value = told.get(key)
        if not isinstance(value, str) or not value.strip():
            raise _error(path, f"{key} is {value!r}", "some text")
        texts[key] = value
    parts = told.get("parts")
    if not isinstance(parts, list) or not parts or not set(parts) <= set(PARTS):
        raise _error(path, f"parts is {parts!r}", f"some of {_listed(PARTS)}")
    ambiguous = told.get("ambiguous", [])
    if not isinstance(ambiguous, list) or not all(
        isinstance(text, str) for text in ambiguous
    ):
        raise _error(path, f"ambiguous is {ambiguous!r}", "a list of texts")
    return Pack(
        folder=folder, parts=tuple(parts), ambiguous=frozenset(ambiguous), **texts
    )


def load_packs(folders: Sequence[Path]) -> tuple[Pack, ...]:
    """Open several packs, in order of their names.

    Raises:
        DataError: one of them is not a pack, or two have one name.
    """
    packs = sorted((load_pack(folder) for folder in folders), key=lambda p: p.name)
    names = [pack.name for pack in packs]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise _error(Path(_listed(twice)), "the name of two packs", "different names")
    return tuple(packs)


def _read_pictures(path: Path, part: str) -> Pictures:
    arrays = _read_npz(path)
    missing = [name for name in REQUIRED if name not in arrays]
    if missing:
        raise _error(path, f"no array {_listed(missing)}", _listed(REQUIRED))
    pixels, shapes, texts, writers, parts = (arrays[name] for name in REQUIRED)
    count = len(shapes)
    if pixels.dtype != np.uint8 or pixels.ndim != 1:
        raise _error(path, f"pixels {pixels.shape} {pixels.dtype}", "(P,) uint8")
    if shapes.shape != (count, 2) or shapes.dtype.kind not in "ui":
        raise _error(path, f"shapes {shapes.shape} {shapes.dtype}", "(N, 2) integers")
    for name, array in (("texts", texts), ("writers", writers), ("parts", parts)):
        if array.shape != (count,) or array.dtype.kind != "U":
            raise _error(path, f"{name} {array.shape} {array.dtype}", f"({count},) str")
    shapes = shapes.astype(np.int64)
    sizes = shapes.prod(axis=1)
    if count and shapes.min() < 1 or sizes.sum() != len(pixels):
        raise _error(path, f"{len(pixels)} pixels", f"{sizes.sum()}, as shapes has it")
    if unknown := set(np.unique(parts).tolist()) - set(PARTS):
        raise _error(path, f"part {_listed(unknown)}", _listed(PARTS))
    chosen = np.flatnonzero(parts == part)
    boxes = _boxes(path, arrays, texts, shapes)
    return Pictures(
        pixels[np.repeat(parts == part, sizes)],
        shapes[chosen],
        texts[chosen],
        writers[chosen],
        {new: boxes[old] for new, old in enumerate(chosen.tolist()) if old in boxes},
    )


def _boxes(
    path: Path,
    arrays: dict[str, NDArray[Any]],
    texts: NDArray[np.str_],
    shapes: NDArray[np.int64],
) -> dict[int, NDArray[np.float32]]:
    if "boxes" not in arrays:
        return {}
    boxes, boxed = arrays["boxes"], arrays.get("boxed", np.zeros(0))
    if boxes.ndim != 2 or boxes.shape[1] != 4 or boxes.dtype.kind != "f":
        raise _error(path, f"boxes {boxes.shape} {boxes.dtype}", "(D, 4) float32")
    if boxed.shape != texts.shape or boxed.dtype != np.bool_:
        raise _error(path, f"boxed {boxed.shape} {boxed.dtype}", f"{texts.shape} bool")
    places = np.flatnonzero(boxed).tolist()
    counts = [len(str(texts[place])) for place in places]
    if sum(counts) != len(boxes):
        raise _error(path, f"{len(boxes)} boxes", f"{sum(counts)}, one for each digit")
    groups = np.split(boxes.astype(np.float32), np.cumsum(counts)[:-1])
    for place, group in zip(places, groups, strict=False):
        far = (group[:, :2] + group[:, 2:]).max(axis=0)
        if group.min() < 0 or (far > shapes[place][::-1] + 1).any():
            raise _error(path, f"boxes of picture {place}", "boxes within the picture")
    return dict(zip(places, groups, strict=False))


def _read_npz(path: Path) -> dict[str, NDArray[Any]]:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > MAX_BYTES:
            raise _error(path, f"{size:,} bytes uncompressed", f"at most {MAX_BYTES:,}")
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (
        *(OSError, EOFError, ValueError, MemoryError),
        *(zipfile.BadZipFile, zlib.error, RuntimeError),
    ) as error:
        expected = "an .npz of plain arrays, without pickles"
        raise _error(path, f"cannot be read ({error})", expected) from error


def _lines_of(path: Path, listed: list[dict[str, Any]]) -> list[Line]:
    page = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if page is None:
        raise _error(path, "not a picture", "a page that OpenCV reads")
    lines = []
    for line in listed:
        outline = np.array(line["outline"], np.float32).reshape(-1, 2)
        x, y = np.maximum(outline.min(axis=0), 0).astype(int)
        right, bottom = np.ceil(outline.max(axis=0)).astype(int)
        cut = np.ascontiguousarray(page[y : bottom + 1, x : right + 1], np.uint8)
        if min(cut.shape) > 1:
            lines.append(Line(cut, outline - (x, y), str(line["text"]), path.stem))
    return lines


def _error(path: Path, received: str, expected: str) -> DataError:
    return DataError(
        f"{received}; expected {expected}. See the form of a handwriting pack.",
        name=str(path),
    )


def _listed(names: Sequence[str] | set[str]) -> str:
    return ", ".join(sorted(names) if isinstance(names, set) else names)
