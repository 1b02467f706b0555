"""What is left of a field when the print on it is subtracted.

Densities of ink add up (``colours``). The print of the reference picture is known; on a
photo it is a little shifted, blurred, and fainter or darker. To first order, a shift
adds the print's slope and a blur its curvature:

    photo = a * print + b * d/dx print + c * d/dy print + d * curvature + e + ink

a to e are fitted along the field, piece by piece, as paper bends. Ink only adds to the
print, so what is far above the fit hardly counts (iteratively reweighted least squares;
Holland and Welsch 1977).
"""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Gray = NDArray[np.uint8]

PIECE = 72  # px: a piece of a field, a little wider than most cells
STEP = 36  # px: pieces overlap, and what they say is blended
SHIFT = 3  # px: how far print may be off
SHARP = 0.8  # px: the blur of the reference, so that it has slopes
NEAR = 5  # px around print that take part in the fit
MIN_DENSITY = 0.03  # of print that is subtracted
MIN_PIXELS = 40  # near print, of a piece that can be fitted
MIN_WEIGHT = 0.01  # of a column: none divides by zero
RIDGE = 1e-3  # keeps what a piece does not show, such as a shift along a line, at zero
NEARER = 0.004  # of a correlation, per pixel of shift
ROUNDS = 6
INK = 0.08  # density above the fit from which a pixel is taken for ink
MAD = 1.4826  # standard deviations per median deviation of a normal distribution
RESIDUE = 2.0  # standard deviations of what the fit leaves: that much is no ink, either
MAX_DENSITY = 5.0  # of a black pixel: 255 * exp(-5) rounds to 2


def density_of(gray: Gray) -> Floats:
    """The density of (h, w) gray on white, 0 to ``MAX_DENSITY``."""
    light = np.maximum(gray.astype(np.float32) / 255, np.exp(-MAX_DENSITY))
    return np.asarray(-np.log(light), np.float32)


def gray_of(density: Floats) -> Gray:
    """(h, w) gray on white of this density; less than none is white."""
    return np.asarray(255 * np.exp(-np.maximum(density, 0)), np.uint8)


def print_on(photo: Floats, guide: Floats, layers: Sequence[Floats]) -> Floats:
    """How dense the print is on a photo of a field, (h, w).

    Args:
        photo: (h, w) density of the field, ink and print.
        guide: (h, w) the same before a colour was dropped, where print shows its place.
        layers: (h, w) each: the density of what is printed on the reference picture, in
            the colour that is dropped and in others.
    """
    printed = np.asarray(sum(layers), np.float32)
    is_print = (printed > MIN_DENSITY).astype(np.uint8)
    if not is_print.any():
        return np.zeros_like(photo)
    side = 2 * NEAR + 1
    near = cv2.dilate(is_print, np.ones((side, side), np.uint8))
    width = photo.shape[1]
    total = np.zeros_like(photo)
    weights = np.zeros(width, np.float32)
    for left in range(0, max(width - PIECE + STEP, 1), STEP):
        columns = slice(left, min(left + PIECE, width))
        if near[:, columns].sum() < MIN_PIXELS:
            continue
        x, y = _shift(guide, printed, columns)
        moved = [_moved(layer, x, y, columns) for layer in layers]
        # A piece says most about its middle
        size = columns.stop - columns.start
        weight = 1 - abs(2 * (np.arange(size) + 0.5) / size - 1)
        is_near = near[:, columns]
        total[:, columns] += weight * _fitted(photo[:, columns], moved, is_near > 0)
        weights[columns] += weight
    return np.maximum(total / np.maximum(weights, MIN_WEIGHT), 0)


def _fitted(photo: Floats, layers: Sequence[Floats], near: NDArray[np.bool_]) -> Floats:
    """The layers of print of a piece, as they are on its photo."""
    terms: list[NDArray[Any]] = [np.ones_like(photo)]
    for layer in layers:
        soft = cv2.GaussianBlur(layer, (0, 0), SHARP)
        down, across = np.gradient(soft)
        terms += [soft, across, down, cv2.Laplacian(soft, cv2.CV_32F)]
    basis = np.stack(terms, axis=-1).astype(np.float64)
    rows, seen = basis[near], photo[near].astype(np.float64)
    weights = np.ones_like(seen)
    above = np.zeros_like(seen)
    for _ in range(ROUNDS):
        weighted = rows * weights[:, None]
        normal = weighted.T @ rows + RIDGE * np.eye(len(terms))
        fit = np.linalg.solve(normal, weighted.T @ seen)
        above = seen - rows @ fit
        weights = 1 / (1 + (np.maximum(above, 0) / INK) ** 2)
    paper = fit[0]
    residue = RESIDUE * MAD * float(np.median(np.abs(above)))
    return np.asarray(np.where(near, basis @ fit - paper + residue, 0), np.float32)


def _shift(guide: Floats, printed: Floats, columns: slice) -> tuple[int, int]:
    """How far print is off in some columns, in whole pixels: x and y."""
    window = np.minimum(guide[:, columns], _usual(guide, printed, columns))
    ringed = _ringed(printed, columns)
    scores = cv2.matchTemplate(ringed, window, cv2.TM_CCOEFF_NORMED)
    shifts = np.arange(-SHIFT, SHIFT + 1)
    # The side of a frame slides along itself: of equal places, the nearest counts
    nearest = scores - NEARER * np.hypot(*np.meshgrid(shifts, shifts))
    _, _, _, (x, y) = cv2.minMaxLoc(nearest)
    return x - SHIFT, y - SHIFT


def _usual(guide: Floats, printed: Floats, columns: slice) -> float:
    """How dense print is there; so that darker ink does not count more."""
    is_print = printed[:, columns] > MIN_DENSITY
    usual = np.median(guide[:, columns][is_print]) if is_print.any() else 0.0
    return max(float(usual), MIN_DENSITY)


def _moved(printed: Floats, x: int, y: int, columns: slice) -> Floats:
    height, _ = printed.shape
    width = columns.stop - columns.start
    top, left = SHIFT + y, SHIFT + x
    return _ringed(printed, columns)[top : top + height, left : left + width]


def _ringed(printed: Floats, columns: slice) -> Floats:
    """Some columns, and ``SHIFT`` px more on each side."""
    ringed = np.pad(printed, SHIFT, mode="edge")
    return np.asarray(ringed[:, columns.start : columns.stop + 2 * SHIFT], np.float32)
