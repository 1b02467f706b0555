"""Read pictures with known texts, and keep each answer beside the truth."""

from collections.abc import Callable, Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.classification.classifier import Classify
from inkten.datasets.labels import LabelledPicture
from inkten.datasets.mnist import SIDE, Part, as_tiles
from inkten.digits import UNSURE
from inkten.errors import PictureError
from inkten.evaluation.answers import Answer, Case, Evaluation
from inkten.evaluation.measure import without_separators
from inkten.image.decode import decode
from inkten.image.source import UNREADABLE, Picture, Unreadable, naming
from inkten.options import ReadOptions
from inkten.reader import Reader
from inkten.reading import Reading

THUMBNAIL = 168  # px: six times an MNIST picture


def mnist_cases(part: Part) -> list[Case]:
    """MNIST's pictures as cases, named by their position."""
    return [
        Case(f"{place:05d}", image, str(label))
        for place, (image, label) in enumerate(
            zip(part.images, part.labels, strict=True)
        )
    ]


def labelled_cases(pictures: Iterable[LabelledPicture]) -> list[Case]:
    """Labelled pictures as cases."""
    return [
        Case(each.file, each.path, each.text, each.source, each.kind)
        for each in pictures
    ]


def evaluate_reader(
    reader: Reader,
    cases: Sequence[Case],
    options: ReadOptions | None = None,
    on_case: Callable[[], None] | None = None,
) -> Evaluation:
    """Read pictures with a reader; small ones are read together, which is faster.

    Args:
        reader: reads the pictures.
        cases: the pictures and their texts.
        options: how to read them; the reader's own options if None.
        on_case: called after each picture, to show progress.
    """
    answers: list[Answer] = []
    pictures = (case.picture for case in cases)
    for batch in reader.read_batches(pictures, options):
        for reading in batch:
            answers.append(_answer(cases[len(answers)], reading))
            if on_case:
                on_case()
    return Evaluation(answers)


def evaluate_reading(
    read: Callable[[Picture], Reading],
    cases: Sequence[Case],
    on_case: Callable[[], None] | None = None,
) -> Evaluation:
    """Read pictures one by one with any function.

    Args:
        read: returns the reading of a picture, such as the plain recipe.
        cases: the pictures and their texts.
        on_case: called after each picture, to show progress.
    """
    answers = []
    for case in cases:
        try:
            reading: Reading | Unreadable = read(case.picture)
        except UNREADABLE as error:
            reading = error
        answers.append(_answer(case, reading))
        if on_case:
            on_case()
    return Evaluation(answers)


def evaluate_classifier(
    classifier: Classify, cases: Sequence[Case], min_confidence: float = 0.0
) -> Evaluation:
    """Classify pictures as they are: 28x28, white ink on black."""
    loaded = [_load_tile(case.picture) for case in cases]  # (28, 28), or an error
    images = [image for image in loaded if not isinstance(image, UNREADABLE)]
    tiles = as_tiles(np.array(images, np.uint8).reshape(-1, SIDE, SIDE))
    probabilities = iter(classifier(tiles))  # a row of 10 for each image
    return Evaluation(
        [
            Answer(case, "", 0.0, error=str(image))
            if isinstance(image, UNREADABLE)
            else _classified(case, image, next(probabilities), min_confidence)
            for case, image in zip(cases, loaded, strict=True)
        ]
    )


def _answer(case: Case, reading: Reading | Unreadable) -> Answer:
    if isinstance(reading, UNREADABLE):
        return Answer(case, "", 0.0, error=str(reading), parameter=reading.parameter)
    wrong = without_separators(reading.text) != without_separators(case.text)
    return Answer(
        case,
        reading.text.replace("\n", "|"),
        reading.confidence,
        _single_digit_probabilities(reading),
        _thumbnail(reading.gray) if wrong else None,
    )


def _single_digit_probabilities(reading: Reading) -> NDArray[np.float32] | None:
    if len(reading.digits) != 1:
        return None
    return np.array(reading.digits[0].probabilities, np.float32)


def _load_tile(picture: Picture) -> NDArray[np.uint8] | Unreadable:
    try:
        with naming(picture):
            pixels = decode(picture).pixels
            if pixels.shape != (SIDE, SIDE):
                height, width = pixels.shape
                raise PictureError(
                    f"{width}x{height} pixels; the classifier alone takes "
                    f"{SIDE}x{SIDE}, white ink on black, as in MNIST"
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
    wrong = text != without_separators(case.text)
    return Answer(case, text, confidence, probabilities, image if wrong else None)


def _thumbnail(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    shrink = THUMBNAIL / max(gray.shape)
    if shrink >= 1:
        return gray
    height, width = (max(1, round(side * shrink)) for side in gray.shape)
    small = cv2.resize(gray, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)
