"""Paper: its shade and tooth, its folds and stains, and the lines printed on it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.training.chance import happens, pick
from inkten.training.noise import noise
from inkten.training.sheet import Sheet

_TURN = 0.05  # radians: most sheets lie straight, within three degrees


def blank(rng: np.random.Generator, side: int) -> Sheet:
    """An empty sheet: pure white as on a screen, or paper as in a photo."""
    if happens(rng, 0.28):
        shade = 255.0 if happens(rng, 0.8) else rng.uniform(190, 250)
        return Sheet(np.full((side, side), shade, np.float32), on_screen=True)
    shade = float(255 - 150 * rng.random() ** 1.6)
    sheet = Sheet(np.full((side, side), shade, np.float32))
    sheet.turn = float(rng.normal(0, _TURN)) if happens(rng, 0.7) else 0.0
    _tooth(rng, sheet)
    if happens(rng, 0.12):
        _fold(rng, sheet)
    if happens(rng, 0.12):
        _stains(rng, sheet)
    return sheet


def _tooth(rng: np.random.Generator, sheet: Sheet) -> None:
    side = sheet.side
    if happens(rng, 0.8):
        fine = rng.uniform(0, 4) * rng.random()
        sheet.tone += np.float32(fine) * noise(rng, side, side, 1.0)
    if happens(rng, 0.5):
        cloudy = rng.uniform(0, 7) * rng.random()
        sheet.tone += np.float32(cloudy) * noise(rng, side, side, 8.0)


def _fold(rng: np.random.Generator, sheet: Sheet) -> None:
    """A crease, lit on one side and dark on the other."""
    x = np.arange(sheet.side, dtype=np.float32) - np.float32(sheet.side / 2)
    angle, offset = rng.uniform(0, np.pi), rng.uniform(-0.4, 0.4) * sheet.side
    distance = x * np.float32(np.cos(angle)) + x[:, None] * np.float32(np.sin(angle))
    distance -= np.float32(offset)
    reach = np.float32(rng.uniform(1.5, 14))
    relief = distance / reach * np.exp(-np.abs(distance) / reach)
    sheet.tone *= 1 + np.float32(rng.uniform(-0.35, 0.35)) * relief


def _stains(rng: np.random.Generator, sheet: Sheet) -> None:
    """Soft blots, or ink that shows through from the back."""
    mask = (noise(rng, sheet.side, sheet.side, 4.0) > rng.uniform(1.2, 2.2)) * 255
    soft = cv2.blur(mask.astype(np.uint8), (7, 7))
    sheet.cover(np.asarray(soft, np.uint8), 90, rng.uniform(0.05, 0.2))


def rule(rng: np.random.Generator, sheet: Sheet, spacing: float) -> None:
    """Print ruled, squared or dotted lines on the sheet.

    Args:
        rng: Chooses the kind, weight and place.
        sheet: The sheet.
        spacing: Pixels from line to line.
    """
    width = pick(rng, (0.6, 1.0, 1.6, 2.2), (0.35, 0.35, 0.2, 0.1))
    strength = rng.uniform(0.12, 0.75)
    tone = rng.uniform(0, 0.6) * sheet.shade
    first = rng.uniform(0, spacing)
    places = np.arange(first - sheet.side, 2 * sheet.side, spacing)
    kind = pick(rng, ("ruled", "squared", "dotted"), (0.6, 0.3, 0.1))
    if kind == "dotted":
        _dots(sheet, places, tone, strength)
        return
    paths = [level(sheet, place) for place in places]
    if kind == "squared":
        paths += [upright(sheet, place) for place in places]
    sheet.lines(paths, width, tone, strength)
    if kind == "ruled" and happens(rng, 0.15):  # the margin line
        margin = rng.uniform(0.02, 0.2) * sheet.side
        sheet.lines([upright(sheet, margin)], width, tone, strength)


def _dots(
    sheet: Sheet, places: NDArray[np.float64], tone: float, strength: float
) -> None:
    mask = np.zeros((sheet.side, sheet.side), np.uint8)
    for place_x in places:
        for place_y in places:
            x, y = sheet.at(place_x, place_y)
            if 0 <= x < sheet.side and 0 <= y < sheet.side:
                at = round(x * 16), round(y * 16)
                cv2.circle(mask, at, 14, 255, -1, cv2.LINE_AA, 4)
    sheet.cover(mask, tone, strength)


def level(sheet: Sheet, y: float) -> NDArray[np.float64]:
    """A level line of the straight sheet, from beyond one edge to beyond the other."""
    return np.array([sheet.at(-sheet.side, y), sheet.at(2 * sheet.side, y)])


def upright(sheet: Sheet, x: float) -> NDArray[np.float64]:
    """An upright line of the straight sheet, from beyond the top to beyond the foot."""
    return np.array([sheet.at(x, -sheet.side), sheet.at(x, 2 * sheet.side)])


def grid(
    rng: np.random.Generator,
    sheet: Sheet,
    columns: list[float],
    rows: list[float],
    width: float,
) -> None:
    """Draw a table's lines at these places of the straight sheet.

    Args:
        rng: Chooses the weight.
        sheet: The sheet.
        columns: x of each upright line.
        rows: y of each level line.
        width: Of the lines, pixels.
    """
    strength = rng.uniform(0.3, 1)
    tone = float(rng.uniform(0, 0.5) * sheet.tone[0, 0])

    ends_x, ends_y = (columns[0], columns[-1]), (rows[0], rows[-1])
    paths = [np.array([sheet.at(x, y) for y in ends_y]) for x in columns]
    paths += [np.array([sheet.at(x, y) for x in ends_x]) for y in rows]
    sheet.lines(paths, width, tone, strength)


def comb(
    rng: np.random.Generator,
    sheet: Sheet,
    columns: list[float],
    bottom: float,
    height: float,
) -> None:
    """Draw a form's comb: a base line with low teeth between the digits."""
    tone = rng.uniform(0, 0.6) * sheet.shade
    teeth = [
        np.array([sheet.at(x, bottom - height), sheet.at(x, bottom)]) for x in columns
    ]
    base = np.array([sheet.at(columns[0], bottom), sheet.at(columns[-1], bottom)])
    sheet.lines([*teeth, base], rng.uniform(0.7, 2), tone, 0.9)
