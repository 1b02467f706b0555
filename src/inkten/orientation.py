"""Which way is up: when a quarter turn of a picture is tried, and when it is kept."""

import numpy as np
from numpy.typing import NDArray

OTHER_TURNS = (90, 180, 270)  # degrees clockwise
DOUBT = 0.5  # a digit of lower confidence makes an orientation less likely
DOUBTFUL = 0.8  # mean confidence: below it, digits may lie on their side
FEWEST = 2  # digits: a single one does not show which way is up (6 or 9, 1 or 7)
MOST = 0.5  # of the ink of a digit's size: a turn is kept if digits are that much of it
SURER_BY = 1.0  # of the score, two sure digits: a turn must win by this much


def orientation_score(confidences: NDArray[np.float32]) -> float:
    """Score an orientation: sure digits raise the score, doubtful ones lower it."""
    return float(confidences.sum()) - DOUBT * len(confidences)


def is_doubtful(confidences: NDArray[np.float32], uncovered: int = 0) -> bool:
    """Whether digits of these confidences may lie on their side.

    Args:
        confidences: (N,) those of the digits found.
        uncovered: how many pieces of ink of a digit's size were not read.
    """
    return float(confidences.sum()) <= DOUBTFUL * (len(confidences) + uncovered)


def is_much_surer(turned: NDArray[np.float32], as_it_lies: NDArray[np.float32]) -> bool:
    """Whether the digits on the turned picture are clearly more confident."""
    gain = orientation_score(turned) - orientation_score(as_it_lies)
    return len(turned) >= FEWEST and gain >= SURER_BY


def covers_most(confidences: NDArray[np.float32], uncovered: int) -> bool:
    """Whether digits of these confidences are most of the ink of a digit's size.

    Some letters of a text on its side pass for digits; most of them are left over.

    Args:
        confidences: (N,) those of the digits found.
        uncovered: how many pieces of ink of a digit's size were not read.
    """
    return float(confidences.sum()) >= MOST * (len(confidences) + uncovered)
