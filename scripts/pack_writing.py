"""What ``make_packs.py`` needs to cut pictures and to write the files of a pack."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]


class Glyph(NamedTuple):
    """One picture of a pack, with its label."""

    gray: Gray
    text: str
    writer: str
    part: str
    boxes: NDArray[np.float32] | None = None


def write_glyphs(folder: Path, glyphs: list[Glyph], name: str = "glyphs.npz") -> None:
    """Write ``glyphs.npz`` or ``numbers.npz``, with boxes where pictures have them."""
    boxes = [glyph.boxes for glyph in glyphs if glyph.boxes is not None]
    extra = {}
    if boxes:
        extra = {
            "boxes": np.concatenate(boxes),
            "boxed": np.array([glyph.boxes is not None for glyph in glyphs]),
        }
    np.savez_compressed(
        folder / name,
        pixels=np.concatenate([glyph.gray.ravel() for glyph in glyphs]),
        shapes=np.array([glyph.gray.shape for glyph in glyphs], np.int32),
        texts=np.array([glyph.text for glyph in glyphs], np.str_),
        writers=np.array([glyph.writer for glyph in glyphs], np.str_),
        parts=np.array([glyph.part for glyph in glyphs], np.str_),
        **extra,
    )


def write_toml(
    folder: Path,
    *,
    licence: str,
    credit: str,
    origin: str,
    parts: Iterable[str] | None = None,
    ambiguous: Iterable[str] = (),
) -> None:
    """Write ``pack.toml``; the parts are by default those in the pack's .npz."""
    if parts is None:
        (table,) = folder.glob("*.npz")
        with np.load(table, allow_pickle=False) as archive:
            parts = np.unique(archive["parts"]).tolist()
    rows: dict[str, Any] = {"name": folder.name, "licence": licence}
    rows |= {"credit": credit, "origin": origin, "parts": list(parts)}
    rows["ambiguous"] = sorted(set(ambiguous))
    text = "".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}\n"
        for key, value in rows.items()
    )
    (folder / "pack.toml").write_text(text, encoding="utf-8")


def read_arrays(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of an .npz, without pickles."""
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def decode_gray(content: bytes) -> Gray:
    """Decode a picture file as gray."""
    return np.asarray(
        cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE), np.uint8
    )


def crop_ink(gray: Gray) -> Gray:
    """The largest piece of ink and what lies close to it; specks become paper."""
    ink = (gray < 200).astype(np.uint8)
    grown = cv2.dilate(ink, np.ones((9, 9), np.uint8))
    _, labels = cv2.connectedComponents(grown)
    sizes = np.bincount(labels[ink > 0], minlength=2)
    sizes[0] = 0
    kept = np.isin(labels, np.flatnonzero(sizes > 0.25 * sizes.max()))
    x, y, wide, high = cv2.boundingRect((ink & kept).astype(np.uint8))
    left, top = max(x - 2, 0), max(y - 2, 0)
    window = np.s_[top : y + high + 2, left : x + wide + 2]
    return np.where(kept, gray, 255)[window].astype(np.uint8)


def keep_outline(gray: Gray, outline: str) -> Gray:
    """A crop with plain paper outside the outline of its line."""
    points = np.array(outline.split(), np.int32).reshape(-1, 2)
    mask = np.zeros_like(gray)
    cv2.fillPoly(mask, [points], 1)
    mask = cv2.dilate(mask, np.ones((5, 5), np.uint8))
    paper = int(np.median(gray))
    return np.where(mask > 0, gray, paper).astype(np.uint8)


def clip_boxes(
    boxes: NDArray[np.float32], shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """Boxes (x, y, width, height) cut off at the edges of a picture."""
    height, width = shape[:2]
    corner = np.maximum(boxes[:, :2], 0)
    far = np.minimum(boxes[:, :2] + boxes[:, 2:], (width, height))
    return np.concatenate([corner, far - corner], axis=1).astype(np.float32)
