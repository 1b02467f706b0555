"""Synthetic sheets and tables as picture files with their texts, always the same."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from sheets import numbers, write_sheet
from table_pages import RULES, VIEWS, make_table

from inkten.datasets.labels import LabelledPicture

SIZES = ((640, 480), (960, 720), (1280, 960))  # of the sheets, width and height
TABLES_SEED = 27


def write_sheets(folder: Path, count: int) -> list[LabelledPicture]:
    """Write sheets of one to three numbers."""
    pictures = []
    for place in range(count):
        rng = np.random.default_rng(place)
        size = SIZES[place % len(SIZES)]
        lines, digits = rng.integers((1, 2), (4, 9)).tolist()
        written = numbers(rng, lines=lines, digits=digits)
        digit = int(rng.uniform(0.05, 0.12) * size[0])
        gray = write_sheet(rng, written, size=size, digit=digit)
        pictures.append(_picture(folder / f"sheet{place:04d}.jpg", gray, written))
    return pictures


def write_tables(folder: Path, count: int) -> list[LabelledPicture]:
    """Write pages with a table, with and without rules, upright and not."""
    pictures = []
    for place in range(count):
        rules = RULES[place % len(RULES)]
        view = VIEWS[place // len(RULES) % len(VIEWS)]
        page = make_table((TABLES_SEED, place), rules, view)
        rows = ["".join(cells) for cells in page.cells]
        pictures.append(_picture(folder / f"table{place:04d}.jpg", page.gray, rows))
    return pictures


def _picture(
    path: Path, gray: NDArray[np.uint8], lines: Sequence[str]
) -> LabelledPicture:
    path.write_bytes(cv2.imencode(".jpg", gray)[1].tobytes())
    return LabelledPicture(path.name, path, "|".join(lines))
