"""Answers beside the true texts, and their scores."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from inkten.digits import UNSURE
from inkten.evaluation.measure import (
    Scores,
    Share,
    TextScores,
    calibration_error,
    measure,
    measure_texts,
    surest,
    without_separators,
)
from inkten.image.source import Picture

DIGITS = tuple("0123456789")


@dataclass(frozen=True, eq=False)
class Case:
    """A picture, its name, and the text written on it."""

    file: str
    picture: Picture
    text: str
    source: str = ""  # who made the picture; empty if unknown
    kind: str = ""  # "photo", "scan", "drawing"...; empty if unknown


@dataclass(frozen=True, eq=False)
class Answer:
    """What was read from one picture."""

    case: Case
    text: str
    confidence: float
    probabilities: NDArray[np.float32] | None = None  # (10,), if one digit was read
    thumbnail: NDArray[np.uint8] | None = None  # (h, w) gray, kept for wrong answers
    error: str = ""  # why the picture could not be read
    parameter: str | None = None  # ... and the parameter that would change that

    @property
    def correct(self) -> bool:
        """Whether the text is the true one; an unreadable picture is wrong."""
        read, true = map(without_separators, (self.text, self.case.text))
        return not self.error and read == true


@dataclass(frozen=True, eq=False)
class Evaluation:
    """All answers, and their scores."""

    answers: Sequence[Answer]

    @property
    def texts(self) -> TextScores:
        """How many complete texts are correct, and the character error rate."""
        true = [answer.case.text for answer in self.answers]
        # An unreadable picture without digits must not count as correct.
        read = [UNSURE if answer.error else answer.text for answer in self.answers]
        return measure_texts(true, read)

    @property
    def digits(self) -> Scores | None:
        """The scores of pictures of one digit read as one digit; None without any."""
        pairs = [
            (answer.probabilities, int(answer.case.text))
            for answer in self.answers
            if answer.probabilities is not None and answer.case.text in DIGITS
        ]
        if not pairs:
            return None
        probabilities, labels = zip(*pairs, strict=True)
        return measure(np.stack(probabilities), np.array(labels))

    @property
    def calibration_error(self) -> float | None:
        """The calibration error of the confidence in complete texts.

        None if no picture holds a digit: an empty text has no confidence.
        """
        return calibration_error(*self._calibration) if self._with_digits else None

    @property
    def surest(self) -> Share | None:
        """How many of the surest answers are correct; None if no picture has digits."""
        return surest(*self._calibration) if self._with_digits else None

    @property
    def unsure_digits(self) -> Share:
        """How many of the written digits were read as ``?``."""
        written = unsure = 0
        for answer in self._with_digits:
            digits = len(without_separators(answer.case.text))
            written += digits
            # A ``?`` may also be read where no digit is written.
            unsure += min(answer.text.count(UNSURE), digits)
        return Share(unsure, written)

    @property
    def false_digits(self) -> Share:
        """The share of the pictures without digits on which a digit was read."""
        false = sum(any(map(str.isdecimal, each.text)) for each in self._without_digits)
        return Share(false, len(self._without_digits))

    @property
    def false_marks(self) -> Share:
        """The share of the pictures without digits read as a digit or ``?``."""
        false = sum(bool(without_separators(a.text)) for a in self._without_digits)
        return Share(false, len(self._without_digits))

    @property
    def of_single_digits(self) -> bool:
        """Whether every picture holds exactly one digit."""
        return all(len(answer.case.text) == 1 for answer in self.answers)

    @property
    def by_source(self) -> float | None:
        """The accuracy averaged over sources, so that each source weighs the same.

        None if the source of a picture is unknown.
        """
        sources: dict[str, list[bool]] = {}
        for answer in self.answers:
            sources.setdefault(answer.case.source, []).append(answer.correct)
        if "" in sources:
            return None
        return fmean(fmean(correct) for correct in sources.values())

    @property
    def by_kind(self) -> dict[str, "Evaluation"]:
        """The evaluation of each kind of picture, where the labels name the kinds."""
        kinds: dict[str, list[Answer]] = {}
        for answer in self.answers:
            kinds.setdefault(answer.case.kind, []).append(answer)
        return {kind: Evaluation(kinds[kind]) for kind in sorted(kinds) if kind}

    @property
    def unreadable(self) -> list[Answer]:
        """The answers for pictures that could not be read; they count as wrong."""
        return [answer for answer in self.answers if answer.error]

    @property
    def _with_digits(self) -> list[Answer]:
        return [a for a in self.answers if without_separators(a.case.text)]

    @property
    def _without_digits(self) -> list[Answer]:
        return [a for a in self.answers if not without_separators(a.case.text)]

    @property
    def _calibration(self) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """On pictures with digits: each confidence, and whether it is correct."""
        confidence = [answer.confidence for answer in self._with_digits]
        correct = [answer.correct for answer in self._with_digits]
        return np.array(confidence, np.float32), np.array(correct, np.bool_)
