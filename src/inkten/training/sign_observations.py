"""What is seen where signs may stand, and whether one does.

``inkten.training.train_sign_verifier`` learns from this.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inkten.candidates import Candidates
from inkten.classification.classes import NOTHING, RULE
from inkten.datasets.packs import Pack
from inkten.line_reading import choose
from inkten.recognition.verifier import Verifier
from inkten.signs.find import LinePlaces, cut_places, places_of_lines
from inkten.signs.verifier import features_of
from inkten.synthesis.page import Page
from inkten.training.line_observations import unread_on
from inkten.training.sign_crops import AMBIGUOUS, classes_of
from inkten.training.verification import Labelled
from inkten.training.verifier_observations import (
    NUMBERS_PART,
    Observer,
    lines_of_text,
)

UNHEARD = 7  # on every seventh page, the line reader says nothing, as it may stay out

Floats = NDArray[np.float32]


class SignObserver(NamedTuple):
    """All that reads before signs are verified."""

    observer: Observer
    verifier: Verifier

    def pages(self, pages: Sequence[Page]) -> Iterator[Labelled]:
        """The places on pages; those that show a sign half-way are left out.

        The truth is 0 for no sign, and counts the signs from 1.
        """
        for number, page in enumerate(pages):
            if (read := self._read(page.gray)) is None:
                continue
            if number % UNHEARD == 0:
                read = replace(read, line_answers=())
            missed = unread_on(read, page)
            for line, features in self._places(read):
                shown = classes_of(line, page, missed)
                is_sign = (shown > NOTHING) & (shown < RULE)
                sign = np.where(is_sign, shown - NOTHING, 0)
                yield Labelled(features, sign).take(shown != AMBIGUOUS)

    def no_signs(self, packs: Sequence[Pack]) -> Iterator[Labelled]:
        """The places on the packs' lines of text and numbers: all of them are bare."""
        for gray in (*lines_of_text(packs), *_numbers(packs)):
            if (read := self._read(gray)) is not None:
                for _, features in self._places(read):
                    yield Labelled.all_false(features)

    def _read(self, gray: NDArray[np.uint8]) -> Candidates | None:
        candidates, lines = self.observer.read(gray)
        if not lines:
            return None
        read = choose(candidates, lines, self.verifier)
        return read if read.chosen and not read.is_lone_digit else None

    def _places(self, read: Candidates) -> Iterator[tuple[LinePlaces, Floats]]:
        """The places of each line, and what the verifier of signs sees there."""
        boxes = read.detections.boxes[read.chosen]
        pixels, lines = read.image.pixels, read.lines
        for line in places_of_lines(pixels, boxes, lines, read.line_answers):
            if len(line.boxes):
                chances = self.observer.classifier.classes(cut_places([line]))
                known = line.boxes, line.spans, chances, line.heard
                yield line, features_of(line.strip, *known)


def _numbers(packs: Sequence[Pack]) -> Iterator[NDArray[np.uint8]]:
    """The packs' pictures of numbers, which are digits alone."""
    for pack in packs:
        if (pictures := pack.numbers(NUMBERS_PART)) is not None:
            yield from (pictures[index] for index in range(len(pictures)))
