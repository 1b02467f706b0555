"""Areas and overlaps of boxes. A box is a row of x, y, width, height."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Float = TypeVar("Float", np.float32, np.float64)
Floats = NDArray[np.float32]
Indices = NDArray[np.intp]
ALL_PAIRS = 1 << 16  # up to this many, testing all pairs is faster than a grid


def areas(boxes: Floats) -> Floats:
    """The areas of (N, 4) boxes, (N,)."""
    return np.asarray(boxes[:, 2] * boxes[:, 3], np.float32)


def centres(boxes: NDArray[Float]) -> NDArray[Float]:
    """The centres of (N, 4) boxes: (N, 2) x and y."""
    return np.asarray(boxes[:, :2] + boxes[:, 2:] / 2, boxes.dtype)


def centred_within(boxes: Floats, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which of (N, 4) boxes have their centre on a picture of (height, width), (N,).

    Beyond it, the repeated border may look like strokes.
    """
    middles = centres(boxes)
    return np.asarray(((middles >= 0) & (middles <= shape[1::-1])).all(axis=1))


def shared_sides(some: Floats, others: Floats) -> Floats:
    """Width and height of the intersections of (..., 4) boxes, broadcast: (..., 2).

    A negative value is the gap between the two boxes.
    """
    corner = np.maximum(some[..., :2], others[..., :2])
    far = np.minimum(some[..., :2] + some[..., 2:], others[..., :2] + others[..., 2:])
    return np.asarray(far - corner, np.float32)


def intersection_over_union(some: Floats, others: Floats) -> Floats:
    """The IoU of each of (N, 4) boxes with each of (M, 4): (N, M), 0..1."""
    return overlaps(some[:, None], others)[0]


def intersection_over_smaller(some: Floats, others: Floats) -> Floats:
    """The intersection as a share of the smaller box of each pair, (N, M), 0..1."""
    return overlaps(some[:, None], others)[1]


def overlaps(some: Floats, others: Floats) -> tuple[Floats, Floats]:
    """Intersection over union, and over the smaller, of (..., 4) boxes, broadcast."""
    shared = np.clip(shared_sides(some, others), 0, None).prod(axis=-1)
    size, other_size = some[..., 2:].prod(axis=-1), others[..., 2:].prod(axis=-1)
    union = np.maximum(size + other_size - shared, 1e-6)
    smaller = np.maximum(np.minimum(size, other_size), 1e-6)
    return np.asarray(shared / union, np.float32), np.asarray(
        shared / smaller, np.float32
    )


def overlapping_pairs(some: Floats, others: Floats) -> tuple[Indices, Indices]:
    """The pairs of (N, 4) boxes and (M, 4) others that overlap: (P,) indices of each.

    Time and memory grow with N + M + P, not with N x M. Pairs are in rising order.
    """
    if len(some) * len(others) <= ALL_PAIRS:
        first, second = np.nonzero((shared_sides(some[:, None], others) > 0).all(-1))
        return first, second
    side = max(float(np.median(np.concatenate([some, others])[:, 2:])), 1.0)
    owners, cells = _grid_cells(some, side)
    other_owners, other_cells = _grid_cells(others, side)
    order = np.argsort(other_cells, kind="stable")
    start, end = (
        np.searchsorted(other_cells[order], cells, edge) for edge in ("left", "right")
    )
    first = np.repeat(owners, end - start)
    second = other_owners[order][_ranges(start, end)]
    # Boxes that share several cells come up in each of them.
    pairs = np.sort(first * len(others) + second)  # faster than np.unique
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    first, second = np.divmod(pairs, len(others))
    overlap = (shared_sides(some[first], others[second]) > 0).all(-1)
    return first[overlap], second[overlap]


def _grid_cells(boxes: Floats, side: float) -> tuple[Indices, Indices]:
    """Which square cells each box touches: the box's index, and the cell's number."""
    low = np.floor(boxes[:, :2] / side).astype(np.intp)
    high = np.floor((boxes[:, :2] + boxes[:, 2:]) / side).astype(np.intp)
    across, down = (high - low + 1).T
    owners = np.repeat(np.arange(len(boxes)), across * down)
    place = _ranges(np.zeros(len(boxes), np.intp), across * down)
    column = low[owners, 0] + place % across[owners]
    row = low[owners, 1] + place // across[owners]
    return owners, row * (1 << 32) + column


def _ranges(start: Indices, end: Indices) -> Indices:
    """``arange(start, end)`` of each pair, one after the other."""
    lengths = end - start
    before = np.cumsum(lengths) - lengths
    return np.asarray(
        np.arange(lengths.sum()) + np.repeat(start - before, lengths), np.intp
    )
