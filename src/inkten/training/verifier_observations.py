"""Where digits may stand on pages, in text and in numbers, and where they do.

``inkten.training.train_verifier`` learns from this.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inkten.candidates import Candidates
from inkten.classification.classifier import NO_DIGIT, Classifier
from inkten.datasets.packs import Pack
from inkten.detection import Detector
from inkten.line_reading import has_lines, read_lines
from inkten.recognition.line_reader import LineReader
from inkten.recognition.places import Places
from inkten.recognition.verifier import features_of
from inkten.synthesis.page import Page
from inkten.training.line_observations import candidates_of, truth_of
from inkten.training.verifier_training import Labelled

TEXT_PARTS = "train", "validation"  # of packs, whose lines of text are read
NUMBERS_PART = "train"
CHARACTERS_PART = "validation"
LEAST = 0.003  # no probability of a digit is taken to be lower
WITHOUT_PLACE = 4.0  # nats: what it costs that a digit of a text has no place

Floats = NDArray[np.float32]


class Observer(NamedTuple):
    """The networks that read before the verifier does."""

    detector: Detector
    classifier: Classifier
    line_reader: LineReader

    def pages(self, pages: Sequence[Page]) -> Iterator[Labelled]:
        """The places on pages; those that may or may not be a digit are left out."""
        for page in pages:
            if lines := self.read(page.gray)[1]:
                known = [truth_of(places, page) for places in lines]
                clear, truth = map(np.concatenate, zip(*known, strict=True))
                is_digit = (truth != NO_DIGIT).astype(np.int64)
                yield Labelled(features_of(lines), is_digit).take(clear)

    def text(self, packs: Sequence[Pack]) -> Iterator[Labelled]:
        """Those on the packs' lines that hold no digit: all of them are false."""
        for gray in lines_of_text(packs):
            if lines := self.read(gray)[1]:
                yield Labelled.all_false(features_of(lines))

    def numbers(self, packs: Sequence[Pack]) -> Iterator[Labelled]:
        """Those on the packs' pictures of numbers of digits alone, without boxes."""
        for pack in packs:
            if (pictures := pack.numbers(NUMBERS_PART)) is not None:
                for index, text in enumerate(pictures.texts.tolist()):
                    if text.isascii() and text.isdigit():
                        yield from self._spelled(pictures[index], text)

    def characters(self, packs: Sequence[Pack]) -> Iterator[Labelled]:
        """Those on the packs' pictures of one character: digits, and all others."""
        for pack in packs:
            if (pictures := pack.glyphs(CHARACTERS_PART)) is not None:
                for index, text in enumerate(pictures.texts.tolist()):
                    if text not in pack.ambiguous:
                        digit = text if text.isascii() and text.isdigit() else ""
                        yield from self._spelled(pictures[index], digit)

    def _spelled(self, gray: NDArray[np.uint8], text: str) -> Iterator[Labelled]:
        """The places on a picture whose text is known, if there are any."""
        if lines := self.read(gray)[1]:
            fused = np.concatenate([places.fused for places in lines])
            is_digit = spelling(fused, text).astype(np.int64)
            yield Labelled(features_of(lines), is_digit)

    def read(self, gray: NDArray[np.uint8]) -> tuple[Candidates, list[Places]]:
        """What is detected, and the lines, if the line reader is asked at all."""
        candidates = candidates_of(gray, self.detector, self.classifier)
        if not has_lines(candidates):
            return candidates, []
        return candidates, read_lines(candidates, self.line_reader, self.classifier)


def lines_of_text(packs: Sequence[Pack]) -> Iterator[NDArray[np.uint8]]:
    """The packs' lines of text that hold no digit."""
    return (
        line.gray
        for pack in packs
        for part in TEXT_PARTS
        for line in pack.lines(part)
        if not any(map(str.isdigit, line.text))
    )


def spelling(fused: Floats, text: str) -> NDArray[np.bool_]:
    """Which of N places most likely show the digits of a text, (N,).

    Args:
        fused: (N, 10) the probabilities of each digit, from left to right.
        text: digits; some may have no place.
    """
    any_digit = np.clip(fused.sum(axis=1), LEAST, 1 - LEAST)
    skipped = -np.log(1 - any_digit)
    named = -np.log(np.maximum(fused[:, [int(digit) for digit in text]], LEAST))
    count, length = named.shape
    # best[i, j]: the lowest cost of the first i places and the first j digits
    best = np.full((count + 1, length + 1), np.inf)
    best[0] = WITHOUT_PLACE * np.arange(length + 1)
    for i, j in np.ndindex(count, length + 1):
        best[i + 1, j] = best[i, j] + skipped[i]
        if j:
            with_place = best[i, j - 1] + named[i, j - 1]
            without = best[i + 1, j - 1] + WITHOUT_PLACE
            best[i + 1, j] = min(best[i + 1, j], with_place, without)
    shows = np.zeros(count, np.bool_)
    i, j = count, length
    while i:
        if best[i, j] == best[i - 1, j] + skipped[i - 1]:
            i -= 1
        elif best[i, j] == best[i, j - 1] + WITHOUT_PLACE:
            j -= 1
        else:
            i, j = i - 1, j - 1
            shows[i] = True
    return shows
