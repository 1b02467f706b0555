"""Gray pictures + boxes -> tiles in MNIST's format.

MNIST scales a digit to fit 20x20 pixels and centres it in 28x28 by its centre of mass
(LeCun, Bottou, Bengio, Haffner 1998, "Gradient-based learning applied to document
recognition"). A tile is cut to the same proportions, so that one network reads both.
The paper is subtracted first: what is left is ink, 0..1, whatever its colour.

A tile shows its box alone. A classifier that names signs also sees the context: the
same place, 2.2 times as wide, with whatever stands there.
"""

from collections.abc import Sequence
from typing import TypeVar

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Pixel = TypeVar("Pixel", np.uint8, np.float32)

TILE_SIDE = 28  # MNIST: pictures of 28x28
DIGIT_SIDE = 20  # MNIST: the digit fits 20x20
MASS_CENTRE = 14.0  # MNIST: the mean centre of mass over its 60,000 pictures
ROWS = 8  # multiplied at once: 8 x 784 x 36 is below OpenBLAS's bound for threads
BATCH = 1024  # tiles at once, so that memory stays small
BOX_MARGIN = 1.5  # px of the tile, kept around a box: soft edges of the ink
NOISE_FLOOR = 2.5  # standard deviations of the paper: fainter ink is paper
MAD = 1.4826  # standard deviations per median deviation of a normal distribution
LARGE = 168  # px: the context of a larger square is cut from the picture at half size
CONTEXT = 2.2  # widths of a tile: a digit's neighbours, and how a rule goes on


def cut_tiles(
    gray: NDArray[np.uint8], boxes: NDArray[np.float32], *, context: bool = False
) -> NDArray[np.float32]:
    """Cut each box into a tile in MNIST's format.

    Args:
        gray: the picture, (H, W) uint8; ink darker or lighter than the paper.
        boxes: (N, 4) x, y, width, height of each digit in pixels of ``gray``.
        context: also cut each box's surroundings, as a second channel.

    Returns:
        (N, 28, 28) float32 in 0..1, ink = 1; with ``context``, (N, 28, 28, 2).
    """
    return cut_tiles_of_each([gray], [boxes], context=context)


def cut_tiles_of_each(
    grays: Sequence[NDArray[np.uint8]],
    boxes: Sequence[NDArray[np.float32]],
    *,
    context: bool = False,
) -> NDArray[np.float32]:
    """Cut the boxes of several pictures at once, which is much faster.

    Args:
        grays: P pictures, (H, W) uint8, of any sizes.
        boxes: P times (N, 4), as for one picture.
        context: also cut each box's surroundings, as a second channel.

    Returns:
        (sum of N, 28, 28) float32 in 0..1, ink = 1; with ``context``,
        (sum of N, 28, 28, 2).
    """
    every = np.concatenate([*boxes, np.zeros((0, 4), np.float32)])
    sources = [gray for gray, own in zip(grays, boxes, strict=True) for _ in own]
    squares = _squares(every, 1.0)
    around = _squares(every, CONTEXT) if context else []
    shape = (TILE_SIDE, TILE_SIDE, 2) if context else (TILE_SIDE, TILE_SIDE)
    tiles = np.empty((len(every), *shape), np.float32)
    for start in range(0, len(every), BATCH):
        part = slice(start, start + BATCH)
        cut = _cut_each(sources[part], squares[part])
        tile = _centred_by_mass(_ink(cut, _inside(every[part])))
        if context:
            seen = _ink(_cut_each(*_reduced(sources[part], around[part])), inside=None)
            tile = np.stack([tile, seen], axis=-1)
        tiles[part] = tile
    return tiles


def with_context(tiles: NDArray[Pixel]) -> NDArray[Pixel]:
    """Tiles (N, 28, 28), uint8 or float32, with the context of a digit alone.

    Returns:
        (N, 28, 28, 2): what would be cut around each digit, made from the tile itself.
        A picture of MNIST has no more.
    """
    small = round(TILE_SIDE / CONTEXT)  # 13 px: odd, so half a pixel off the middle
    start = (TILE_SIDE - small) // 2
    both = np.zeros((*tiles.shape, 2), tiles.dtype)
    both[..., 0] = tiles
    for context, tile in zip(both[..., 1], tiles, strict=True):
        context[start : start + small, start : start + small] = cv2.resize(
            tile, (small, small), interpolation=cv2.INTER_AREA
        )
    return both


def without_context(tiles: NDArray[np.float32]) -> NDArray[np.float32]:
    """The tiles alone, (N, 28, 28), of tiles that may have been cut with context."""
    # A copy, not a view, which would keep the contexts in memory.
    return np.ascontiguousarray(tiles[..., 0]) if tiles.ndim == 4 else tiles


