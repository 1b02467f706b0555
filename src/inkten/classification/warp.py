"""Tiles warped a little, as one person writes the same digit twice."""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.classification.tiles import TILE_SIDE

# Standard deviations of how a tile is warped
ROTATION, SHEAR, STRETCH = np.radians(6), 0.1, 0.06
SHIFT = 0.8  # px
BEND, KNOTS = 1.0, 5  # px, at each of 5x5 points
BENT = 0.5  # share of the warped tiles that are also bent
UNWARPED = 0.2  # share of the tiles that stay as they are


def warped(rng: np.random.Generator, tiles: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Tiles rotated, sheared, stretched and shifted a little, uint8.

    (N, 28, 28), or (N, 28, 28, 2): a context turns and leans with its tile.

    Half of them are also bent, after Simard, Steinkraus, Platt 2003, "Best practices
    for convolutional neural networks applied to visual document analysis".
    """
    count = len(tiles)
    angle, shear = rng.normal(0, [[ROTATION], [SHEAR]], (2, count))
    stretch = np.exp(rng.normal(0, STRETCH, (count, 1, 2)))
    cosine, sine, zero = np.cos(angle), np.sin(angle), np.zeros(count)
    rotation = np.array([[cosine, -sine], [sine, cosine]])
    shearing = np.array([[zero + 1, shear], [zero, zero + 1]])
    linear = np.einsum("abn,bcn->nac", rotation, shearing) * stretch  # (N, 2, 2)
    # Where each pixel is taken from: (N, 2, 28, 28), x and y relative to the centre
    sources = np.einsum("yxb,nab->nayx", _FROM_CENTRE, linear, optimize=True)
    sources += rng.normal(0, SHIFT, (count, 2, 1, 1))
    bends = rng.normal(0, BEND, (count, 2, KNOTS, KNOTS))
    bends *= (rng.random(count) < BENT)[:, None, None, None]
    sources += np.einsum(
        "yj,najk,xk->nayx", _KNOT_WEIGHTS, bends, _KNOT_WEIGHTS, optimize=True
    )
    unwarped = rng.random(count) < UNWARPED
    sources[unwarped] = _FROM_CENTRE.transpose(2, 0, 1)
    sources = (sources + (TILE_SIDE - 1) / 2).astype(np.float32)
    warped = np.empty_like(tiles)
    for output, (from_x, from_y), tile in zip(warped, sources, tiles, strict=True):
        cv2.remap(tile, from_x, from_y, cv2.INTER_LINEAR, dst=output)
    return warped


_axis = np.arange(TILE_SIDE) - (TILE_SIDE - 1) / 2
_FROM_CENTRE = np.stack(np.meshgrid(_axis, _axis), axis=-1)  # (28, 28, 2): x, y
_knots = np.linspace(_axis[0], _axis[-1], KNOTS)
_KNOT_WEIGHTS = np.maximum(  # (28, 5): linear interpolation between the knots
    1 - np.abs(_axis[:, None] - _knots) / (_knots[1] - _knots[0]), 0
)
