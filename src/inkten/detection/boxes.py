"""How boxes overlap. Boxes are rows of x, y, width, height."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def areas(boxes: Floats) -> Floats:
    """Of each of (N, 4) boxes, (N,)."""
    return np.asarray(boxes[:, 2] * boxes[:, 3], np.float32)


def shared_sides(some: Floats, others: Floats) -> Floats:
    """What each of (N, 4) boxes shares with each of (M, 4) across and down, (N, M, 2).

    Below zero it is the gap between the two.
    """
    corner = np.maximum(some[:, None, :2], others[:, :2])
    far = np.minimum(
        some[:, None, :2] + some[:, None, 2:], others[:, :2] + others[:, 2:]
    )
    return np.asarray(far - corner, np.float32)


def shared_areas(some: Floats, others: Floats) -> Floats:
    """What each of (N, 4) boxes shares with each of (M, 4), (N, M)."""
    sides = np.clip(shared_sides(some, others), 0, None)
    return np.asarray(sides.prod(axis=-1), np.float32)


def intersection_over_union(some: Floats, others: Floats) -> Floats:
    """Of each of (N, 4) boxes with each of (M, 4), (N, M), 0..1."""
    return overlaps(some, others)[0]


def intersection_over_smaller(some: Floats, others: Floats) -> Floats:
    """The shared area as a share of the smaller box of each pair, (N, M), 0..1."""
    return overlaps(some, others)[1]


def overlaps(some: Floats, others: Floats) -> tuple[Floats, Floats]:
    """Intersection over union, and the share within the smaller: (N, M) each."""
    shared = shared_areas(some, others)
    size, other_size = areas(some)[:, None], areas(others)
    union = np.maximum(size + other_size - shared, 1e-6)
    smaller = np.maximum(np.minimum(size, other_size), 1e-6)
    return np.asarray(shared / union, np.float32), np.asarray(
        shared / smaller, np.float32
    )
