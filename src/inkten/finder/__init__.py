"""Gray -> the boxes of its digits, and the order they are read in."""

from inkten.finder.lines import arrange
from inkten.finder.plain import find_digits

__all__ = ["arrange", "find_digits"]
