"""Pictures with known texts are read, and the answers kept beside the truth."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.answer import UNSURE, Reading
from inkten.content import Picture, name_of
from inkten.datasets.labels import LabelledPicture
from inkten.datasets.mnist import SIDE, Part, as_tiles
from inkten.errors import MissingExtra, PictureError
from inkten.evaluation.measure import (
    Scores,
    TextScores,
    bare,
    calibration_error,
    measure,
    measure_texts,
)
from inkten.picture import decode
from inkten.reader import Classify

THUMBNAIL = 168  # px: six times an MNIST picture
UNREADABLE = (PictureError, MissingExtra)  # what befalls one picture, not the others


@dataclass(frozen=True, eq=False)
class Case:
    """A picture, its name, and what is written on it."""

    file: str
    picture: Picture
    text: str
    source: str = ""  # who made it; empty if that is not known


@dataclass(frozen=True, eq=False)
class Answer:
    """What was read on one picture."""

    case: Case
    text: str
    confidence: float
    probabilities: NDArray[np.float32] | None = None  # (10,), if one digit was read
    thumbnail: NDArray[np.uint8] | None = None  # (h, w) gray, kept of wrong answers
    error: str = ""  # why the picture could not be read

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
    def calibration_error(self) -> float:
        """The gap between the confidence in a whole text and its being right."""
        confidence = np.array([answer.confidence for answer in self.answers])
        right = np.array([answer.right for answer in self.answers])
        return calibration_error(confidence, right)

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
    def unreadable(self) -> list[Answer]:
        """The answers for pictures that could not be read; they count as wrong."""
        return [answer for answer in self.answers if answer.error]


def mnist_cases(part: Part) -> list[Case]:
    """Name MNIST's pictures by their place."""
    return [
        Case(f"{place:05d}", image, str(label))
        for place, (image, label) in enumerate(
            zip(part.images, part.labels, strict=True)
        )
    ]


def labelled_cases(pictures: Iterable[LabelledPicture]) -> list[Case]:
    """Take people's own pictures."""
    return [Case(each.file, each.path, each.text, each.source) for each in pictures]


def evaluate_reading(
    read: Callable[[Picture], Reading],
    cases: Sequence[Case],
    on_case: Callable[[], None] | None = None,
) -> Evaluation:
    """Read pictures one by one.

    Args:
        read: a reader's ``read``, or what else makes a reading of a picture.
        cases: the pictures.
        on_case: called after each, to show progress.
    """
    answers = []
    for case in cases:
        answers.append(_read(read, case))
        if on_case:
            on_case()
    return Evaluation(answers)


def evaluate_classifier(
    classifier: Classify, cases: Sequence[Case], min_confidence: float = 0.0
) -> Evaluation:
    """Show pictures to the classifier as they are: 28x28, white ink on black."""
    seen = [_as_it_is(case.picture) for case in cases]  # (28, 28) each, or why not
    images = [image for image in seen if not isinstance(image, UNREADABLE)]
    tiles = as_tiles(np.array(images, np.uint8).reshape(-1, SIDE, SIDE))
    probabilities = iter(classifier(tiles))  # a row of 10 for each image
    return Evaluation(
        [
            Answer(case, "", 0.0, error=str(image))
            if isinstance(image, UNREADABLE)
            else _classified(case, image, next(probabilities), min_confidence)
            for case, image in zip(cases, seen, strict=True)
        ]
    )


def _read(read: Callable[[Picture], Reading], case: Case) -> Answer:
    try:
        reading = read(case.picture)
    except UNREADABLE as error:
        return Answer(case, "", 0.0, error=str(error))
    return Answer(
        case,
        reading.text.replace("\n", "|"),
        reading.confidence,
        _of_one_digit(reading),
        _thumbnail(reading.gray) if bare(reading.text) != bare(case.text) else None,
    )


def _of_one_digit(reading: Reading) -> NDArray[np.float32] | None:
    if len(reading.digits) != 1:
        return None
    return np.array(reading.digits[0].probabilities, np.float32)


def _as_it_is(picture: Picture) -> NDArray[np.uint8] | PictureError | MissingExtra:
    try:
        pixels = decode(picture).pixels
    except UNREADABLE as error:
        return error
    if pixels.shape != (SIDE, SIDE):
        height, width = pixels.shape
        return PictureError(
            f"{name_of(picture)}: {width}x{height} pixels; --bare takes {SIDE}x{SIDE}, "
            "white ink on black, as MNIST has it. Leave --bare out."
        )
    return pixels


def _classified(
    case: Case,
    image: NDArray[np.uint8],
    probabilities: NDArray[np.float32],
    min_confidence: float,
) -> Answer:
    confidence = float(probabilities.max())
    text = str(probabilities.argmax()) if confidence >= min_confidence else UNSURE
    wrong = text != case.text
    return Answer(case, text, confidence, probabilities, image if wrong else None)


def _thumbnail(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    shrink = THUMBNAIL / max(gray.shape)
    if shrink >= 1:
        return gray
    height, width = (max(1, round(side * shrink)) for side in gray.shape)
    small = cv2.resize(gray, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)
