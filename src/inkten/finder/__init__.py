"""Gray -> where the digits are, and the order they are read in."""

from inkten.finder.glance import glance_at, want_full_look
from inkten.finder.lines import arrange
from inkten.finder.peaks import Finds
from inkten.finder.pyramid import LARGEST_LEVEL
from inkten.finder.search import Finder, wants_closer_look

__all__ = [
    "LARGEST_LEVEL",
    "Finder",
    "Finds",
    "arrange",
    "glance_at",
    "want_full_look",
    "wants_closer_look",
]
