"""Drop-out colour: a form's printed colour is removed before anything is read.

Ink absorbs light. On the scale of optical density (the negative logarithm of the share
of light that is left; Beer and Lambert) inks on top of each other add up. Red print is
dense in the green and the blue light and nearly transparent to the red; pens are dense
in the red light, too. How dense the print is in its own light is measured on the
reference picture.
"""

from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

Colours = NDArray[np.uint8]  # (H, W, 3) RGB, or (H, W) gray
Gray = NDArray[np.uint8]

PAPER_SIDE = 400  # px, the long side of a picture on which the paper is estimated
PAPER_REACH = 15  # px of that picture: wider than any stroke, narrower than shadows
MIN_DENSITY = 0.15  # of print: thinner ink has no reliable colour
MIN_PRINT = 50  # pixels of print that tell its colour
MAX_LEAK = 0.6  # print denser than this in its own light is not of that colour
USUAL_LEAK = 0.2  # of red print in red light, if too little print is seen


class Dropout(StrEnum):
    """The colour that a form is printed in."""

    RED = "red"  # orange and pink, too
    GREEN = "green"
    BLUE = "blue"


CHANNELS = {Dropout.RED: 0, Dropout.GREEN: 1, Dropout.BLUE: 2}


def reduced_paper(picture: Colours, widest: float = 0.0) -> Colours:
    """The paper without ink, with its light and shadows, at ``PAPER_SIDE`` px.

    Args:
        picture: (H, W) gray or (H, W, 3).
        widest: how wide inked areas are, a share of its long side: filled tick boxes.
    """
    height, width = picture.shape[:2]
    zoom = min(1.0, PAPER_SIDE / max(height, width))
    size = max(1, round(width * zoom)), max(1, round(height * zoom))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    # A median first: a closing alone follows the brightest specks of noise.
    small = cv2.medianBlur(small, 3) if min(size) > 3 else small
    side = max(PAPER_REACH, round(widest * max(size)) | 1)
    reach = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, reach)
    return np.asarray(cv2.GaussianBlur(paper, (0, 0), PAPER_REACH / 3), np.uint8)


def paper_of(picture: Colours) -> NDArray[np.float32]:
    """The paper without ink, of the shape of the picture."""
    size = picture.shape[1::-1]
    large = cv2.resize(reduced_paper(picture), size, interpolation=cv2.INTER_LINEAR)
    return np.maximum(np.asarray(large, np.float32), 1)


def print_leak(
    picture: Colours, dropout: Dropout, is_print: NDArray[np.bool_] | None = None
) -> float:
    """How dense the print of a colour is in its own light, as a share of the others.

    Args:
        picture: (H, W, 3), a form.
        dropout: the colour of the print.
        is_print: (H, W) where the print is; everywhere if None.
    """
    own, others = _densities(picture, paper_of(picture), dropout)
    printed = (others > MIN_DENSITY) & (own < MAX_LEAK * others)
    if is_print is not None:
        printed &= is_print
    if printed.sum() < MIN_PRINT:
        return USUAL_LEAK
    return float(np.median(own[printed] / others[printed]))


def colour_share(picture: Colours, dropout: Dropout) -> float:
    """The share of a form's print that has a colour, 0..1."""
    paper = paper_of(picture)
    own, others = _densities(picture, paper, dropout)
    is_print = np.maximum(own, others) > MIN_DENSITY
    printed = is_print & (own < MAX_LEAK * others)
    return float(printed.sum() / max(is_print.sum(), 1))


def without_colour(
    picture: Colours, paper: NDArray[np.float32], dropout: Dropout, leak: float
) -> Gray:
    """The picture as (H, W) gray on white paper, without ink of a colour.

    Args:
        picture: (H, W, 3).
        paper: (H, W, 3), its paper without ink.
        dropout: the colour to remove.
        leak: how dense that colour is in its own light.
    """
    own, others = _densities(picture, paper, dropout)
    density = (own - leak * others) / (1 - leak)
    return np.asarray(255 * np.exp(-np.maximum(density, 0)), np.uint8)


def on_white(gray: Gray, paper: NDArray[np.float32]) -> Gray:
    """A gray picture on evenly lit white paper, (H, W)."""
    return np.asarray(np.minimum(gray * (255 / paper), 255), np.uint8)


def _densities(
    picture: Colours, paper: NDArray[np.float32], dropout: Dropout
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The density in the light of the colour, and the mean of the others: (H, W)."""
    light = np.clip(np.maximum(picture, 1) / paper, None, 1)
    density = -np.log(light)
    channel = CHANNELS[dropout]
    own = density[..., channel]
    others = (density.sum(axis=2) - own) / 2
    return np.asarray(own, np.float32), np.asarray(others, np.float32)
