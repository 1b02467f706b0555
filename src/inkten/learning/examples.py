"""A user's pictures with their texts -> the tiles of single digits.

Each picture is read as always. Where as many digits are found as are written, the tiles
that were read are the examples, in reading order; other pictures are left out, and
named with the reason.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inkten.datasets.labels import LabelledPicture, load_labels
from inkten.errors import DataError
from inkten.evaluation.measure import without_separators
from inkten.image.source import Picture
from inkten.options import ReadOptions
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
    def options(self) -> ReadOptions:
        """How it is read: the label says whether it holds a single digit."""
        return ReadOptions(single=len(self.text) == 1, min_confidence=0)


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
        tiles: (N, 28, 28) float32, ink = 1.
        digits: (N,) 0 to 9.
        owners: (N,) the picture that each tile was cut from.
        left_out: the pictures that cannot be used.
    """

    pictures: Sequence[OwnPicture]
    correct: NDArray[np.bool_]
    tiles: NDArray[np.float32]
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
) -> Examples:
    """Read pictures, and cut a tile of each digit.

    Args:
        reader: finds the digits.
        pictures: what is written on each is known.
        on_picture: called after each picture, to show progress.

    Raises:
        DataError: too few digits can be used.
    """
    used: list[OwnPicture] = []
    correct: list[bool] = []
    tiles: list[NDArray[np.float32]] = []
    left_out: list[LeftOut] = []
    for own, answer in zip(pictures, read_each(reader, pictures), strict=True):
        if on_picture:
            on_picture()
        reason = _unusable(own, answer)
        if reason or not isinstance(answer, Reading):
            left_out.append(LeftOut(own.name, reason))
            continue
        used.append(own)
        correct.append(is_correct(own, answer))
        tiles += [digit.tile for digit in answer.digits]
    if len(tiles) < MIN_DIGITS:
        raise _too_few(len(tiles), left_out)
    lengths = [len(own.text) for own in used]
    return Examples(
        used,
        np.array(correct),
        np.stack(tiles),
        np.array([int(digit) for own in used for digit in own.text]),
        np.repeat(np.arange(len(used)), lengths),
        left_out,
    )


def read_each(
    reader: Reader, pictures: Sequence[OwnPicture]
) -> list[Reading | Exception]:
    """Read pictures in batches: those of one digit, and the others."""
    answers: dict[int, Reading | Exception] = {}
    for single in (True, False):
        places = [i for i, own in enumerate(pictures) if own.options.single == single]
        batches = reader.read_batches(
            (pictures[place].picture for place in places),
            reader.options.changed(single=single, min_confidence=0.0),
        )
        found = [answer for batch in batches for answer in batch]
        answers |= zip(places, found, strict=True)
    return [answers[place] for place in range(len(pictures))]


def is_correct(own: OwnPicture, reading: Reading | Exception) -> bool:
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


def _unusable(own: OwnPicture, answer: Reading | Exception) -> str:
    """Why a picture cannot be learned from; empty if it can."""
    if not isinstance(answer, Reading):
        return str(getattr(answer, "reason", answer))
    if not own.text:
        return "its label has no digit"
    found = len(answer.digits)
    if found != len(own.text):
        return f"its label has {len(own.text)} digits, and {found} were found"
    return ""


def _too_few(count: int, left_out: Sequence[LeftOut]) -> DataError:
    first = f" ({left_out[0].name}: {left_out[0].reason})" if left_out else ""
    return DataError(
        f"{count} digits to learn from, and {len(left_out)} pictures that cannot be "
        f"used{first}; expected at least {MIN_DIGITS} digits. Add pictures: five of "
        "each digit are a good start."
    )
