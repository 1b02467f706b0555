"""Damage to a picture: scratches, impulse noise, frosted glass.

After MNIST-C (Mu, Gilmer 2019, "MNIST-C: A robustness benchmark for computer vision"),
each mild enough that a person can still read the digits.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.synthesis.canvas import Canvas
from inkten.synthesis.glyphs import curve_weights
from inkten.synthesis.noise import noise
from inkten.synthesis.sampling import happens

SCRATCHED, SPECKLED, FROSTED = 0.07, 0.06, 0.06  # shares of pages


def scratch(rng: np.random.Generator, canvas: Canvas) -> None:
    """Draw strokes across the page: a slip of the pen, a crease, a thread."""
    if not happens(rng, SCRATCHED):
        return
    smallest = min((box[3] for box in canvas.boxes), default=20.0)
    for _ in range(int(rng.integers(1, 4))):
        middle = rng.uniform(0, canvas.side, 2)
        steps = rng.normal(0, canvas.side / 4, (3, 2))
        path = middle + curve_weights(3) @ np.cumsum(steps, axis=0)
        width = rng.uniform(0.7, max(0.09 * smallest, 1.0))
        if happens(rng, 0.3):  # a straight aliased line, as paint programs draw
            mask = np.zeros((canvas.side, canvas.side), np.uint8)
            start, end = path[[0, -1]].round().astype(int).tolist()
            cv2.line(mask, start, end, 255, 1, cv2.LINE_8)
            canvas.cover(mask, rng.uniform(0, 255), 1.0)
        else:
            canvas.lines([path], width, rng.uniform(0, 255), rng.uniform(0.4, 1))


def speckle(rng: np.random.Generator, gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Add impulse noise: single black or white pixels."""
    if not happens(rng, SPECKLED):
        return gray
    share = rng.uniform(0.002, 0.035)
    level = noise(rng, *gray.shape)
    limit = np.float32(_normal_quantile(share / 2))
    return np.where(level > limit, 255, np.where(level < -limit, 0, gray)).astype(
        np.uint8
    )


def frost(
    rng: np.random.Generator, gray: NDArray[np.uint8], smallest: float
) -> NDArray[np.uint8]:
    """Displace pixels slightly, as frosted glass does."""
    if not happens(rng, FROSTED):
        return gray
    reach = np.float32(rng.uniform(0.4, max(0.035 * smallest, 0.6)))
    rows, columns = gray.shape
    x = np.arange(columns, dtype=np.float32) + reach * noise(rng, rows, columns)
    y = np.arange(rows, dtype=np.float32)[:, None] + reach * noise(rng, rows, columns)
    return np.asarray(
        cv2.remap(gray, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )


def _normal_quantile(share: float) -> float:
    """The value that a share of normal noise exceeds (Abramowitz, Stegun 26.2.23)."""
    t = np.sqrt(-2 * np.log(share))
    above = 2.515517 + 0.802853 * t + 0.010328 * t * t
    return float(t - above / (1 + 1.432788 * t + 0.189269 * t**2 + 0.001308 * t**3))
