"""How boxes overlap. Boxes are rows of x, y, width, height."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def areas(boxes: Floats) -> Floats:
    """Of each of (N, 4) boxes, (N,)."""
    return np.asarray(boxes[:, 2] * boxes[:, 3], np.float32)


def shared_areas(some: Floats, others: Floats) -> Floats:
    """What each of (N, 4) boxes shares with each of (M, 4), (N, M)."""
    corner = np.maximum(some[:, None, :2], others[:, :2])
    far = np.minimum(
        some[:, None, :2] + some[:, None, 2:], others[:, :2] + others[:, 2:]
    )
    return np.asarray(np.clip(far - corner, 0, None).prod(axis=-1), np.float32)


def intersection_over_union(some: Floats, others: Floats) -> Floats:
    """Of each of (N, 4) boxes with each of (M, 4), (N, M), 0..1."""
    shared = shared_areas(some, others)
    union = areas(some)[:, None] + areas(others) - shared
    return np.asarray(shared / np.maximum(union, 1e-6), np.float32)


def share_within(some: Floats, others: Floats) -> Floats:
    """The shared area as a share of the smaller box of each pair, (N, M), 0..1."""
    smaller = np.minimum(areas(some)[:, None], areas(others))
    return np.asarray(
        shared_areas(some, others) / np.maximum(smaller, 1e-6), np.float32
    )
