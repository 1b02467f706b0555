"""The corruptions of MNIST-C: sixteen ways to damage a 28x28 digit.

The definitions and strengths are those of Norman Mu and Justin Gilmer, "MNIST-C: A
Robustness Benchmark for Computer Vision" (arXiv:1906.02337): its fifteen corruptions,
and the Gaussian blur of its longer list. This is an independent implementation of their
definitions.

Each corruption takes a random generator and a picture (28, 28) float32 in 0..1,
ink = 1, and returns another picture, whose values `corrupt` clips to 0..1. Positions
are (x, y) in pixels from the upper left.
"""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Picture: TypeAlias = NDArray[np.float32]
Corruption: TypeAlias = Callable[[np.random.Generator, Picture], Picture]

SIDE = 28
CENTRE = (SIDE - 1) / 2
FOG_MAP = 256  # px: side of the map of fog; one corner covers the picture
LINE_REACH = 2.3  # px: the distance from its middle at which a line has faded out
ZIG = 2.0  # px: a quarter of a zigzag's wave, along the line and across


def corrupt(
    corruption: Corruption, picture: NDArray[np.uint8], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Corrupt one picture, (28, 28) uint8, ink = 255."""
    corrupted = corruption(rng, picture.astype(np.float32) / np.float32(255))
    return np.round(np.clip(corrupted, 0, 1) * 255).astype(np.uint8)


def shot_noise(rng: np.random.Generator, picture: Picture) -> Picture:
    """Too little light: about three photons arrive from a white pixel."""
    photons = 3
    return (rng.poisson(picture * photons) / photons).astype(np.float32)


def impulse_noise(rng: np.random.Generator, picture: Picture) -> Picture:
    """Salt and pepper: 17 % of the pixels, half of them white and half black."""
    draw = rng.random(picture.shape)
    salted = np.where(draw < 0.17, 1, picture)
    return np.where(draw < 0.17 / 2, 0, salted).astype(np.float32)


def blur(_: np.random.Generator, picture: Picture) -> Picture:
    """Out of focus: a Gaussian blur of two pixels."""
    return _blurred(picture, 2)


def motion(rng: np.random.Generator, picture: Picture) -> Picture:
    """Smeared to one side: half a Gaussian of 3 px, at up to 45 degrees."""
    taps, sigma = 21, 3
    angle = math.radians(rng.uniform(-45, 45))
    away = np.arange(taps)
    across = np.round(away * math.cos(angle)).astype(int)
    down = np.round(away * math.sin(angle)).astype(int)
    kernel = np.zeros((2 * taps - 1, 2 * taps - 1), np.float32)
    np.add.at(
        kernel, (taps - 1 + down, taps - 1 + across), np.exp(-((away / sigma) ** 2) / 2)
    )
    return _filtered(picture, kernel / kernel.sum())


def glass(rng: np.random.Generator, picture: Picture) -> Picture:
    """Frosted glass: neighbouring pixels swapped, between two slight blurs."""
    shuffled = _blurred(picture, 0.7)
    for _ in range(2):
        swaps = rng.random(picture.shape) < 0.5
        steps = rng.integers(-1, 1, (*picture.shape, 2))  # left and up, or neither
        for y, x in np.argwhere(swaps[2:, 2:])[::-1] + 2:
            neighbour = (y + steps[y, x, 0], x + steps[y, x, 1])
            shuffled[y, x], shuffled[neighbour] = shuffled[neighbour], shuffled[y, x]
    return _blurred(shuffled, 0.7)


def fog(rng: np.random.Generator, picture: Picture) -> Picture:
    """Fog three times as bright as the digit, with the exposure reduced to match."""
    density, strongest = 3, picture.max()
    foggy = picture + density * _fractal(rng, roughness=1.4)[:SIDE, :SIDE]
    return (foggy * strongest / (strongest + density)).astype(np.float32)


def brightness(_: np.random.Generator, picture: Picture) -> Picture:
    """Half of full white added to every pixel."""
    return picture + np.float32(0.5)


def stripes(_: np.random.Generator, picture: Picture) -> Picture:
    """The left and the right quarter inverted."""
    striped = picture.copy()
    for quarter in (striped[:, : SIDE // 4], striped[:, -SIDE // 4 :]):
        quarter[:] = 1 - quarter
    return striped


def dotted_lines(rng: np.random.Generator, picture: Picture) -> Picture:
    """A dashed line across the picture, two pixels on, two off."""
    start, end = rng.integers(0, SIDE - 1, 2)
    line = _line((0, start), (SIDE - 1, end))
    line[:, np.arange(SIDE) % 4 < 2] = 0
    return picture + line


def zigzags(rng: np.random.Generator, picture: Picture) -> Picture:
    """A zigzag line across the picture."""
    left, right = 2, 25
    start = int(rng.integers(0, SIDE - 1))
    rise = int(rng.integers(-5, 5))
    length = math.hypot(right - left, rise)
    turns = np.arange(ZIG, length, 2 * ZIG)
    along = np.array([0, *turns, length])
    aside = np.array([0, *(ZIG * (-1) ** np.arange(len(turns))), 0])
    slope = np.array([right - left, rise]) / length
    x = left + along * slope[0] - aside * slope[1]
    y = start + along * slope[1] + aside * slope[0]
    corners = list(zip(x.tolist(), y.tolist(), strict=True))
    zigzag = picture
    for corner, following in pairwise(corners):
        zigzag = np.minimum(zigzag + _line(corner, following), 1)
    return zigzag


def spatter(rng: np.random.Generator, picture: Picture) -> Picture:
    """Splashes of mud over the digit, a quarter as bright as it."""
    liquid = _blurred(rng.normal(0.65, 0.3, picture.shape).astype(np.float32), 1)
    drops = _blurred((liquid > 0.65).astype(np.float32), 1.5)
    drops[drops < 0.8] = 0
    return picture * (1 - drops) + np.float32(63 / 255) * drops


def edges_only(_: np.random.Generator, picture: Picture) -> Picture:
    """Outlines 1 px wide: Canny edges after a Gaussian blur of 1 px."""
    smooth = np.round(_blurred(picture, 1) * 255).astype(np.uint8)
    weak, strong = 0.1 * 255, 0.2 * 255  # of the Sobel gradient
    edges = cv2.Canny(smooth, weak, strong, L2gradient=True)
    return edges.astype(np.float32) / np.float32(255)


def shear(rng: np.random.Generator, picture: Picture) -> Picture:
    """Slanted by 0.4 radians, to the left or to the right."""
    angle = 0.4 * rng.choice([-1, 1])
    return _warped(picture, [[1, -math.sin(angle)], [0, math.cos(angle)]])


def scale(_: np.random.Generator, picture: Picture) -> Picture:
    """Shrunk to 70 %."""
    return _warped(picture, [[1 / 0.7, 0], [0, 1 / 0.7]])


def rotation(rng: np.random.Generator, picture: Picture) -> Picture:
    """Rotated by 0.4 radians (23 degrees), in either direction."""
    angle = 0.4 * rng.choice([-1, 1])
    cosine, sine = math.cos(angle), math.sin(angle)
    return _warped(picture, [[cosine, -sine], [sine, cosine]])


def shift(rng: np.random.Generator, picture: Picture) -> Picture:
    """Moved by 3 px along both axes, in either direction."""
    return _warped(picture, [[1, 0], [0, 1]], shift=3 * rng.choice([-1, 1], 2))


CORRUPTIONS: dict[str, Corruption] = {
    "shot noise": shot_noise,
    "impulse noise": impulse_noise,
    "blur": blur,
    "motion": motion,
    "glass": glass,
    "fog": fog,
    "brightness": brightness,
    "stripes": stripes,
    "dotted lines": dotted_lines,
    "zigzags": zigzags,
    "spatter": spatter,
    "edges only": edges_only,
    "shear": shear,
    "scale": scale,
    "rotation": rotation,
    "shift": shift,
}


def _blurred(picture: Picture, sigma: float) -> Picture:
    reach = 2 * math.ceil(4 * sigma) + 1  # four deviations: the rest is negligible
    return cv2.GaussianBlur(
        picture, (reach, reach), sigma, borderType=cv2.BORDER_REPLICATE
    )


def _filtered(picture: Picture, kernel: NDArray[np.float32]) -> Picture:
    return cv2.filter2D(picture, -1, kernel, borderType=cv2.BORDER_REPLICATE)


def _warped(
    picture: Picture,
    matrix: list[list[float]],
    shift: NDArray[np.int64] | tuple[int, int] = (0, 0),
) -> Picture:
    """Sample each pixel from where ``matrix``, about the centre, and ``shift`` lead."""
    turn = np.array(matrix)
    offset = CENTRE - turn @ (CENTRE, CENTRE) + shift
    return cv2.warpAffine(
        picture,
        np.column_stack([turn, offset]),
        picture.shape,
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
    )


def _line(start: tuple[float, float], end: tuple[float, float]) -> Picture:
    """A line from left to right that fades out to both sides, as a logarithm."""
    (left, top), (right, bottom) = start, end
    columns = np.arange(SIDE)
    middle = top + (columns - left) * (bottom - top) / (right - left)
    distance = np.abs(np.arange(SIDE)[:, None] - middle)  # (28, 28) px
    nearness = np.maximum(1 - distance / LINE_REACH, 1e-9)
    within = (columns >= math.floor(left)) & (columns < math.ceil(right))
    return (np.maximum(1 + np.log(nearness), 0) * within).astype(np.float32)


def _fractal(rng: np.random.Generator, roughness: float) -> NDArray[np.float64]:
    """A cloud in 0..1 by the diamond-square algorithm; the map wraps around.

    Fournier, Fussell, Carpenter, "Computer rendering of stochastic models", CACM 1982.
    """
    heights = np.zeros((1, 1))
    spread = 1.0
    while len(heights) < FOG_MAP:
        heights = _finer(rng, heights, spread)
        spread /= roughness**2
    heights -= heights.min()
    return heights / heights.max()


def _finer(
    rng: np.random.Generator, heights: NDArray[np.float64], spread: float
) -> NDArray[np.float64]:
    """Double the points per side; each new one is the mean of four plus noise."""

    def jitter(mean: NDArray[np.float64]) -> NDArray[np.float64]:
        return mean + rng.uniform(-spread, spread, mean.shape)

    rows = heights + np.roll(heights, -1, 0)
    squares = jitter((rows + np.roll(rows, -1, 1)) / 4)
    above = squares + np.roll(squares, 1, 0)
    beside = squares + np.roll(squares, 1, 1)
    finer = np.empty((2 * len(heights), 2 * len(heights)))
    finer[::2, ::2], finer[1::2, 1::2] = heights, squares
    finer[::2, 1::2] = jitter((above + heights + np.roll(heights, -1, 1)) / 4)
    finer[1::2, ::2] = jitter((beside + heights + np.roll(heights, -1, 0)) / 4)
    return finer
