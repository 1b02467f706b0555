"""The stages of a reading as data for JSON, with small PNG pictures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from inkten.classification.features import Layer
from inkten.detection.pyramid import PADDING
from inkten.explanation.pictures import (
    area_around,
    bright,
    contrast_to_gray,
    cropped,
    heat_over,
    most_active,
)
from inkten.explanation.result import Explanation, Way
from inkten.server.schemas import (
    AnswerModel,
    ReadingAnswer,
    picture_answer,
    png_data,
    tile_data,
)

MAX_SIDE = 480  # px of a stage: a page shows no more, and an answer stays small
MAX_MAPS, MAPS_IN_A_ROW = 24, 12  # feature maps of a layer
UNITS_IN_A_ROW = 32  # px: one for each unit of a layer


def explanation_answer(name: str | None, explanation: Explanation) -> dict[str, Any]:
    """An explanation of at most one digit as plain data."""
    reading = explanation.reading
    area = area_around((digit.box for digit in reading.digits), reading)
    contrast = contrast_to_gray(explanation.contrast)
    heat = heat_over(contrast, explanation.heat)
    inner = (slice(PADDING, -PADDING),) * 2
    has_digit = len(explanation.digits) > 0
    return {
        "reading": picture_answer(name, reading),
        "picture": _stage(cropped(reading.gray, area)),
        "contrast": _stage(cropped(contrast[inner], area)),
        "heat": _stage(cropped(heat[inner], area)),
        "tile": tile_data(explanation.tiles[0]) if has_digit else None,
        "detector": _rounded(explanation.detector[0]) if has_digit else None,
        "ways": [_way(way) for way in explanation.ways],
    }


def _way(way: Way) -> dict[str, Any]:
    rows = way.probabilities
    return {
        "name": Path(way.name).name,  # where a model lies is nobody else's business
        "text": way.reading.text,
        "confidence": round(way.reading.confidence, 6),
        "tile": tile_data(way.reading.digits[0].tile) if way.sees_all else None,
        "probabilities": _rounded(rows[0]) if len(rows) else None,
        "layers": [
            {"size": str(layer), "picture": png_data(_layer(layer))}
            for layer in way.layers
        ],
    }


def _stage(picture: NDArray[np.uint8]) -> str:
    """A picture of at most ``MAX_SIDE`` as PNG data."""
    height, width = picture.shape[:2]
    zoom = MAX_SIDE / max(height, width)
    if zoom < 1:
        size = max(1, round(width * zoom)), max(1, round(height * zoom))
        shrunk = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        picture = np.asarray(shrunk, np.uint8)
    return png_data(picture)


def _layer(layer: Layer) -> NDArray[np.uint8]:
    """What a layer makes of one tile, (H, W, 3): its maps, or a pixel for each unit."""
    values = layer.values[0]  # (channels, h, w) or (K,)
    if layer.is_map:
        maps = bright(values[most_active(values, MAX_MAPS)])  # (M, h, w, 3)
        return _grid([np.pad(each, ((0, 1), (0, 1), (0, 0))) for each in maps])
    width = min(UNITS_IN_A_ROW, len(values))
    padded = np.pad(bright(values), ((0, -len(values) % width), (0, 0)))
    return padded.reshape(-1, width, 3)


def _grid(tiles: Sequence[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Tiles of one size in rows; black where the last row ends."""
    width = min(MAPS_IN_A_ROW, len(tiles))
    full = [*tiles, *[np.zeros_like(tiles[0])] * (-len(tiles) % width)]
    starts = range(0, len(full), width)
    return np.vstack([np.hstack(full[start : start + width]) for start in starts])


def _rounded(probabilities: NDArray[np.float32]) -> list[float]:
    return [round(float(each), 6) for each in probabilities]


class LayerAnswer(AnswerModel):
    """What one layer of a network passes on for the digit."""

    size: str = Field(description='Such as "24 maps of 28x28" or "50 units".')
    picture: str = Field(
        description="PNG data: at most 24 maps, 12 in a row; or a pixel for each unit, "
        "32 in a row. Bright is active."
    )


class WayAnswer(AnswerModel):
    """One way to read the picture."""

    name: str = Field(description="plain recipe, mlp, cnn, or a model's file name.")
    text: str
    confidence: float
    tile: str | None = Field(
        description="Of the plain recipe: the whole picture in 28x28, as PNG data."
    )
    probabilities: list[float] | None = Field(
        description="What its classifier alone makes of the digit, 0 to 9; the plain "
        "recipe's is for the whole picture. Null without a digit."
    )
    layers: list[LayerAnswer]


class ExplanationAnswer(AnswerModel):
    """The stages of a reading; pictures show the part with the digits, as PNG data."""

    reading: ReadingAnswer
    picture: str = Field(description="In gray.")
    contrast: str = Field(
        description="What the detector's network gets: the picture less its local "
        "mean, at the size at which the digits are found best."
    )
    heat: str = Field(description="Orange where the detector sees a digit's centre.")
    tile: str | None = Field(
        description="The digit as the classifiers get it, 28x28; null without a digit."
    )
    detector: list[float] | None = Field(
        description="What the detector makes of the digit, 0 to 9."
    )
    ways: list[WayAnswer]
