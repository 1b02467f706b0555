"""Pictures with known texts are read, and the answers kept beside the truth."""

from collections.abc import Callable, Iterable, Sequence
from itertools import chain

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.classification.classifier import Classify
from inkten.datasets.labels import LabelledPicture
from inkten.datasets.mnist import SIDE, Part, as_tiles
from inkten.errors import PictureError
from inkten.evaluation.answers import Answer, Case, Evaluation
from inkten.evaluation.measure import bare
from inkten.image.decode import decode
from inkten.image.source import UNREADABLE, Picture, Unreadable, naming
from inkten.options import ReadOptions
from inkten.reader import Reader
from inkten.reading import UNSURE, Reading

THUMBNAIL = 168  # px: six times an MNIST picture


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
    return [
        Case(each.file, each.path, each.text, each.source, each.kind)
        for each in pictures
    ]


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


def evaluate_reader(
    reader: Reader,
    cases: Sequence[Case],
    options: ReadOptions,
    on_case: Callable[[], None] | None = None,
) -> Evaluation:
    """Read pictures in batches, several times as fast as one by one.

    Args:
        reader: what reads them.
        cases: the pictures.
        options: how to read them.
        on_case: called after each, to show progress.
    """
    answers: list[Answer] = []
    batches = reader.read_batches((case.picture for case in cases), options)
    for result in chain.from_iterable(batches):
        answers.append(_answer(cases[len(answers)], result))
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
        return _answer(case, read(case.picture))
    except UNREADABLE as error:
        return _answer(case, error)


def _answer(case: Case, result: Reading | Unreadable) -> Answer:
    if isinstance(result, UNREADABLE):
        return Answer(case, "", 0.0, error=str(result), parameter=result.parameter)
    text = result.text
    return Answer(
        case,
        text.replace("\n", "|"),
        result.confidence,
        _of_one_digit(result),
        _thumbnail(result.gray) if bare(text) != bare(case.text) else None,
    )


def _of_one_digit(reading: Reading) -> NDArray[np.float32] | None:
    if len(reading.digits) != 1:
        return None
    return np.array(reading.digits[0].probabilities, np.float32)


def _as_it_is(picture: Picture) -> NDArray[np.uint8] | Unreadable:
    try:
        with naming(picture):
            pixels = decode(picture).pixels
            if pixels.shape != (SIDE, SIDE):
                height, width = pixels.shape
                raise PictureError(
                    f"{width}x{height} pixels; the classifier alone takes "
                    f"{SIDE}x{SIDE}, white ink on black, as MNIST has it"
                )
    except UNREADABLE as error:
        return error
    return pixels


def _classified(
    case: Case,
    image: NDArray[np.uint8],
    probabilities: NDArray[np.float32],
    min_confidence: float,
) -> Answer:
    confidence = float(probabilities.max())
    text = str(probabilities.argmax()) if confidence >= min_confidence else UNSURE
    wrong = text != bare(case.text)
    return Answer(case, text, confidence, probabilities, image if wrong else None)


def _thumbnail(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    shrink = THUMBNAIL / max(gray.shape)
    if shrink >= 1:
        return gray
    height, width = (max(1, round(side * shrink)) for side in gray.shape)
    small = cv2.resize(gray, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)
