"""Which way is up: quarter turns of a picture, and a score of each."""

from inkten.options import Rotation
from inkten.reading import Reading

QUARTER_TURNS = (0, 90, 180, 270)  # degrees, clockwise
DOUBT = 0.5  # a digit of lower confidence makes an orientation less likely


def quarter_turns(rotate: Rotation) -> tuple[int, ...]:
    """The turns to try, in degrees clockwise: one, or all four."""
    return QUARTER_TURNS if rotate == "auto" else (rotate,)


def orientation_score(reading: Reading) -> float:
    """How much speaks for an orientation: sure digits do, doubtful ones against it."""
    return sum(digit.confidence - DOUBT for digit in reading.digits)
