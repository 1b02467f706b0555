"""Camera, scanner or screen: from the page to a gray picture."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.synthesis.canvas import Canvas
from inkten.synthesis.light import light
from inkten.synthesis.noise import noise
from inkten.synthesis.sampling import happens, pick

Tones = NDArray[np.float32]

# A person can still read the digits: noise is at most this share of the faintest
# digit's contrast, blur at most this share of the smallest digit's height.
MOST_NOISE = 0.17
MOST_BLUR = 0.07
LEAST_CONTRAST = 26.0  # gray levels of 255 between paper and ink
JPEG_CONTRAST = 50.0  # below it JPEG blocks hide the writing
COPIER_CONTRAST = 90.0  # below it a photocopy loses the ink


def photograph(rng: np.random.Generator, canvas: Canvas) -> NDArray[np.uint8]:
    """Take the picture: light, lens, exposure, noise, file format; some inverted."""
    if canvas.on_screen and happens(rng, 0.75):
        gray = _as_gray(canvas.tone)  # a screenshot
    else:
        lit = light(rng, canvas.side)
        tone = _lens(rng, canvas.tone * lit, _smallest(canvas))
        contrast, lightest = _legibility(canvas, tone)
        # A ruled line in a digit's box counts as ink: use the smaller contrast.
        contrast = min(contrast, canvas.faintest * float(lit.min()))
        tone, contrast = _exposed(rng, tone, contrast, lightest)
        gray = _filed(rng, _as_gray(_noisy(rng, tone, contrast)), contrast)
    # White on black: paint programs, MNIST; chalk on a board.
    if happens(rng, 0.45 if canvas.on_screen else 0.14):
        gray = np.asarray(255 - gray, np.uint8)
    return gray


def _as_gray(tone: Tones) -> NDArray[np.uint8]:
    return np.minimum(np.maximum(tone, 0), 255).astype(np.uint8)


def _smallest(canvas: Canvas) -> float:
    """Height of the smallest labelled digit, pixels."""
    return min((box[3] for box in canvas.boxes), default=30.0)


def _legibility(canvas: Canvas, tone: Tones) -> tuple[float, float]:
    """The lowest contrast and the lightest paper of the labelled digits, 0 to 255."""
    contrast, lightest = 255.0, 0.0
    for x, y, wide, high in canvas.boxes:
        window = tone[int(y) : int(y + high) + 1, int(x) : int(x + wide) + 1]
        paper = float(window.max())
        contrast = min(contrast, paper - float(window.min()))
        lightest = max(lightest, paper)
    return contrast, lightest


def _lens(rng: np.random.Generator, tone: Tones, smallest: float) -> Tones:
    """Blur by focus, motion or low resolution: one of them, or none."""
    most = MOST_BLUR * smallest
    fault = pick(rng, ("none", "focus", "motion", "pixels"), (0.4, 0.35, 0.1, 0.15))
    if fault == "focus":
        sigma = rng.uniform(0.3, max(most, 0.5))
        tone = np.asarray(cv2.GaussianBlur(tone, (0, 0), sigma), np.float32)
    elif fault == "motion":
        reach = max(2, round(rng.uniform(1, 3.2) * most))
        tone = np.asarray(cv2.filter2D(tone, -1, _motion(rng, reach)), np.float32)
    elif fault == "pixels":
        size = tone.shape[::-1]
        fewer = round(size[0] / rng.uniform(1, max(1.2, 1.6 * most)))
        interpolation = pick(
            rng, (cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC)
        )
        small = cv2.resize(tone, (fewer, fewer), interpolation=cv2.INTER_AREA)
        tone = np.asarray(
            cv2.resize(small, size, interpolation=interpolation), np.float32
        )
    return tone


def _motion(rng: np.random.Generator, reach: int) -> Tones:
    """(reach, reach) kernel of motion blur in one direction."""
    kernel = np.zeros((reach, reach), np.float32)
    angle, middle = rng.uniform(0, np.pi), (reach - 1) / 2
    x, y = middle * math.cos(angle), middle * math.sin(angle)
    start = round(middle - x), round(middle - y)
    end = round(middle + x), round(middle + y)
    cv2.line(kernel, start, end, 1.0)
    return kernel / np.float32(kernel.sum())


def _exposed(
    rng: np.random.Generator, tone: Tones, contrast: float, lightest: float
) -> tuple[Tones, float]:
    """Expose: too dark, too bright, or hazy. Also returns the remaining contrast."""
    gain = min(max(rng.normal(1, 0.15), 0.5), 1.35)
    if happens(rng, 0.1):  # low light
        gain = rng.uniform(0.3, 0.6)
    gain = max(gain, min(LEAST_CONTRAST / max(contrast, 1.0), 1.3))
    haze = rng.uniform(0, 30) if happens(rng, 0.3) else 0.0
    # Over-exposed paper turns white; the ink must not turn white with it.
    palest_ink = max(lightest - contrast, 1.0)
    gain = min(gain, (255 - LEAST_CONTRAST - haze) / palest_ink)
    remaining = min(contrast * gain, 255 - palest_ink * gain - haze)
    return tone * np.float32(gain) + np.float32(haze), remaining


def _noisy(rng: np.random.Generator, tone: Tones, contrast: float) -> Tones:
    """Add sensor noise: per pixel, or smeared as by a phone's denoising."""
    if happens(rng, 0.25):
        return tone
    smeared = happens(rng, 0.3)
    most = MOST_NOISE * contrast * (0.6 if smeared else 1.0)
    sigma = min(most, rng.uniform(0.5, 16) * rng.random())
    rows, columns = tone.shape
    return tone + np.float32(sigma) * noise(rng, rows, columns, 1.0 if smeared else 0.0)


def _filed(
    rng: np.random.Generator, gray: NDArray[np.uint8], contrast: float
) -> NDArray[np.uint8]:
    """Keep the picture, compress it as JPEG, or photocopy it to black and white."""
    if contrast > JPEG_CONTRAST and happens(rng, 0.18):
        quality = int(rng.integers(18, 85))
        _, stored = cv2.imencode(".jpg", gray, (cv2.IMWRITE_JPEG_QUALITY, quality))
        gray = np.asarray(cv2.imdecode(stored, cv2.IMREAD_GRAYSCALE), np.uint8)
    elif contrast > COPIER_CONTRAST and happens(rng, 0.06):
        paper = cv2.dilate(cv2.blur(gray, (3, 3)), np.ones((25, 25), np.uint8))
        level = cv2.subtract(paper, np.full_like(gray, int(0.45 * contrast)))
        gray = np.asarray(cv2.compare(gray, level, cv2.CMP_GT), np.uint8)
    return gray
