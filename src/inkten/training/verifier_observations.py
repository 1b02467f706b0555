"""What is read on pages, lines of text and pictures of numbers, and what is true there.

``inkten.training.train_verifier`` learns from this.
"""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from inkten.candidates import Candidates
from inkten.classification.classifier import NO_DIGIT, Classifier
from inkten.datasets.packs import Pack
from inkten.detection import Detector
from inkten.line_reading import fuse_opinions, observe, read_lines
from inkten.recognition.line_reader import LineReader
from inkten.synthesis.page import Page
from inkten.training.line_observations import candidates_of, has_lines, true_of
from inkten.training.verification import Labelled

TEXT_PARTS = "train", "validation"  # of packs, whose lines of text are read
NUMBERS_PART = "train"

Floats = NDArray[np.float32]


class Observer(NamedTuple):
    """The networks that read before the verifier does."""

    detector: Detector
    classifier: Classifier
    line_reader: LineReader

    def pages(self, pages: Sequence[Page]) -> Iterator[Labelled]:
        """The digits on pages; those that may or may not be one are left out."""
        for page in pages:
            if (read := self.read(page.gray)) is not None:
                digits, features = observe(read)
                clear, truth = true_of(read.detections.boxes[digits], page)
                is_digit = (truth != NO_DIGIT).astype(np.int64)
                yield Labelled(features, is_digit).take(clear)

    def text(self, packs: Sequence[Pack]) -> Iterator[Labelled]:
        """What is read on the packs' lines that hold no digit: all of it is false."""
        for gray in lines_of_text(packs):
            if (read := self.read(gray)) is not None:
                _, features = observe(read)
                yield Labelled.all_false(features)

    def numbers(self, packs: Sequence[Pack]) -> Iterator[Labelled]:
        """The digits on the packs' pictures of numbers, whose digits have no boxes."""
        for pack in packs:
            if (pictures := pack.numbers(NUMBERS_PART)) is None:
                continue
            for index, text in enumerate(pictures.texts.tolist()):
                if (read := self.read(pictures[index])) is not None:
                    truth = truth_by_text(read, text)
                    digits, features = observe(read)
                    known = np.array([digit in truth for digit in digits], np.bool_)
                    is_digit = [truth.get(digit, False) for digit in digits]
                    truths = np.array(is_digit, np.int64)
                    yield Labelled(features, truths).take(known)

    def read(self, gray: NDArray[np.uint8]) -> Candidates | None:
        """What is read before verification; None if the line reader is not asked."""
        candidates = candidates_of(gray, self.detector, self.classifier)
        if not has_lines(candidates):
            return None
        opinions = read_lines(candidates, self.line_reader)
        return fuse_opinions(candidates, opinions, self.classifier)


def lines_of_text(packs: Sequence[Pack]) -> Iterator[NDArray[np.uint8]]:
    """The packs' lines of text that hold no digit."""
    return (
        line.gray
        for pack in packs
        for part in TEXT_PARTS
        for line in pack.lines(part)
        if not any(map(str.isdigit, line.text))
    )


def truth_by_text(read: Candidates, text: str) -> dict[int, bool]:
    """Which of the digits read are digits, by the text that is written there.

    Those that cannot be aligned with the text are left out.
    """
    order = [read.chosen[place] for line in read.lines for place in line.digits]
    names = "".join(map(str, read.probabilities[order].argmax(axis=1).tolist()))
    truth: dict[int, bool] = {}
    aligned = SequenceMatcher(None, names, text, autojunk=False).get_opcodes()
    for operation, start, end, first, last in aligned:
        if operation == "delete":
            truth |= dict.fromkeys(order[start:end], False)
        elif end - start == last - first:  # the same, or misread
            truth |= dict.fromkeys(order[start:end], True)
    return truth
