"""The plain finder: flatten the paper, threshold, connected components."""

import cv2
import numpy as np
from numpy.typing import NDArray

WORK_SIDE = 1000  # px; the long side is brought down to this
LEAST_CONTRAST = 12  # gray levels; fainter marks are paper
NOISE_FLOOR = 5.0  # standard deviations of the paper
LEAST_HEIGHT = 8  # px at the working size


def find_digits(
    gray: NDArray[np.uint8], *, single: bool = False
) -> NDArray[np.float32]:
    """Find what looks like digits.

    Args:
        gray: (H, W) uint8, ink darker or lighter than the paper.
        single: the picture is known to hold one digit; at most one box comes back.

    Returns:
        (N, 4) float32 x, y, width, height in pixels of ``gray``.
    """
    shrink = min(1.0, WORK_SIDE / max(gray.shape))
    work = cv2.resize(gray, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    boxes = _components(_ink(np.asarray(work, np.uint8)), work.shape)
    boxes = _largest(boxes) if single else _digits(boxes)
    return (boxes / np.float32(shrink)).astype(np.float32)


def _ink(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Where the ink is: (H, W) uint8, 0 or 255."""
    contrast = gray.astype(np.float32) - _paper(gray)
    low, high = np.percentile(contrast, (0.5, 99.5))
    if -low > high:
        contrast = -contrast  # dark ink on light paper
    noise = 1.4826 * float(np.median(np.abs(contrast)))
    floor = max(LEAST_CONTRAST, NOISE_FLOOR * noise)
    marks = contrast[contrast > floor]
    if not marks.size:
        return np.zeros_like(gray)
    threshold, _ = cv2.threshold(
        np.clip(marks, 0, 255).astype(np.uint8), 0, 255, cv2.THRESH_OTSU
    )
    # Otsu parts strokes from shade; soft pencil keeps a share of what it rejects.
    level = max(floor, 0.6 * threshold)
    return np.where(contrast > level, np.uint8(255), np.uint8(0))


def _paper(gray: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The paper without ink: a median over more than half of the picture."""
    height, width = gray.shape
    zoom = min(1.0, 96 / max(height, width))
    thumb = cv2.resize(gray, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_AREA)
    window = max(3, min(thumb.shape) // 2 | 1)
    paper = cv2.medianBlur(thumb, window)
    return cv2.resize(paper, (width, height)).astype(np.float32)


def _components(ink: NDArray[np.uint8], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Boxes (N, 4) of the connected marks that could be digits or parts of them."""
    stats = cv2.connectedComponentsWithStats(ink, connectivity=8)[2][1:]
    width, height = stats.T[2:4]
    large = np.maximum(width, height) >= min(LEAST_HEIGHT, shape[0] / 4)
    rule = width > 5 * height
    return stats[large & ~rule, :4].astype(np.float32)


def _largest(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """The one digit: its largest mark and the marks beside that belong to it."""
    if not len(boxes):
        return boxes
    sides = boxes[:, 2:].max(1)
    main = boxes[sides.argmax()]
    reach = 0.15 * sides.max()
    near = (
        (boxes[:, 0] < main[0] + main[2] + reach)
        & (boxes[:, 0] + boxes[:, 2] > main[0] - reach)
        & (boxes[:, 1] < main[1] + main[3] + reach)
        & (boxes[:, 1] + boxes[:, 3] > main[1] - reach)
    )
    part = near & (sides > 0.2 * sides.max())
    corner = boxes[part, :2].min(0)
    far = (boxes[part, :2] + boxes[part, 2:]).max(0)
    return np.concatenate([corner, far - corner])[None]


def _digits(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """The marks as tall as the others; dots, dashes and specks go."""
    if not len(boxes):
        return boxes
    tall = float(np.percentile(boxes[:, 3], 80))
    return boxes[boxes[:, 3] > 0.4 * tall]
