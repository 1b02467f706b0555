"""The stages of an explanation, drawn one below the other."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from inkten.classification.features import Layer
from inkten.detection.pyramid import PADDING
from inkten.drawing import SURE
from inkten.explanation.lines import draw_lines
from inkten.explanation.pictures import (
    Area,
    Rgb,
    area_around,
    bright,
    contrast_to_gray,
    cropped,
    heat_over,
    most_active,
)
from inkten.explanation.sheet import (
    GAP,
    GRAY,
    INK,
    PAPER,
    SMALL,
    TEXT,
    below,
    beside,
    font,
    framed,
    panel,
)

if TYPE_CHECKING:
    from inkten.explanation.result import Explanation, Way

WIDTH = 1160  # px, of the sheet without its margin
MARGIN, ROW_GAP = 36, 34
PICTURE_HEIGHT, WAY_HEIGHT = 300, 240  # px
MAX_TILES, TILE = 16, 56  # tiles shown, and the side of each, px
MAX_MAPS, MAP = 24, 44  # feature maps shown of a layer, and the side of each, px
UNIT, UNITS_IN_A_ROW = 14, 75  # px, of a unit's cell
BAR_HEIGHT = 96  # px, of a certain digit's bar
OTHER_BAR = (178, 184, 194)


def draw_stages(explanation: "Explanation", digit: int) -> Rgb:
    """Draw every stage; feature maps and probabilities are those of one digit."""
    rows = [_detection(explanation)]
    if explanation.digits:
        rows += [_tiles(explanation, digit), *_layers(explanation, digit)]
        rows.append(_probabilities(explanation, digit))
    if explanation.strips:
        rows.append(draw_lines(explanation.strips, WIDTH))
    rows.append(_side_by_side(explanation))
    return framed(below(rows, gap=ROW_GAP), MARGIN)


def _detection(explanation: "Explanation") -> Image.Image:
    """The picture, the detector's input, its heat map, and the boxes."""
    reading = explanation.reading
    gray, area = reading.gray, _area(explanation)
    contrast = contrast_to_gray(explanation.contrast)
    inner = (slice(PADDING, -PADDING),) * 2
    half = (WIDTH - GAP) // 2
    pictures = (
        ("The picture", "Decoded to gray, upright.", gray),
        (
            "The local contrast",
            "At the size at which the detector finds its digits best. The local mean "
            "is subtracted, so light and shadow hardly count.",
            cropped(contrast[inner], area),
        ),
        (
            "The heat map",
            "The detector's network: orange where it sees the centre of a digit.",
            cropped(heat_over(contrast, explanation.heat)[inner], area),
        ),
        (
            "The boxes",
            "A box around each digit, and what it was read as in the end: "
            f"{reading.text.replace(chr(10), ' / ') or 'no digit'}.",
            cropped(reading.picture(), area),
        ),
    )
    panels = [panel(*each, width=half, height=PICTURE_HEIGHT) for each in pictures]
    return below([beside(panels[:2]), beside(panels[2:])], gap=ROW_GAP)


def _area(explanation: "Explanation") -> Area:
    return area_around((digit.box for digit in explanation.digits), explanation.reading)


