"""How a picture is to be read: the same options for Python, shell, HTTP and batch."""

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from inkten.decimals import DECIMAL_MARKS, DecimalMark
from inkten.image.source import Limits

Rotation: TypeAlias = Literal[0, 90, 180, 270, "auto"]
# On the command line and in HTTP queries, values are text.
ROTATIONS: dict[str, Rotation] = {
    "0": 0,
    "90": 90,
    "180": 180,
    "270": 270,
    "auto": "auto",
}
MIN_CONFIDENCE = 0.51  # fitted by inkten.training.calibrate


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How a picture is to be read.

    Attributes:
        single: the picture is known to hold one digit.
        rotate: degrees to turn the picture clockwise first; ``"auto"`` turns it by
            quarter turns only if several digits are then much more confident.
        min_confidence: a digit of lower confidence is read as ``?``.
        limits: the largest pictures that are read.
        signs: numbers come as they are written, ``12.50`` or ``3/4``; otherwise signs
            are left out and split numbers: ``3/4`` becomes ``3 4``.
        decimal_mark: ``"."`` or ``","``; ``"auto"`` decides by the numbers of the page.

    Raises:
        ValueError: an invalid ``rotate`` or ``decimal_mark``, or a ``min_confidence``
            outside 0 to 1.
    """

    single: bool = False
    rotate: Rotation = "auto"
    min_confidence: float = MIN_CONFIDENCE
    limits: Limits = field(default_factory=Limits)
    signs: bool = False
    decimal_mark: DecimalMark = "auto"

    def __post_init__(self) -> None:
        """Check the values."""
        if self.rotate not in ROTATIONS.values():
            raise ValueError(
                f"rotate={self.rotate!r}; expected 0, 90, 180, 270 or 'auto'"
            )
        if not 0 <= self.min_confidence <= 1:
            raise ValueError(f"min_confidence={self.min_confidence}; expected 0 to 1")
        if self.decimal_mark not in DECIMAL_MARKS:
            raise ValueError(
                f"decimal_mark={self.decimal_mark!r}; expected 'auto', '.' or ','"
            )

    @property
    def first_turn(self) -> int:
        """Degrees by which a picture is turned clockwise before detection."""
        return 0 if self.rotate == "auto" else self.rotate

    def changed(self, **changes: Any) -> "ReadOptions":
        """A copy with those of the ``changes`` that are not None."""
        given = {name: value for name, value in changes.items() if value is not None}
        values = {name: getattr(self, name) for name in self.__slots__}
        return ReadOptions(**(values | given)) if given else self
