"""Gray -> where the digits are, and the order they are read in."""

from inkten.finder.enlarging import want_enlarging
from inkten.finder.lines import arrange
from inkten.finder.peaks import Finds
from inkten.finder.pyramid import LARGEST_LEVEL
from inkten.finder.search import Finder, wants_closer_look

__all__ = [
    "LARGEST_LEVEL",
    "Finder",
    "Finds",
    "arrange",
    "want_enlarging",
    "wants_closer_look",
]
