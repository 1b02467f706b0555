"""What detector and line reader should output, and their losses.

The detector's target is after Zhou, Wang, Kraehenbuehl 2019, "Objects as Points": a
heat map with a Gaussian at the centre of each digit, and in that cell the digit's
offset, size and value. The line reader's target is the text of a strip.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inkten.detection.heatmap import CELL, DIGITS, HEAT, OFFSET, SIZE, USUAL
from inkten.detection.pyramid import PADDING
from inkten.recognition.decoding import BLANK
from inkten.synthesis.page import Page
from inkten.training.backend import keras

# The channels of a target
TARGET_CHANNELS = 7
TARGET_HEAT, CENTRE, VALUE = 0, 1, 6
TARGET_OFFSET, TARGET_SIZE = slice(2, 4), slice(4, 6)
SPREAD = 0.12  # of a digit's size: the standard deviation of its Gaussian
SPREAD_LIMITS = 0.6, 1.3  # cells: wide enough to learn, too narrow to merge digits
BOX_WEIGHT, DIGIT_WEIGHT = 1.0, 0.5  # of offset and size, and of the digit; heat: 1


def encode(page: Page) -> NDArray[np.float32]:
    """The target of a page: (h, w, 7) float32, for the page with its padding."""
    side = (len(page.gray) + 2 * PADDING) // CELL
    target = np.zeros((side, side, TARGET_CHANNELS), np.float32)
    cells = np.arange(side)
    in_range = zip(page.boxes[page.in_range], page.values[page.in_range], strict=True)
    for (x, y, width, height), value in in_range:
        centre = np.array([x + width / 2, y + height / 2]) + PADDING
        centre /= CELL
        column, row = np.clip(centre.astype(int), 0, side - 1)
        spread = np.clip(np.array([width, height]) / CELL * SPREAD, *SPREAD_LIMITS)
        # Centred on the cell, not on the digit: exactly one cell has a heat of 1.
        across = np.exp(-(((cells - column) / spread[0]) ** 2) / 2)
        down = np.exp(-(((cells - row) / spread[1]) ** 2) / 2)
        heat = np.outer(down, across)
        target[..., TARGET_HEAT] = np.maximum(target[..., TARGET_HEAT], heat)
        cell = target[row, column]
        cell[CENTRE] = 1
        cell[TARGET_OFFSET] = centre - (column, row)
        cell[TARGET_SIZE] = np.log(np.array([width, height]) / USUAL)
        cell[VALUE] = value
    return target


def detector_loss(target: Any, cells: Any) -> Any:
    """The loss of each page, (N,), for targets (N, h, w, 7) and cells (N, h, w, 15)."""
    ops = keras.ops
    cells = ops.cast(cells, "float32")
    centre = target[..., CENTRE]
    box_error = ops.abs(cells[..., OFFSET] - target[..., TARGET_OFFSET]) + ops.abs(
        cells[..., SIZE] - target[..., TARGET_SIZE]
    )
    digit_loss = keras.losses.sparse_categorical_crossentropy(
        ops.cast(target[..., VALUE], "int32"), cells[..., DIGITS], from_logits=True
    )
    at_centre = BOX_WEIGHT * ops.sum(box_error, axis=-1) + DIGIT_WEIGHT * digit_loss
    heat_loss = _focal_loss(target[..., TARGET_HEAT], centre, cells[..., HEAT])
    per_cell = heat_loss + centre * at_centre
    # Divided by the mean number of digits on a page of the batch, not by each page's
    # own: pages without digits must count, too.
    digits_per_page = ops.maximum(ops.mean(ops.sum(centre, axis=(1, 2))), 1.0)
    return ops.sum(per_cell, axis=(1, 2)) / digits_per_page


def _focal_loss(target_heat: Any, centre: Any, logits: Any) -> Any:
    """The focal loss of CornerNet (Law, Deng 2018), where easy cells hardly count."""
    ops = keras.ops
    heat = ops.sigmoid(logits)
    log_heat, log_cold = -ops.softplus(-logits), -ops.softplus(logits)
    at_centre = -((1 - heat) ** 2) * log_heat
    elsewhere = -((1 - target_heat) ** 4) * heat**2 * log_cold
    return centre * at_centre + (1 - centre) * elsewhere


def line_loss(target: Any, answers: Any) -> Any:
    """The CTC loss of each strip, (N,), for its logits (N, T, 24).

    After Graves, Fernandez, Gomez, Schmidhuber 2006, "Connectionist temporal
    classification".

    Args:
        target: (N, L) the characters of each strip, then blanks (10).
        answers: (N, T, 24) logits; 10 is blank.
    """
    ops = keras.ops
    target, answers = ops.cast(target, "int32"), ops.cast(answers, "float32")
    lengths = ops.sum(ops.cast(target != BLANK, "int32"), axis=1)
    steps = ops.full_like(lengths, 1) * ops.shape(answers)[1]
    return ops.nn.ctc_loss(target, answers, lengths, steps, mask_index=BLANK)