def _squares(boxes: NDArray[np.float32], widths: float) -> list[list[int]]:
    """Left, top and side of a square around each box.

    Args:
        boxes: (N, 4).
        widths: of a tile, in which a digit's longer side is 20 of 28.
    """
    corners, sizes = boxes[:, :2].astype(float), boxes[:, 2:].astype(float)
    longer = sizes.max(axis=1, keepdims=True)
    sides = np.maximum(np.rint(longer * (widths * TILE_SIDE / DIGIT_SIDE)), 2)
    starts = np.rint(corners + (sizes - sides) / 2)
    squares: list[list[int]] = np.hstack([starts, sides]).astype(int).tolist()
    return squares


def _reduced(
    grays: Sequence[NDArray[np.uint8]], squares: Sequence[Sequence[int]]
) -> tuple[list[NDArray[np.uint8]], list[list[int]]]:
    """Pictures halved until their squares are small, and the squares on these.

    Halving a picture once takes less time than reducing every large square of it.
    """
    halves: dict[tuple[int, int], NDArray[np.uint8]] = {}
    small, places = [], []
    for gray, place in zip(grays, squares, strict=True):
        times = (place[2] // LARGE).bit_length()
        for done in range(1, times + 1):
            if (id(gray), done) not in halves:
                larger = halves.get((id(gray), done - 1), gray)
                halves[id(gray), done] = _halved(larger)
        small.append(halves.get((id(gray), times), gray))
        places.append([edge >> times for edge in place])
    return small, places


def _halved(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = (max(side // 2, 1) for side in gray.shape)
    half = cv2.resize(gray, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(half, np.uint8)


def _cut_each(
    grays: Sequence[NDArray[np.uint8]], squares: Sequence[Sequence[int]]
) -> NDArray[np.uint8]:
    """Cut a square out of each picture: (N, 28, 28) uint8."""
    cut = [_cut(gray, *place) for gray, place in zip(grays, squares, strict=True)]
    return np.stack(cut)


def _cut(gray: NDArray[np.uint8], left: int, top: int, side: int) -> NDArray[np.uint8]:
    """Cut out a square, (28, 28) uint8."""
    bottom, right = max(top + side, 0), max(left + side, 0)
    inner = gray[max(top, 0) : bottom, max(left, 0) : right]
    if inner.shape != (side, side):
        inner = _pad(inner, side, max(-left, 0), max(-top, 0))
    smooth = cv2.INTER_AREA if side > TILE_SIDE else cv2.INTER_LINEAR
    square = cv2.resize(inner, (TILE_SIDE, TILE_SIDE), interpolation=smooth)
    return np.asarray(square, np.uint8)


def _pad(inner: NDArray[np.uint8], side: int, left: int, top: int) -> NDArray[np.uint8]:
    """Continue the paper where the square reaches beyond the picture."""
    paper = _median(inner) if inner.size else 0
    padded = np.full((side, side), paper, np.uint8)
    padded[top : top + inner.shape[0], left : left + inner.shape[1]] = inner
    return padded


def _median(pixels: NDArray[np.uint8]) -> int:
    """The lower median; np.median would take longer than the rest of the cutting."""
    middle = (pixels.size - 1) // 2
    return int(np.partition(pixels, middle, axis=None)[middle])


def _inside(boxes: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Masks of the boxes in their (28, 28) squares; outside may be other digits."""
    larger = np.maximum(boxes[:, 2:].max(axis=1, keepdims=True), 1e-6)
    reach = boxes[:, 2:] * DIGIT_SIDE / larger / 2 + BOX_MARGIN  # (N, 2)
    away = np.abs(np.arange(TILE_SIDE) - (TILE_SIDE - 1) / 2)
    columns, rows = away <= reach[:, :1], away <= reach[:, 1:]
    inside: NDArray[np.bool_] = rows[:, :, None] & columns[:, None, :]
    return inside


def _ink(
    squares: NDArray[np.uint8], inside: NDArray[np.bool_] | None
) -> NDArray[np.float32]:
    """The ink of (N, 28, 28) squares, 0..1, either polarity.

    Args:
        squares: (N, 28, 28).
        inside: the masks of the boxes; None for all of the squares.
    """
    count = len(squares)
    pixels = squares.reshape(count, -1).astype(np.float32)
    inked = contrast = pixels - _paper(pixels)
    if inside is None:
        noise = MAD * _medians(np.abs(contrast))  # more than half of it is paper
    else:
        within = inside.reshape(count, -1)
        noise = _noise(contrast, within)
        inked = np.where(within, contrast, 0)
    # In a sum of cubes, few strong pixels outweigh many faint ones: its sign is that
    # of the ink.
    dark = (inked * inked * inked).sum(axis=1, keepdims=True) < 0
    inked = np.where(dark, -inked, inked)
    full = _full_ink(inked)
    floor = np.minimum(NOISE_FLOOR * noise, 0.4 * full)
    # The floor is at least 0, so pixels outside of masks stay 0.
    ink = np.clip((inked - floor) / np.maximum(full - floor, 1), 0, 1)
    return np.asarray(ink.reshape(squares.shape), np.float32)


def _paper(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """The paper under the ink of (N, 784): a quadratic surface, fitted robustly.

    Six terms follow shade and shadow across one digit and cannot follow its strokes.
    """
    paper = _medians(pixels)
    for _ in range(2):  # the second fit knows better which pixels are paper
        away = np.abs(pixels - paper)
        reach = np.maximum(_medians(away), 2)
        near = (away <= reach).astype(np.float32)
        products = _product(near, _SQUARES).reshape(-1, TERMS, TERMS) + _RIDGE
        sums = _product(near * pixels, _SURFACE)
        weights = np.linalg.solve(products, sums[..., None])
        paper = _product(weights[..., 0], _SURFACE.T)
    return np.asarray(paper, np.float32)


def _product(
    rows: NDArray[np.float32], columns: NDArray[np.float32]
) -> NDArray[np.float32]:
    """The matrix product, in blocks that OpenBLAS multiplies on one thread.

    Threads save little here, and on a busy machine they wait for one another.
    """
    blocks = [
        rows[start : start + ROWS] @ columns for start in range(0, len(rows), ROWS)
    ]
    return np.concatenate(blocks)


def _medians(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The median of each row, (N, 1); NumPy sorts faster than it selects."""
    middle = rows.shape[1] // 2
    both = np.sort(rows, axis=1)[:, middle - 1 : middle + 1]
    return np.asarray(both.mean(axis=1, keepdims=True), np.float32)


def _full_ink(contrast: NDArray[np.float32]) -> NDArray[np.float32]:
    """The contrast of the strokes' core, not of one hot pixel: (N, 1).

    It is the 90th percentile of the strong pixels.
    """
    ranked = np.sort(contrast, axis=1)
    strong = (ranked > ranked[:, -1:] / 2).sum(axis=1)
    return np.take_along_axis(ranked, -1 - (strong // 10)[:, None], axis=1)


def _noise(
    contrast: NDArray[np.float32], within: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """The standard deviation of the paper outside the boxes, robustly: (N, 1)."""
    ranked = np.sort(np.where(within, np.inf, np.abs(contrast)), axis=1)
    outside = (~within).sum(axis=1)
    median = np.take_along_axis(ranked, (outside // 2)[:, None], axis=1)
    return np.asarray(MAD * median, np.float32)


def _centred_by_mass(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """Shift each (28, 28) by whole pixels to its centre of mass, as in MNIST."""
    steps = np.arange(TILE_SIDE, dtype=np.float32)
    mass = np.maximum(ink.sum(axis=(1, 2)), 1e-6)
    right = MASS_CENTRE - ink.sum(axis=1) @ steps / mass
    down = MASS_CENTRE - ink.sum(axis=2) @ steps / mass
    # A centre of mass lies within its tile, so no shift exceeds MASS_CENTRE.
    room = int(MASS_CENTRE)
    wide = np.zeros((len(ink), TILE_SIDE + 2 * room, TILE_SIDE + 2 * room), np.float32)
    wide[:, room : room + TILE_SIDE, room : room + TILE_SIDE] = ink
    windows = sliding_window_view(wide, ink.shape[1:], axis=(1, 2))
    y, x = (room - shift.round().astype(int) for shift in (down, right))
    moved: NDArray[np.float32] = windows[np.arange(len(ink)), y, x]
    return moved


_across, _down = np.meshgrid(*[np.linspace(-1, 1, TILE_SIDE, dtype=np.float32)] * 2)
_SURFACE = np.stack(
    [np.ones_like(_across), _across, _down, _across**2, _across * _down, _down**2], -1
).reshape(-1, 6)  # (784, 6) the terms of a quadratic surface
TERMS = _SURFACE.shape[1]
_SQUARES = (_SURFACE[:, :, None] * _SURFACE[:, None]).reshape(-1, TERMS**2)
_RIDGE = np.eye(TERMS, dtype=np.float32) * 1e-3  # solvable where little paper shows
