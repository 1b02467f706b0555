"""Paper: shade, texture, folds, stains, and the lines printed on it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.synthesis.canvas import Canvas
from inkten.synthesis.noise import noise
from inkten.synthesis.sampling import happens, pick

_TURN = 0.05  # radians, standard deviation: most pages are within three degrees


def blank(rng: np.random.Generator, side: int) -> Canvas:
    """Make an empty page: pure white as on a screen, or paper as in a photo."""
    if happens(rng, 0.28):
        shade = 255.0 if happens(rng, 0.8) else rng.uniform(190, 250)
        return Canvas(np.full((side, side), shade, np.float32), on_screen=True)
    shade = float(255 - 150 * rng.random() ** 1.6)
    canvas = Canvas(np.full((side, side), shade, np.float32))
    canvas.turn = float(rng.normal(0, _TURN)) if happens(rng, 0.7) else 0.0
    _texture(rng, canvas)
    if happens(rng, 0.12):
        _fold(rng, canvas)
    if happens(rng, 0.12):
        _stains(rng, canvas)
    return canvas


def _texture(rng: np.random.Generator, canvas: Canvas) -> None:
    side = canvas.side
    if happens(rng, 0.8):
        fine = rng.uniform(0, 4) * rng.random()
        canvas.tone += np.float32(fine) * noise(rng, side, side, 1.0)
    if happens(rng, 0.5):
        cloudy = rng.uniform(0, 7) * rng.random()
        canvas.tone += np.float32(cloudy) * noise(rng, side, side, 8.0)


def _fold(rng: np.random.Generator, canvas: Canvas) -> None:
    """Add a crease, light on one side and dark on the other."""
    x = np.arange(canvas.side, dtype=np.float32) - np.float32(canvas.side / 2)
    angle, offset = rng.uniform(0, np.pi), rng.uniform(-0.4, 0.4) * canvas.side
    distance = x * np.float32(np.cos(angle)) + x[:, None] * np.float32(np.sin(angle))
    distance -= np.float32(offset)
    reach = np.float32(rng.uniform(1.5, 14))
    relief = distance / reach * np.exp(-np.abs(distance) / reach)
    canvas.tone *= 1 + np.float32(rng.uniform(-0.35, 0.35)) * relief


def _stains(rng: np.random.Generator, canvas: Canvas) -> None:
    """Add soft blots, as of ink from the back of the page."""
    mask = (noise(rng, canvas.side, canvas.side, 4.0) > rng.uniform(1.2, 2.2)) * 255
    soft = cv2.blur(mask.astype(np.uint8), (7, 7))
    canvas.cover(np.asarray(soft, np.uint8), 90, rng.uniform(0.05, 0.2))


def rule(rng: np.random.Generator, canvas: Canvas, spacing: float) -> None:
    """Print ruled, squared or dotted lines on the page.

    Args:
        rng: Chooses the kind, width, tone and position.
        canvas: The page.
        spacing: Distance between lines, pixels.
    """
    width = pick(rng, (0.6, 1.0, 1.6, 2.2), (0.35, 0.35, 0.2, 0.1))
    strength = rng.uniform(0.12, 0.75)
    tone = rng.uniform(0, 0.6) * canvas.shade
    first = rng.uniform(0, spacing)
    positions = np.arange(first - canvas.side, 2 * canvas.side, spacing)
    kind = pick(rng, ("ruled", "squared", "dotted"), (0.6, 0.3, 0.1))
    if kind == "dotted":
        _dots(canvas, positions, tone, strength)
        return
    paths = [horizontal(canvas, place) for place in positions]
    if kind == "squared":
        paths += [vertical(canvas, place) for place in positions]
    canvas.lines(paths, width, tone, strength, rule=True)
    if kind == "ruled" and happens(rng, 0.15):  # the margin line
        margin = rng.uniform(0.02, 0.2) * canvas.side
        canvas.lines([vertical(canvas, margin)], width, tone, strength, rule=True)


def _dots(
    canvas: Canvas, positions: NDArray[np.float64], tone: float, strength: float
) -> None:
    mask = np.zeros((canvas.side, canvas.side), np.uint8)
    for place_x in positions:
        for place_y in positions:
            x, y = canvas.at(place_x, place_y)
            if 0 <= x < canvas.side and 0 <= y < canvas.side:
                at = round(x * 16), round(y * 16)
                cv2.circle(mask, at, 14, 255, -1, cv2.LINE_AA, 4)
    canvas.cover(mask, tone, strength)


def horizontal(canvas: Canvas, y: float) -> NDArray[np.float64]:
    """A horizontal line of the page before rotation, beyond both edges."""
    return np.array([canvas.at(-canvas.side, y), canvas.at(2 * canvas.side, y)])


def vertical(canvas: Canvas, x: float) -> NDArray[np.float64]:
    """A vertical line of the page before rotation, beyond both edges."""
    return np.array([canvas.at(x, -canvas.side), canvas.at(x, 2 * canvas.side)])


def grid(
    rng: np.random.Generator,
    canvas: Canvas,
    columns: list[float],
    rows: list[float],
    width: float,
) -> None:
    """Draw a table's lines at these positions of the page before rotation.

    Args:
        rng: Chooses the tone and strength.
        canvas: The page.
        columns: x of each vertical line.
        rows: y of each horizontal line.
        width: Width of the lines, pixels.
    """
    strength = rng.uniform(0.3, 1)
    tone = float(rng.uniform(0, 0.5) * canvas.tone[0, 0])

    ends_x, ends_y = (columns[0], columns[-1]), (rows[0], rows[-1])
    paths = [np.array([canvas.at(x, y) for y in ends_y]) for x in columns]
    paths += [np.array([canvas.at(x, y) for x in ends_x]) for y in rows]
    canvas.lines(paths, width, tone, strength, rule=True)


def comb(
    rng: np.random.Generator,
    canvas: Canvas,
    columns: list[float],
    bottom: float,
    height: float,
) -> None:
    """Draw a form's comb: a base line with short teeth between the digits."""
    tone = rng.uniform(0, 0.6) * canvas.shade
    teeth = [
        np.array([canvas.at(x, bottom - height), canvas.at(x, bottom)]) for x in columns
    ]
    base = np.array([canvas.at(columns[0], bottom), canvas.at(columns[-1], bottom)])
    canvas.lines([*teeth, base], rng.uniform(0.7, 2), tone, 0.9, rule=True)
