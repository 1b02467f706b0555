"""One HTML file to review tables beside their pictures; it works offline.

The page (``review.html``) gets the pictures and the cells as JSON, and the numbers that
are in no table. It downloads the corrected tables as CSV, and the corrections as a
folder that ``inkten evaluate`` reads: a ``labels.csv`` and a picture of each cell that
a person has corrected or confirmed.
"""

import base64
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from inkten.digits import Box
from inkten.errors import InktenError
from inkten.script_data import script_data

if TYPE_CHECKING:
    from inkten.tables.table import Cell, Table

LONGEST_SIDE = 2400  # px: the digits of a full page can still be read
QUALITY = 85  # of the JPEG, 0 to 100
JPEG_DATA = "data:image/jpeg;base64,"
PLACE_OF_DATA = "{{data}}"


def to_html(
    tables: Mapping[str, "Table"],
    *,
    header: bool = False,
    sure: float,
    without: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The page to review these tables.

    Args:
        tables: by the names of their pages.
        header: their CSV starts with the names of the columns, A, B, C...
        sure: cells of lower confidence are marked.
        without: the pages without a table, and why; the page lists them.

    Raises:
        InktenError: a table was made from plain data and has no picture.
    """
    data = {
        "header": header,
        "pages": [_page(name, table, sure) for name, table in tables.items()],
        "without": [f"{name}: {reason}" for name, reason in without.items()],
    }
    page = files("inkten.tables").joinpath("review.html").read_text("utf-8")
    return page.replace(PLACE_OF_DATA, script_data(data))


def _page(name: str, table: "Table", sure: float) -> dict[str, Any]:
    if not table.gray.size:
        raise InktenError(
            "a table made from plain data has no picture to review it beside; read the "
            "page again"
        )
    zoom = min(1.0, LONGEST_SIDE / max(table.gray.shape))
    width, height = (max(1, round(side * zoom)) for side in table.gray.shape[::-1])
    small = cv2.resize(table.gray, (width, height), interpolation=cv2.INTER_AREA)
    options = (cv2.IMWRITE_JPEG_QUALITY, QUALITY)
    jpeg = np.asarray(cv2.imencode(".jpg", small, options)[1]).tobytes()
    order = {place: rank for rank, place in enumerate(table.unsure(sure))}
    return {
        "name": name,
        "picture": JPEG_DATA + base64.b64encode(jpeg).decode(),
        "width": width,
        "height": height,
        "rows": [
            [
                _cell(cell, zoom / table.scale, order.get((row, column)))
                for column, cell in enumerate(cells)
            ]
            for row, cells in enumerate(table.rows)
        ],
        "left_out": [
            {
                "text": number.text,
                "confidence": round(number.confidence, 3),
                "box": _scaled(number.box, zoom / table.scale),
            }
            for number in table.left_out
        ],
    }


def _cell(cell: "Cell", zoom: float, rank: int | None) -> dict[str, Any]:
    """A cell for the page; ``rank`` is its place among the unsure ones."""
    return {
        "text": cell.text,
        "confidence": round(cell.confidence, 3),
        "rank": rank,
        "box": _scaled(cell.box, zoom),
        "rows": cell.row_span,
        "columns": cell.column_span,
    }


def _scaled(box: Box, zoom: float) -> list[float]:
    """The left, top, width and height of a box, in pixels of the page's picture."""
    sides = (box.x, box.y, box.width, box.height)
    return [round(side * zoom, 1) for side in sides]
