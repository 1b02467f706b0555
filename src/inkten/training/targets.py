"""What the detector should say of a page, and how wrong it is.

After Zhou, Wang, Kraehenbuehl 2019, "Objects as Points": a heat map with a soft spot
on the middle of each digit, and at that cell its offset, size and value.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkten.detection.heatmap import CELL, DIGITS, HEAT, OFFSET, SIZE, USUAL
from inkten.detection.pyramid import PADDING
from inkten.synthesis.page import Page
from inkten.training.backend import keras

# The channels of a target
TARGET_CHANNELS = 7
SPOT, MIDDLE, TARGET_OFFSET, TARGET_SIZE, VALUE = 0, 1, slice(2, 4), slice(4, 6), 6
SPOT_SHARE = 0.12  # of a digit's size: the spread of its spot
SPOT_LIMITS = (0.6, 1.3)  # cells: seen by the network, but never two in one
PLACE_WEIGHT, DIGIT_WEIGHT = 1.0, 0.5  # against the heat's 1


def encode(page: Page) -> NDArray[np.float32]:
    """Write the truth of a page as a (h, w, 7) float32 target.

    Its cells are those of the page carried on by `pad`, as the detector sees it.
    """
    across = (len(page.gray) + 2 * PADDING) // CELL
    target = np.zeros((across, across, TARGET_CHANNELS), np.float32)
    steps = np.arange(across) + 0.5  # the middles of the cells
    in_range = zip(page.boxes[page.in_range], page.values[page.in_range], strict=True)
    for (x, y, width, height), value in in_range:
        middle = np.array([x + width / 2, y + height / 2]) + PADDING
        middle /= CELL
        column, row = np.clip(middle.astype(int), 0, across - 1)
        spread = np.clip(np.array([width, height]) / CELL * SPOT_SHARE, *SPOT_LIMITS)
        # The spot's summit is its cell, so that exactly one cell is fully hot.
        beside = np.exp(-(((steps - column - 0.5) / spread[0]) ** 2) / 2)
        above = np.exp(-(((steps - row - 0.5) / spread[1]) ** 2) / 2)
        spot = np.outer(above, beside)
        target[..., SPOT] = np.maximum(target[..., SPOT], spot)
        cell = target[row, column]
        cell[MIDDLE] = 1
        cell[TARGET_OFFSET] = middle - (column, row)
        cell[TARGET_SIZE] = np.log(np.array([width, height]) / USUAL)
        cell[VALUE] = value
    return target


def detector_loss(target: Any, cells: Any) -> Any:
    """Score (N, h, w, 15) cells against (N, h, w, 7) targets: (N,), less is better."""
    ops = keras.ops
    cells = ops.cast(cells, "float32")
    middle = target[..., MIDDLE]
    digits_here = ops.sum(middle, axis=(1, 2))
    place = ops.abs(cells[..., OFFSET] - target[..., TARGET_OFFSET]) + ops.abs(
        cells[..., SIZE] - target[..., TARGET_SIZE]
    )
    digit = keras.losses.sparse_categorical_crossentropy(
        ops.cast(target[..., VALUE], "int32"), cells[..., DIGITS], from_logits=True
    )
    at_middles = PLACE_WEIGHT * ops.sum(place, axis=-1) + DIGIT_WEIGHT * digit
    per_cell = _focal(target[..., SPOT], middle, cells[..., HEAT]) + middle * at_middles
    # By the mean page's digits, not each page's own: an empty page must count, too.
    usual_count = ops.maximum(ops.mean(digits_here), 1.0)
    return ops.sum(per_cell, axis=(1, 2)) / usual_count


def _focal(spot: Any, middle: Any, heat: Any) -> Any:
    """The focal loss of CornerNet (Law, Deng 2018): hard cells count, easy ones not."""
    ops = keras.ops
    hot = ops.sigmoid(heat)
    log_hot, log_cold = -ops.softplus(-heat), -ops.softplus(heat)
    at_middle = -((1 - hot) ** 2) * log_hot
    elsewhere = -((1 - spot) ** 4) * hot**2 * log_cold
    return middle * at_middle + (1 - middle) * elsewhere
