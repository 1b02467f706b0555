"""Answers beside the truth, and what they are worth together."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from inkten.evaluation.measure import (
    Scores,
    Share,
    TextScores,
    bare,
    calibration_error,
    measure,
    measure_texts,
    surest,
)
from inkten.image.source import Picture
from inkten.reading import UNSURE


@dataclass(frozen=True, eq=False)
class Case:
    """A picture, its name, and what is written on it."""

    file: str
    picture: Picture
    text: str
    source: str = ""  # who made it; empty if that is not known
    kind: str = ""  # "photo", "scan", "drawing"...; empty if that is not known


@dataclass(frozen=True, eq=False)
class Answer:
    """What was read on one picture."""

    case: Case
    text: str
    confidence: float
    probabilities: NDArray[np.float32] | None = None  # (10,), if one digit was read
    thumbnail: NDArray[np.uint8] | None = None  # (h, w) gray, kept of wrong answers
    error: str = ""  # why the picture could not be read
    parameter: str | None = None  # ... and the parameter that would change that

    @property
    def right(self) -> bool:
        """Whether the text is the one wanted; an unreadable picture is wrong."""
        return not self.error and bare(self.text) == bare(self.case.text)


@dataclass(frozen=True, eq=False)
class Evaluation:
    """All answers, and what they are worth."""

    answers: Sequence[Answer]

    @property
    def texts(self) -> TextScores:
        """How many whole texts are right, and how many characters."""
        wanted = [answer.case.text for answer in self.answers]
        # An unreadable picture without digits must not pass for a right answer.
        got = [UNSURE if answer.error else answer.text for answer in self.answers]
        return measure_texts(wanted, got)

    @property
    def digits(self) -> Scores | None:
        """The scores of the answers of one digit to pictures of one digit."""
        pairs = [
            (answer.probabilities, int(answer.case.text))
            for answer in self.answers
            if answer.probabilities is not None and len(answer.case.text) == 1
        ]
        if not pairs:
            return None
        probabilities, labels = zip(*pairs, strict=True)
        return measure(np.stack(probabilities), np.array(labels))

    @property
    def calibration_error(self) -> float | None:
        """The gap between the confidence in a whole text and its being right.

        None where no picture holds a digit: reading nothing has no confidence.
        """
        return calibration_error(*self._beliefs) if self._written else None

    @property
    def surest(self) -> Share | None:
        """How many are right among the surest answers; None as above."""
        return surest(*self._beliefs) if self._written else None

    @property
    def unsure_digits(self) -> Share:
        """How many digits were read as ``?``, of all that are written."""
        written = sum(len(bare(answer.case.text)) for answer in self._written)
        unsure = sum(  # no more than there are: a ``?`` may stand where no digit does
            min(answer.text.count(UNSURE), len(bare(answer.case.text)))
            for answer in self._written
        )
        return Share(unsure, written)

    @property
    def false_digits(self) -> Share:
        """On how many pictures a digit was read, of those without any."""
        false = sum(any(map(str.isdecimal, answer.text)) for answer in self._blank)
        return Share(false, len(self._blank))

    @property
    def false_marks(self) -> Share:
        """On how many pictures a digit or a ``?`` was read, of those without any."""
        false = sum(bool(bare(answer.text)) for answer in self._blank)
        return Share(false, len(self._blank))

    @property
    def of_single_digits(self) -> bool:
        """Whether each picture holds one digit."""
        return all(len(answer.case.text) == 1 for answer in self.answers)

    @property
    def by_source(self) -> float | None:
        """The mean over sources of the share right: no large source outweighs the rest.

        None where the sources are not known.
        """
        sources: dict[str, list[bool]] = {}
        for answer in self.answers:
            sources.setdefault(answer.case.source, []).append(answer.right)
        if "" in sources:
            return None
        return fmean(fmean(right) for right in sources.values())

    @property
    def by_kind(self) -> dict[str, "Evaluation"]:
        """The answers of each kind of picture, where the labels name the kinds."""
        kinds: dict[str, list[Answer]] = {}
        for answer in self.answers:
            kinds.setdefault(answer.case.kind, []).append(answer)
        return {kind: Evaluation(kinds[kind]) for kind in sorted(kinds) if kind}

    @property
    def unreadable(self) -> list[Answer]:
        """The answers for pictures that could not be read; they count as wrong."""
        return [answer for answer in self.answers if answer.error]

    @property
    def _written(self) -> list[Answer]:
        return [answer for answer in self.answers if bare(answer.case.text)]

    @property
    def _blank(self) -> list[Answer]:
        return [answer for answer in self.answers if not bare(answer.case.text)]

    @property
    def _beliefs(self) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """The confidence in each text that is written, and whether it is right."""
        confidence = [answer.confidence for answer in self._written]
        right = [answer.right for answer in self._written]
        return np.array(confidence, np.float32), np.array(right, np.bool_)
