"""Handwritten pages of a pack: ``pages.json`` and the pictures below ``pages/``.

{"page.webp": {"part": "train", "lines": [{"text": "Dear Ann,",
                                           "outline": [[20, 31], [410, 28], ...]}]}}
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.datasets.pack_files import file_in, joined, pack_error

FORM = '{"page.webp": {"part": ..., "lines": [{"text", "outline"}]}}'
MAX_SIDE = 100_000  # px: no page is larger


@dataclass(frozen=True, eq=False)
class Line:
    """A line of handwritten text.

    Attributes:
        gray: (height, width) uint8: the line and the paper around it.
        outline: (N, 2) float32 x, y: the polygon around its ink, in ``gray``.
        text: What is written.
        page: The page that it is from.
    """

    gray: NDArray[np.uint8]
    outline: NDArray[np.float32]
    text: str
    page: str


def read_lines(listing: Path, part: str, parts: Collection[str]) -> list[Line]:
    """Read the lines of one part.

    Args:
        listing: ``pages.json``.
        part: The part to read.
        parts: All parts of the pack.

    Raises:
        DataError: the listing or a page is damaged, or has another form.
    """
    lines: list[Line] = []
    try:
        for name, page in json.loads(listing.read_bytes()).items():
            if page["part"] not in parts:
                raise pack_error(
                    listing, f"part {page['part']!r} of {name}", joined(parts)
                )
            if page["part"] == part:
                path = file_in(listing.with_name("pages"), name, listed_in=listing)
                lines += _lines_of(path, page["lines"])
    except (
        *(OSError, ValueError, KeyError, TypeError, AttributeError),
        *(OverflowError, RecursionError),
    ) as error:
        raise pack_error(listing, f"cannot be read ({error!r})", FORM) from error
    return lines


def _lines_of(path: Path, lines: list[dict[str, Any]]) -> list[Line]:
    page = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if page is None:
        raise pack_error(path, "not a picture", "a page that OpenCV reads")
    found = (_line_of(page, line, path.stem) for line in lines)
    return [line for line in found if min(line.gray.shape) > 1]


def _line_of(page: NDArray[Any], line: dict[str, Any], name: str) -> Line:
    """Cut a line out of its page; it is empty where the outline is off the page."""
    text, points = line["text"], np.array(line["outline"], np.float64)
    if not isinstance(text, str):
        raise TypeError(f"text {text!r}")
    if not (np.abs(points) < MAX_SIDE).all():  # nor is a NaN
        raise ValueError(f"a point of the outline of {text!r}")
    outline = points.astype(np.float32).reshape(-1, 2)
    x, y = np.maximum(outline.min(axis=0), 0).astype(int)
    right, bottom = np.maximum(np.ceil(outline.max(axis=0)), -1).astype(int)
    cut = np.ascontiguousarray(page[y : bottom + 1, x : right + 1], np.uint8)
    return Line(cut, outline - (x, y), text, name)
