"""Gray + boxes -> tiles in the form of MNIST.

MNIST scales a digit into 20x20 pixels and sets it into 28x28 by its centre of mass
(LeCun, Bottou, Bengio, Haffner 1998, "Gradient-based learning applied to document
recognition"). A tile is cut to the same proportions, so that one network reads both.
The paper is taken away first: what is left is ink, 0..1, whatever its colour.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

TILE_SIDE = 28  # MNIST: pictures of 28x28
DIGIT_SIDE = 20  # MNIST: the digit fits 20x20
MASS_CENTRE = 14.0  # MNIST: the mean centre of mass over its 60,000 pictures
BOX_MARGIN = 1.5  # tile px kept around a box: soft edges of the ink
NOISE_FLOOR = 2.5  # standard deviations of the paper that are taken for paper


def cut_tiles(
    gray: NDArray[np.uint8], boxes: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Cut each box as MNIST would have it.

    Args:
        gray: the picture, (H, W) uint8; ink darker or lighter than the paper.
        boxes: (N, 4) x, y, width, height of each digit in pixels of ``gray``.

    Returns:
        (N, 28, 28) float32 in 0..1, ink = 1.
    """
    tiles = np.zeros((len(boxes), TILE_SIDE, TILE_SIDE), np.float32)
    for tile, box in zip(tiles, boxes, strict=True):
        ink = _ink(_square(gray, box), _inside(box))
        _centre_by_mass(ink, tile)
    return tiles


def _square(gray: NDArray[np.uint8], box: NDArray[np.float32]) -> NDArray[np.float32]:
    """The square around a box in which its digit is 20 of 28 high or wide."""
    x, y, width, height = (float(value) for value in box)
    side = max(round(max(width, height) * TILE_SIDE / DIGIT_SIDE), 2)
    left, top = round(x + (width - side) / 2), round(y + (height - side) / 2)
    bottom, right = max(top + side, 0), max(left + side, 0)
    inner = gray[max(top, 0) : bottom, max(left, 0) : right]
    if inner.shape != (side, side):
        inner = _pad(inner, side, max(-left, 0), max(-top, 0))
    smooth = cv2.INTER_AREA if side > TILE_SIDE else cv2.INTER_LINEAR
    square = cv2.resize(inner, (TILE_SIDE, TILE_SIDE), interpolation=smooth)
    return square.astype(np.float32)  # (28, 28), 0..255


def _pad(inner: NDArray[np.uint8], side: int, left: int, top: int) -> NDArray[np.uint8]:
    """Carry the paper on where the square reaches past the picture."""
    paper = np.median(inner) if inner.size else 0
    padded = np.full((side, side), paper, np.uint8)
    padded[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return padded


def _inside(box: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Where in its (28, 28) square a box lies; outside of it stand neighbours."""
    width, height = box[2:] * DIGIT_SIDE / max(box[2], box[3], 1e-6)
    middle = (TILE_SIDE - 1) / 2
    away = np.abs(np.arange(TILE_SIDE) - middle)
    columns = away <= width / 2 + BOX_MARGIN
    rows = away <= height / 2 + BOX_MARGIN
    inside: NDArray[np.bool_] = rows[:, None] & columns[None, :]
    return inside


def _ink(square: NDArray[np.float32], inside: NDArray[np.bool_]) -> NDArray[np.float32]:
    """The ink of a (28, 28) square, 0..1, either polarity."""
    contrast = square - _paper(square)
    if -np.percentile(contrast[inside], 2) > np.percentile(contrast[inside], 98):
        contrast = -contrast  # dark ink on light paper
    noise = 1.4826 * np.median(np.abs(contrast[~inside]))  # MAD -> standard deviation
    full = _full_ink(contrast[inside])
    floor = min(NOISE_FLOOR * float(noise), 0.4 * full)
    ink = np.clip((contrast - floor) / max(full - floor, 1.0), 0, 1)
    return np.where(inside, ink, np.float32(0)).astype(np.float32)


def _paper(square: NDArray[np.float32]) -> NDArray[np.float32]:
    """The paper under the ink: a curved surface through the pixels nearest to it.

    Six terms follow shade and shadow across one digit and cannot follow its strokes.
    """
    flat = square.ravel()
    paper = np.full_like(flat, np.median(flat))
    for _ in range(2):  # the second fit knows better which pixels are paper
        away = np.abs(flat - paper)
        near = away <= max(float(np.median(away)), 2.0)
        terms = _SURFACE * near[:, None]
        weights = np.linalg.solve(terms.T @ _SURFACE + _RIDGE, terms.T @ flat)
        paper = _SURFACE @ weights
    return paper.reshape(square.shape)


def _full_ink(contrast: NDArray[np.float32]) -> float:
    """The contrast of a stroke's core, not of one hot pixel."""
    strong = contrast[contrast > contrast.max() / 2]
    return float(np.percentile(strong, 90)) if strong.size else 1.0


def _centre_by_mass(ink: NDArray[np.float32], tile: NDArray[np.float32]) -> None:
    """Write ``ink`` into ``tile``, moved by whole pixels as MNIST's digits were."""
    mass = float(ink.sum())
    if mass == 0:
        return
    steps = np.arange(TILE_SIDE)
    right = round(MASS_CENTRE - float((ink.sum(0) * steps).sum()) / mass)
    down = round(MASS_CENTRE - float((ink.sum(1) * steps).sum()) / mass)
    moved = np.array([[1, 0, right], [0, 1, down]], np.float32)
    tile[:] = cv2.warpAffine(ink, moved, ink.shape, flags=cv2.INTER_NEAREST)


_across, _down = np.meshgrid(*[np.linspace(-1, 1, TILE_SIDE, dtype=np.float32)] * 2)
_SURFACE = np.stack(
    [np.ones_like(_across), _across, _down, _across**2, _across * _down, _down**2], -1
).reshape(-1, 6)  # (784, 6) the terms of a quadratic surface
_RIDGE = np.eye(6, dtype=np.float32) * 1e-3  # solvable also where little paper shows
