"""What is known of a picture before it is put in reading order."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkten.belief import are_digits
from inkten.finder import Finds, wants_enlarging
from inkten.picture import Gray


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A picture as gray, what was found on it, and what that is taken for."""

    gray: Gray
    finds: Finds  # N of them, in pixels of the gray, surest first
    tiles: NDArray[np.float32]  # (N, 28, 28), ink = 1
    probabilities: NDArray[np.float32]  # (N, 10), 0..1

    @property
    def believed(self) -> NDArray[np.bool_]:
        """Which finds are digits, (N,)."""
        return are_digits(self.probabilities)

    @property
    def likeliest(self) -> NDArray[np.bool_]:
        """The one find that is likeliest to be a digit, if any, (N,)."""
        belief = self.probabilities.sum(axis=1)  # the surer find wins a draw
        chosen = np.zeros(len(belief), np.bool_)
        if len(belief):
            chosen[belief.argmax()] = True
        return chosen

    def chosen(self, *, single: bool) -> NDArray[np.bool_]:
        """Which finds are read, (N,): the likeliest one, or all that are believed."""
        return self.likeliest if single else self.believed

    def is_doubtful(self, *, single: bool) -> bool:
        """Whether the picture, seen as it is, should be seen enlarged as well."""
        chosen = self.chosen(single=single)
        return wants_enlarging(
            self.finds.boxes[chosen],
            self.probabilities[chosen].max(axis=1),
            self.gray.pixels,
        )