def _tiles(explanation: "Explanation", chosen: int) -> Image.Image:
    """The tiles, the chosen one framed."""
    digits = explanation.digits
    start = max(0, min(chosen - MAX_TILES // 2, len(digits) - MAX_TILES))
    shown = digits[start : start + MAX_TILES]
    row = Image.new("RGB", (len(shown) * (TILE + 12), TILE + 28), PAPER)
    draw = ImageDraw.Draw(row)
    for place, digit in enumerate(shown):
        left = place * (TILE + 12) + 3
        gray = (255 * digit.tile).round().astype(np.uint8)
        tile = Image.fromarray(gray).convert("RGB")
        row.paste(tile.resize((TILE, TILE), Image.Resampling.NEAREST), (left, 3))
        if start + place == chosen:
            draw.rectangle((left - 3, 0, left + TILE + 2, TILE + 5), None, SURE, 3)
        label = f"{digit.text}  {digit.confidence:.2f}"
        draw.text((left, TILE + 9), label, INK, font(SMALL))
    more = len(digits) - len(shown)
    caption = (
        "Each box cut out as MNIST's digits are: 28x28, ink is light, paper is black"
    )
    caption += f" ({more} more are not shown)." if more else "."
    return below([panel("The tiles", caption, None, width=WIDTH), row], gap=4)


def _layers(explanation: "Explanation", digit: int) -> Iterator[Image.Image]:
    """What the layers of each network make of one tile."""
    heading = "Inside the networks"
    for way in explanation.ways:
        if not way.layers:
            continue
        caption = f"{way.name}: what each layer passes on for the framed tile."
        parts = [panel(heading, caption, None, width=WIDTH)]
        parts += [
            _layer(number, layer, digit) for number, layer in enumerate(way.layers, 1)
        ]
        yield below(parts, gap=8)
        heading = ""


def _layer(number: int, layer: Layer, digit: int) -> Image.Image:
    values = layer.values[digit]
    caption = f"layer {number}: {layer}"
    if layer.is_map:
        shown = most_active(values, MAX_MAPS)
        if len(shown) < len(values):
            caption += f", the {len(shown)} most active"
        picture = _map_row(values[shown])
    else:
        picture = _unit_rows(values)
    return panel("", caption, picture, width=WIDTH)


def _map_row(maps: NDArray[np.float32]) -> Rgb:
    """(M, H, W) maps in a row, bright where active."""
    coloured = bright(maps)
    tiles = [
        cv2.copyMakeBorder(
            cv2.resize(each, (MAP, MAP), interpolation=cv2.INTER_NEAREST),
            *(0, 0, 0, 4),
            borderType=cv2.BORDER_CONSTANT,
            value=PAPER,
        )
        for each in coloured
    ]
    return np.asarray(np.hstack(tiles), np.uint8)


def _unit_rows(units: NDArray[np.float32]) -> Rgb:
    """(K,) units as cells in rows, bright where active."""
    rows = -(-len(units) // UNITS_IN_A_ROW)
    columns = min(len(units), UNITS_IN_A_ROW)
    cells = np.full((rows * columns, 3), 255, np.uint8)
    cells[: len(units)] = bright(units[None])[0]
    grid = cells.reshape(rows, columns, 3)
    large = np.kron(grid, np.ones((UNIT, UNIT, 1), np.uint8))
    large[UNIT - 1 :: UNIT] = large[:, UNIT - 1 :: UNIT] = 255
    return np.asarray(large, np.uint8)


def _probabilities(explanation: "Explanation", digit: int) -> Image.Image:
    """What each network makes of one tile, and what is read."""
    charts = [
        (way.name, way.probabilities[min(digit, len(way.probabilities) - 1)])
        for way in explanation.ways
    ]
    charts.append(("the detector", explanation.detector[digit]))
    read = np.array(explanation.digits[digit].probabilities, np.float32)
    charts.append(("read", read))
    width = (WIDTH - GAP * (len(charts) - 1)) // len(charts)
    caption = (
        "Of 0 to 9, and of no digit (-). The plain recipe looks at the whole picture, "
        "the networks at the framed tile. What is read joins detector, classifier and "
        "neighbouring digits."
    )
    return below(
        [
            panel("The probabilities", caption, None, width=WIDTH),
            beside([_bars(name, each, width) for name, each in charts]),
        ],
        gap=8,
    )


def _bars(name: str, probabilities: NDArray[np.float32], width: int) -> Image.Image:
    """A bar for each digit and for none."""
    none = max(0.0, 1 - float(probabilities.sum()))
    values = [*probabilities.tolist(), none]
    best = int(np.argmax(values))
    answer = "no digit" if best == len(probabilities) else str(best)
    image = Image.new("RGB", (width, BAR_HEIGHT + 64), PAPER)
    draw = ImageDraw.Draw(image)
    draw.text((0, 0), name, INK, font(TEXT))
    draw.text((0, 18), f"{answer}: {values[best]:.3f}", GRAY, font(TEXT))
    step, bottom = width / len(values), BAR_HEIGHT + 42
    for place, value in enumerate(values):
        left = place * step
        top = bottom - max(1, round(BAR_HEIGHT * value))
        colour = SURE if place == best else OTHER_BAR
        draw.rectangle((left + 2, top, left + step - 3, bottom), colour)
        label = "-" if place == len(probabilities) else str(place)
        draw.text((left + step / 2 - 4, bottom + 3), label, GRAY, font(SMALL))
    return image


def _side_by_side(explanation: "Explanation") -> Image.Image:
    """The picture as each way reads it."""
    ways, area = explanation.ways, _area(explanation)
    width = (WIDTH - GAP * (len(ways) - 1)) // len(ways)
    caption = (
        "The same picture, read in each way. The plain recipe squeezes all of it into "
        "28x28 pixels, and expects light ink on black."
    )
    return below(
        [
            panel("Side by side", caption, None, width=WIDTH),
            beside([_way(way, area, width) for way in ways]),
        ],
        gap=8,
    )


def _way(way: "Way", area: Area, width: int) -> Image.Image:
    reading = way.reading
    if way.sees_all:
        (digit,) = reading.digits
        picture = (255 * digit.tile).round().astype(np.uint8)
    else:
        picture = cropped(reading.picture(), area)
    text = reading.text.replace("\n", " / ") or "no digit"
    caption = f"{text}  (confidence {reading.confidence:.2f})"
    return panel(way.name, caption, picture, width=width, height=WAY_HEIGHT)
