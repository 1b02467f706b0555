"""Random choices. A page makes hundreds of them, so each avoids NumPy's overhead."""

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Thing = TypeVar("Thing")


def happens(rng: np.random.Generator, share: float) -> bool:
    """True with this probability."""
    return rng.random() < share


def pick(
    rng: np.random.Generator, things: Sequence[Thing], shares: Sequence[float] = ()
) -> Thing:
    """Pick one item: all equally likely, or with these probabilities, which sum to 1.

    Example:
        >>> pick(np.random.default_rng(0), ("rare", "common"), (0.01, 0.99))
        'common'
    """
    draw = rng.random()
    if not shares:
        return things[int(draw * len(things))]
    for thing, share in zip(things, shares, strict=True):
        draw -= share
        if draw < 0:
            return thing
    return things[-1]


def log_uniform(rng: np.random.Generator, least: float, most: float) -> float:
    """Draw a size: 10 to 20 is as likely as 20 to 40."""
    return math.exp(rng.uniform(math.log(least), math.log(most)))
