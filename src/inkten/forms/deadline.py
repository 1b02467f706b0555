"""When a reading has to end: what takes long is asked for piece by piece."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point in time after which nothing more is begun.

    Attributes:
        at: by ``time.monotonic()``.
    """

    at: float

    def each(self, items: Iterable[T]) -> Iterator[T]:
        """The items, one by one, as long as there is time.

        Raises:
            TimeoutError: the deadline has passed, and there is another item.
        """
        for item in items:
            if monotonic() > self.at:
                raise TimeoutError("the form was not read by its deadline")
            yield item
