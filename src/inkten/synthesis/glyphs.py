"""Digits and signs drawn stroke by stroke, from the tables in ``shapes``."""

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.synthesis.sampling import pick
from inkten.synthesis.shapes import BARE_ONES, DIGIT_SHAPES, SIGN_SHAPES
from inkten.synthesis.strokes import MARGIN, Trace, line

_HEIGHT = 40  # px: a shape is drawn at this height
_FINER = 4  # fractional bits of a pixel in cv2
# Random shift of each point, as a share of the height. Signs vary more, as the table
# has far fewer of their forms than people write.
_JITTER, _SIGN_JITTER = 0.025, 0.045


def digit_shape(rng: np.random.Generator, value: int) -> Trace:
    """One of the forms of a digit, with random variation."""
    return _drawn(rng, DIGIT_SHAPES[value], _JITTER)


def bare_one(rng: np.random.Generator) -> Trace:
    """A 1 that is one stroke, with random variation."""
    return _drawn(rng, BARE_ONES, _JITTER)


def sign_shape(rng: np.random.Generator, sign: str) -> Trace:
    """One of the forms of a sign of ``SIGN_SHAPES``, with random variation."""
    return _drawn(rng, SIGN_SHAPES[sign], _SIGN_JITTER)


def _drawn(rng: np.random.Generator, forms: tuple[str, ...], jitter: float) -> Trace:
    points, weights, ends = _form(pick(rng, forms))
    path = weights @ (points + rng.normal(0, jitter, points.shape))
    path -= path.min(axis=0)
    wide, high = (path.max(axis=0) * _HEIGHT).astype(int) + (2 * MARGIN + 1)
    drawn = np.zeros((high, wide), np.uint8)
    fixed = np.round((path * _HEIGHT + MARGIN) * 2**_FINER).astype(np.int32)
    strokes = np.split(fixed, ends)
    cv2.polylines(drawn, strokes, False, 1, 1, cv2.LINE_8, _FINER)
    return line(drawn)


@cache
def _form(
    text: str,
) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[int, ...]]:
    """The (N, 2) points of a form, the (P, N) weights of its path, and its breaks.

    A curve through points is linear in the points: with cached weights, drawing a
    varied form is one matrix product.
    """
    points, blocks = [], []
    for stroke in text.split("|"):
        pairs = [pair.split(",") for pair in stroke.strip("~").split()]
        points += [(float(x), float(y)) for x, y in pairs]
        bent = stroke.startswith("~")
        blocks.append(curve_weights(len(pairs)) if bent else np.eye(len(pairs)))
    weights = np.zeros((sum(len(block) for block in blocks), len(points)))
    row = column = 0
    ends = []
    for block in blocks:
        rows, columns = block.shape
        weights[row : row + rows, column : column + columns] = block
        row, column = row + rows, column + columns
        ends.append(row)
    return np.array(points), weights, tuple(ends[:-1])


@cache
def curve_weights(count: int, steps: int = 8) -> NDArray[np.float64]:
    """Weights ((count - 1) * steps, count) of a Catmull-Rom curve through points.

    E. Catmull and R. Rom, "A class of local interpolating splines", 1974.
    """
    t = np.linspace(0, 1, steps)[:, None]
    powers = np.hstack([np.ones_like(t), t, t**2, t**3])
    spline = np.array([[0, 2, 0, 0], [-1, 0, 1, 0], [2, -5, 4, -1], [-1, 3, -3, 1]]) / 2
    # Both ends continue straight: the point before the first is 2 a - b.
    around = np.vstack([np.zeros(count), np.eye(count), np.zeros(count)])
    around[0, :2] += (2, -1)
    around[-1, -2:] += (-1, 2)
    pieces = [powers @ spline @ around[start : start + 4] for start in range(count - 1)]
    return np.vstack(pieces)
