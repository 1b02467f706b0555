"""Sizes of boxes, and points, on a tilted page.

The box of a digit grows when the page is turned. A digit fills its box about as an
ellipse does, so the box of a turned digit is taken to be that of a turned ellipse.
"""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEAST_SHARE = 0.3  # of a turned box's side: its upright side is at least this long


def turned_sizes(sizes: NDArray[np.floating], angle: float) -> Floats:
    """Width and height, (N, 2), of upright boxes once turned by ``angle`` radians."""
    cosine, sine = math.cos(angle) ** 2, math.sin(angle) ** 2
    turn = np.array([[cosine, sine], [sine, cosine]])
    turned: Floats = np.sqrt(np.square(sizes, dtype=np.float64) @ turn)
    return turned


def upright_sizes(sizes: Floats, angle: float) -> Floats:
    """Width and height, (N, 2), of boxes before they were turned by ``angle``."""
    if not angle:
        return sizes
    cosine, sine = math.cos(angle) ** 2, math.sin(angle) ** 2
    turn = np.array([[cosine, -sine], [-sine, cosine]]) / (cosine - sine)
    squares = np.square(sizes, dtype=np.float64)
    return np.sqrt(np.maximum(squares @ turn, squares * LEAST_SHARE**2))


def turn_points(points: Floats, angle: float) -> Floats:
    """(N, 2) points in coordinates whose x axis runs at ``angle``."""
    cosine, sine = math.cos(angle), math.sin(angle)
    turned: Floats = points @ np.array([[cosine, -sine], [sine, cosine]])
    return turned
