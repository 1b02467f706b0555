"""A user's pictures with their texts -> the tiles of single digits.

Each picture is read as always. Where as many digits are found as are written, the tiles
that were read are the examples, in reading order; other pictures are left out, and
named with the reason.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inkten.classification.inputs import tiles_of
from inkten.datasets.labels import LabelledPicture, load_labels
from inkten.errors import DataError
from inkten.evaluation.measure import without_separators
from inkten.image.source import Picture, Unreadable
from inkten.reader import Reader
from inkten.reading import Reading

MIN_DIGITS = 5  # fewer say nothing about a hand

# A folder or a labels.csv; or a picture and the text written on it
Source: TypeAlias = str | os.PathLike[str] | tuple[Picture, str]


@dataclass(frozen=True, eq=False)
class OwnPicture:
    """A picture, its name for people, and the digits written on it."""

    name: str
    picture: Picture
    text: str

    @property
    def is_single(self) -> bool:
        """Whether it holds a single digit."""
        return len(self.text) == 1


@dataclass(frozen=True)
class LeftOut:
    """A picture that cannot be learned from, and why."""

    name: str
    reason: str


@dataclass(frozen=True, eq=False)
class Examples:
    """The digits to learn from.

    Attributes:
        pictures: P pictures.
        correct: (P,) whether each was read correctly.
        tiles: (N, 28, 28) float32, ink = 1; (N, 28, 28, 2) with their context.
        probabilities: (N, 10) float32, each digit's, as the tiles were read.
        digits: (N,) 0 to 9.
        owners: (N,) the picture that each tile was cut from.
        left_out: the pictures that cannot be used.
    """

    pictures: Sequence[OwnPicture]
    correct: NDArray[np.bool_]
    tiles: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    digits: NDArray[np.int64]
    owners: NDArray[np.int64]
    left_out: Sequence[LeftOut]


def own_pictures(sources: Iterable[Source]) -> list[OwnPicture]:
    """List the pictures of folders, labels.csv files and pairs.

    Raises:
        DataError: a source does not exist or is in another format, or a text has other
            characters than digits.
    """
    pictures: list[OwnPicture] = []
    for number, source in enumerate(sources, 1):
        if isinstance(source, tuple):
            picture, text = source
            pictures.append(_pair(picture, text, number))
        else:
            pictures += map(_labelled, load_labels(Path(source)))
    return pictures


def cut_examples(
    reader: Reader,
    pictures: Sequence[OwnPicture],
    on_picture: Callable[[], None] | None = None,
    *,
    context: bool = False,
) -> Examples:
    """Read pictures, and cut a tile of each digit.

    Args:
        reader: finds the digits.
        pictures: what is written on each is known.
        on_picture: called after each picture, to show progress.
        context: also cut each digit's surroundings, for a classifier that names signs.

    Raises:
        DataError: too few digits can be used.
    """
    correct: dict[int, bool] = {}  # by the place of the picture
    tiles: dict[int, NDArray[np.float32]] = {}
    read_as: dict[int, list[tuple[float, ...]]] = {}
    left_out: dict[int, LeftOut] = {}
    for place, answer in read_each(reader, pictures):
        own = pictures[place]
        if reason := _unusable(own, answer):
            left_out[place] = LeftOut(own.name, reason)
        elif isinstance(answer, Reading):
            correct[place] = is_correct(own, answer)
            tiles[place] = tiles_of(answer, answer.digits, context=context)
            read_as[place] = [digit.probabilities for digit in answer.digits]
        if on_picture:
            on_picture()
    places = sorted(tiles)
    used = [pictures[place] for place in places]
    excluded = [left_out[place] for place in sorted(left_out)]
    count = sum(len(own.text) for own in used)
    if count < MIN_DIGITS:
        raise _too_few(count, excluded)
    return Examples(
        pictures=used,
        correct=np.array([correct[place] for place in places]),
        tiles=np.concatenate([tiles[place] for place in places]),
        probabilities=np.array(
            [each for place in places for each in read_as[place]], np.float32
        ),
        digits=np.array([int(digit) for own in used for digit in own.text]),
        owners=np.repeat(np.arange(len(used)), [len(own.text) for own in used]),
        left_out=excluded,
    )


def read_each(
    reader: Reader, pictures: Sequence[OwnPicture]
) -> Iterator[tuple[int, Reading | Unreadable]]:
    """Read pictures in batches: first those of one digit, then the others.

    A label says whether its picture holds a single digit. Yields the place of each
    picture and its reading or its error; few are held at once, as photos are large.
    """
    for single in (True, False):
        places = [i for i, own in enumerate(pictures) if own.is_single == single]
        batches = reader.read_batches(
            (pictures[place].picture for place in places),
            single=single,
            min_confidence=0.0,
        )
        answers = (answer for batch in batches for answer in batch)
        yield from zip(places, answers, strict=True)


def is_correct(own: OwnPicture, reading: Reading | Unreadable) -> bool:
    """Whether a picture's digits were read as they are written."""
    if not isinstance(reading, Reading):
        return False
    return without_separators(reading.text) == own.text


def _labelled(picture: LabelledPicture) -> OwnPicture:
    return OwnPicture(str(picture.path), picture.path, without_separators(picture.text))


def _pair(picture: Picture, text: str, number: int) -> OwnPicture:
    written = without_separators(text)
    if not (written.isascii() and written.isdigit()):
        raise DataError(
            f"text {text!r}; expected digits, with a space between numbers and '|' "
            "between lines. Correct the text.",
            name=f"picture {number}",
        )
    name = str(picture) if isinstance(picture, str | os.PathLike) else ""
    return OwnPicture(name or f"picture {number}", picture, written)


def _unusable(own: OwnPicture, answer: Reading | Unreadable) -> str:
    """Why a picture cannot be learned from; empty if it can."""
    if not isinstance(answer, Reading):
        return answer.reason
    if not own.text:
        return "its label has no digit"
    found = len(answer.digits)
    if found != len(own.text):
        was = "was" if found == 1 else "were"
        return (
            f"its label has {_counted(len(own.text), 'digit')}, and {found} {was} found"
        )
    return ""


def _too_few(count: int, left_out: Sequence[LeftOut]) -> DataError:
    first = f" ({left_out[0].name}: {left_out[0].reason})" if left_out else ""
    return DataError(
        f"{_counted(count, 'digit')} to learn from, and "
        f"{_counted(len(left_out), 'picture')} that cannot be used{first}; expected at "
        f"least {MIN_DIGITS} digits. Add pictures: five of each digit are a good start."
    )


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
