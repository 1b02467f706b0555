"""Chances in plain words; each is drawn a dozen times a page, so each is cheap."""

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Thing = TypeVar("Thing")


def happens(rng: np.random.Generator, share: float) -> bool:
    """True in this share of all cases."""
    return rng.random() < share


def pick(
    rng: np.random.Generator, things: Sequence[Thing], shares: Sequence[float] = ()
) -> Thing:
    """One of the things: each as likely, or in these shares, which sum to 1.

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
    """A size: as likely between 10 and 20 as between 20 and 40."""
    return math.exp(rng.uniform(math.log(least), math.log(most)))
