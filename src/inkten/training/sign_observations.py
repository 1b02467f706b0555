"""The features of places where signs may stand, and which sign does.

``inkten.training.train_sign_verifier`` learns from this.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inkten.candidates import Candidates
from inkten.classification.classes import NOTHING, RULE
from inkten.datasets.packs import Pack
from inkten.line_reading import choose
from inkten.recognition.verifier import Verifier
from inkten.signs.find import LinePlaces, places_of_lines, see_places
from inkten.synthesis.page import Page
from inkten.training.line_observations import unread_on
from inkten.training.sign_crops import AMBIGUOUS, classes_of
from inkten.training.verifier_observations import (
    NUMBERS_PART,
    Observer,
    lines_of_text,
)
from inkten.training.verifier_training import Labelled

WITHOUT_LINE_READER = 7  # every seventh page is read without it, as it may stay out

Floats = NDArray[np.float32]


class SignObserver(NamedTuple):
    """All that reads before signs are verified."""

    observer: Observer
    verifier: Verifier

    def pages(self, pages: Iterable[Page]) -> Iterator[Labelled]:
        """The places on pages; those that show a sign half-way are left out.

        The truth is 0 for no sign, and counts the signs from 1.
        """
        for number, page in enumerate(pages):
            if (read := self._read(page.gray)) is None:
                continue
            if number % WITHOUT_LINE_READER == 0:
                read = replace(read, line_answers=())
            missed = unread_on(read, page)
            if lines := list(self._places(read)):
                features = np.concatenate([own for _, own in lines])
                shown = np.concatenate(
                    [classes_of(line, page, missed) for line, _ in lines]
                )
                is_sign = (shown > NOTHING) & (shown < RULE)
                sign = np.where(is_sign, shown - NOTHING, 0)
                yield Labelled(features, sign).take(shown != AMBIGUOUS)

    def no_signs(self, packs: Sequence[Pack]) -> Iterator[Labelled]:
        """The places on the packs' lines of text and numbers: all of them are bare."""
        for gray in (*lines_of_text(packs), *_numbers(packs)):
            if (read := self._read(gray)) is None:
                continue
            if lines := list(self._places(read)):
                yield Labelled.all_false(np.concatenate([own for _, own in lines]))

    def _read(self, gray: NDArray[np.uint8]) -> Candidates | None:
        candidates, lines = self.observer.read(gray)
        if not lines:
            return None
        read = choose(candidates, lines, self.verifier)
        return read if read.chosen and not read.is_lone_digit else None

    def _places(self, read: Candidates) -> Iterator[tuple[LinePlaces, Floats]]:
        """The places of each line, and their features."""
        boxes = read.detections.boxes[read.chosen]
        pixels, lines = read.image.pixels, read.lines
        for line in places_of_lines(pixels, boxes, lines, read.line_answers):
            if len(line.boxes):
                (seen,) = see_places([line], self.observer.classifier.classes)
                yield line, line.features(*seen)


def _numbers(packs: Sequence[Pack]) -> Iterator[NDArray[np.uint8]]:
    """The packs' pictures of numbers, which are digits alone."""
    for pack in packs:
        if (pictures := pack.numbers(NUMBERS_PART)) is not None:
            yield from (pictures[index] for index in range(len(pictures)))
