"""What was learned: the figures before and after, and the labels that look wrong."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from inkten.evaluation.measure import Share
from inkten.learning.examples import LeftOut

MNIST_TOLERANCE = 0.001  # of MNIST's digits may be lost: chance alone is as large


@dataclass(frozen=True)
class DoubtfulLabel:
    """A digit whose label looks wrong.

    Attributes:
        name: the picture.
        label: the digit that the label has.
        place: its place in the label, from 1.
        reads: the digit that it looks like.
    """

    name: str
    label: int
    place: int
    reads: int


@dataclass(frozen=True)
class LearningReport:
    """What was learned from, and what that changed.

    Attributes:
        pictures: the number of pictures that were learned from.
        digits: the number of digits on them.
        held_back: the number of pictures that were read by a head that had not seen
            them: all, in turns, or a fifth of them where there are many.
        before: how many of those were read correctly by the model as it was.
        after: how many of them are read correctly with what was learned.
        mnist_before: how many of MNIST's validation digits the model named correctly.
        mnist_after: how many of them it names correctly now.
        doubtful: the labels that look wrong; they were not learned from.
        left_out: the pictures that cannot be used, and why.
    """

    pictures: int
    digits: int
    held_back: int
    before: Share
    after: Share
    mnist_before: Share
    mnist_after: Share
    doubtful: Sequence[DoubtfulLabel]
    left_out: Sequence[LeftOut]

    @property
    def worse(self) -> str:
        """What got worse; empty if nothing did."""
        if self.after.part < self.before.part:
            return (
                f"of {self.held_back} pictures held back, "
                f"{self.held_back - self.after.part} are read wrong, and "
                f"{self.held_back - self.before.part} were before"
            )
        if self.mnist_before.value - self.mnist_after.value > MNIST_TOLERANCE:
            return (
                f"of MNIST's digits {self.mnist_after.value:.2%} are named correctly, "
                f"and {self.mnist_before.value:.2%} were before"
            )
        return ""

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        return {**asdict(self), "worse": self.worse}
