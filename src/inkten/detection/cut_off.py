"""A digit that is cut off: its ink runs on past its box.

Of a tall 6 the detector sometimes finds the loop alone, and of an open 4 its right
half. The stroke then leaves the box. With as much paper around all of that ink as the
detector learned from, it finds the whole digit.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.detection.digit_ink import ink_like_digits, without_paper
from inkten.detection.margin import add_margin
from inkten.detection.pyramid import normalize_local_contrast

HEIGHT = 20  # px: the picture is reduced until the digit is so high; dots of ink join
PADDING = 4  # px of the reduced picture
# In heights of the box. Of 1,200 digits of Swiss validation writers, 6 run on so far,
# among them the 4 that the cnn misreads.
RUNS_ON = 0.2
LARGEST = 3.0  # ink that is higher or wider is a rule or a frame
PAPER = 1.0  # around the ink, in its long sides: with half of it, a 6 was still cut off


def ink_running_on(
    gray: NDArray[np.uint8], digit: NDArray[np.float32]
) -> NDArray[np.float32] | None:
    """The box of the connected ink that leaves a digit's box; None if it ends there.

    Args:
        gray: (H, W) uint8.
        digit: (4,) x, y, width, height, px.
    """
    height = max(float(digit[3]), 1.0)
    zoom = min(HEIGHT / height, 1.0)
    size = [max(1, round(side * zoom)) for side in reversed(gray.shape)]
    reduced = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    padded = add_margin(np.asarray(reduced, np.uint8), PADDING)
    contrast = without_paper(normalize_local_contrast(padded))
    first = np.maximum(np.round(digit[:2] * zoom).astype(int) + PADDING, 0)
    end = np.round((digit[:2] + digit[2:]) * zoom).astype(int) + PADDING
    inside = np.s_[first[1] : end[1], first[0] : end[0]]
    ink = ink_like_digits(contrast, np.array([[*first, *end]]))
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(ink)
    shares = np.bincount(pieces[inside].ravel(), minlength=count)[1:]  # 0 is the paper
    if not shares.any():
        return None
    whole = stats[1 + shares.argmax(), :4].astype(np.float32)
    whole[:2] -= PADDING
    whole /= np.float32(zoom)
    before = digit[:2] - whole[:2]
    after = whole[:2] + whole[2:] - digit[:2] - digit[2:]
    runs_on = max(before.max(), after.max()) > RUNS_ON * height
    return whole if runs_on and whole[2:].max() <= LARGEST * height else None


def with_paper(
    gray: NDArray[np.uint8], ink: NDArray[np.float32]
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """The part of a picture around some ink, with paper added beyond its borders.

    Returns:
        The part, (H, W) uint8, and the place of its corner in the picture, (2,) x, y.
    """
    paper = round(PAPER * float(ink[2:].max()))
    # In pixels of the picture with paper added
    left, top = np.maximum(np.floor(ink[:2]), 0).astype(int).tolist()
    right, bottom = np.ceil(ink[:2] + ink[2:] + 2 * paper).astype(int).tolist()
    part = add_margin(gray, paper)[top:bottom, left:right]
    return part, np.array([left - paper, top - paper], np.float32)
