"""Labelled pictures of any size, in one .npz of plain arrays.

pixels   (P,) uint8     all pictures, one after the other, row by row
shapes   (N, 2)         height and width of each picture
texts    (N,) str       what is written: "7", "a", "+", "1750"; "" for a drawing
writers  (N,) str       who wrote it, or the page that it is from
parts    (N,) str       "train", "validation" or "test"
boxed    (N,) bool      optional: the pictures whose digits have boxes
boxes    (D, 4) float   optional: x, y, width, height of those digits, in order
"""

import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkten.datasets.pack_files import PARTS, joined, pack_error

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
        boxes: By index of the picture, if known: (digits, 4) x, y, width, height.
    """

    pixels: Gray
    shapes: NDArray[np.int64]
    texts: NDArray[np.str_]
    writers: NDArray[np.str_]
    boxes: dict[int, NDArray[np.float32]]

    def __len__(self) -> int:
        """The number of pictures."""
        return len(self.shapes)

    def __getitem__(self, index: int) -> Gray:
        """One of the pictures: (height, width) uint8."""
        start = int(self._starts[index])
        height, width = self.shapes[index].tolist()
        return self.pixels[start : start + height * width].reshape(height, width)

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        sizes = self.shapes.prod(axis=1)
        return np.asarray(sizes.cumsum() - sizes, np.int64)


def read_pictures(path: Path, part: str, parts: Collection[str] = PARTS) -> Pictures:
    """Read one part of an .npz of labelled pictures.

    Args:
        path: The .npz.
        part: The part to read.
        parts: All parts that it may have.

    Raises:
        DataError: the file is damaged, or its arrays have other shapes or types.
    """
    arrays = _read_npz(path)
    missing = [name for name in REQUIRED if name not in arrays]
    if missing:
        raise pack_error(path, f"no array {joined(missing)}", joined(REQUIRED))
    pixels, shapes, texts, writers, of_parts = (arrays[name] for name in REQUIRED)
    count = len(shapes)
    if pixels.dtype != np.uint8 or pixels.ndim != 1:
        raise pack_error(path, f"pixels {pixels.shape} {pixels.dtype}", "(P,) uint8")
    if shapes.shape != (count, 2) or shapes.dtype.kind not in "ui":
        raise pack_error(
            path, f"shapes {shapes.shape} {shapes.dtype}", "(N, 2) integers"
        )
    for name, array in (("texts", texts), ("writers", writers), ("parts", of_parts)):
        if array.shape != (count,) or array.dtype.kind != "U":
            raise pack_error(
                path, f"{name} {array.shape} {array.dtype}", f"({count},) str"
            )
    shapes = shapes.astype(np.int64)
    sizes = shapes.prod(axis=1)
    if (count and shapes.min() < 1) or sizes.sum() != len(pixels):
        raise pack_error(
            path, f"{len(pixels)} pixels", f"{sizes.sum()}, as shapes says"
        )
    if unknown := set(np.unique(of_parts).tolist()) - set(parts):
        raise pack_error(path, f"part {joined(unknown)}", joined(parts))
    chosen = np.flatnonzero(of_parts == part)
    boxes = _boxes(path, arrays, texts, shapes)
    return Pictures(
        pixels[np.repeat(of_parts == part, sizes)],
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
        raise pack_error(path, f"boxes {boxes.shape} {boxes.dtype}", "(D, 4) float32")
    if boxed.shape != texts.shape or boxed.dtype != np.bool_:
        raise pack_error(
            path, f"boxed {boxed.shape} {boxed.dtype}", f"{texts.shape} bool"
        )
    labelled = {
        place: str(texts[place])
        for place in np.flatnonzero(boxed).tolist()
        if texts[place]  # a drawing has no digits
    }
    for place, text in labelled.items():
        if not (text.isascii() and text.isdigit()):
            raise pack_error(
                path, f"boxes of picture {place}, {text!r}", "boxes of digits only"
            )
    counts = [len(text) for text in labelled.values()]
    if sum(counts) != len(boxes):
        raise pack_error(
            path, f"{len(boxes)} boxes", f"{sum(counts)}, one for each digit"
        )
    groups = np.split(boxes.astype(np.float32), np.cumsum(counts)[:-1])
    by_place = dict(zip(labelled, groups, strict=False))
    for place, group in by_place.items():
        far = group[:, :2] + group[:, 2:]
        inside = (group >= 0).all() and (far <= shapes[place][::-1] + 1).all()
        if not (inside and np.isfinite(group).all()):
            raise pack_error(
                path, f"boxes of picture {place}", "boxes within the picture"
            )
    return by_place


def _read_npz(path: Path) -> dict[str, NDArray[Any]]:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
        if size > MAX_BYTES:
            raise pack_error(
                path, f"{size:,} bytes uncompressed", f"at most {MAX_BYTES:,}"
            )
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (
        *(OSError, EOFError, ValueError, MemoryError),
        *(zipfile.BadZipFile, zlib.error, RuntimeError),
    ) as error:
        expected = "an .npz of plain arrays, without pickles"
        raise pack_error(path, f"cannot be read ({error})", expected) from error
