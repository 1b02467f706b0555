"""Every stage of a reading: what the detector sees, what the classifier makes of it.

    explanation = explain("digit.jpg")
    explanation.save("stages.png")

The stages are those of ``reader``, computed once more by the same functions.
"""

import os
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inkten.baseline import BASELINE_MODEL, read_as_is
from inkten.classification.classifier import Classifier
from inkten.classification.features import Inside
from inkten.classification.inputs import boxes_on_gray, tiles_of
from inkten.detection import Detections, Detector
from inkten.detection.boxes import intersection_over_union
from inkten.detection.heatmap import USUAL
from inkten.detection.pyramid import normalize_local_contrast, pad, pyramid, zooms
from inkten.digits import Digit
from inkten.explanation.lines import LineStrip, line_strips
from inkten.explanation.result import (
    PLAIN_RECIPE,
    Explanation,
    Way,
    explained_digits,
)
from inkten.image.source import Picture, hold, naming
from inkten.models.registry import DEFAULT, DETECTOR
from inkten.options import ReadOptions, Rotation
from inkten.reader import Reader
from inkten.reading import Reading

SAME_DIGIT = 0.3  # intersection over union of a detection and a digit that was read


class Explainer:
    """Explains pictures; keeps its models loaded, and may be shared by threads."""

    def __init__(
        self, model: str | os.PathLike[str] | None = None, *, threads: int | None = None
    ) -> None:
        """Load the models.

        Args:
            model: the classifier to explain; the default one if None.
            threads: processor threads for one picture; all cores if None.

        Raises:
            ModelError: the model is missing, damaged, or has other inputs or outputs.
        """
        self._chosen = DEFAULT if model is None else os.fspath(model)
        self._detector = Detector(DETECTOR, threads=threads)
        self._baseline = Classifier(BASELINE_MODEL, threads=threads)
        names = dict.fromkeys((BASELINE_MODEL, DEFAULT, self._chosen))
        self._readers = {
            name: Reader(
                name, self._detector, line_reader=name == DEFAULT, threads=threads
            )
            for name in names
        }
        self._insides = {
            name: Inside(reader.classifier) for name, reader in self._readers.items()
        }

    def explain(
        self, picture: Picture, options: ReadOptions, *, digit: int | None = None
    ) -> Explanation:
        """Read a picture, and keep every stage of the reading.

        Args:
            picture: as for ``explain``.
            options: how to read it.
            digit: look inside the networks for this digit alone, counted from 0 in
                reading order; for all if None, which takes memory for each.

        Raises:
            PictureError: the picture cannot be read.
            IndexError: there is no such digit.
        """
        with naming(picture):
            source = hold(picture, options.limits)  # an open file is read only once
            readings = {
                name: reader.read(source, options)
                for name, reader in self._readers.items()
            }
            plain = read_as_is(source, self._baseline, options.limits)

        reading = readings[self._chosen]
        digits = explained_digits(reading, digit)
        ways = []
        for name, reader in self._readers.items():
            classifier = reader.classifier
            tiles = tiles_of(reading, digits, context=classifier.names_signs)
            layers = self._insides[name].layers(tiles)
            ways.append(Way(name, readings[name], classifier(tiles), layers))
        all_digits = explained_digits(reading)
        level = best_level(
            reading.gray, [each.box.height / reading.scale for each in all_digits]
        )
        found = self._detector(reading.gray, single=options.single)
        return Explanation(
            reading=reading,
            level=level,
            contrast=normalize_local_contrast(pad(level)),
            heat=self._detector.heat_map(level),
            detector=_detector_opinions(found, digits, reading.scale),
            ways=(_plain_way(plain), *ways),
            strips=self._strips(reading, all_digits, options),
            only=digit,
        )

    def _strips(
        self, reading: Reading, digits: Sequence[Digit], options: ReadOptions
    ) -> tuple[LineStrip, ...]:
        read = self._readers[self._chosen].line_reader
        if read is None or options.single or not digits:
            return ()
        return line_strips(reading.gray, boxes_on_gray(digits, reading.scale), read)


def explain(
    picture: Picture,
    *,
    model: str | os.PathLike[str] | None = None,
    single: bool | None = None,
    rotate: Rotation | None = None,
    min_confidence: float | None = None,
) -> Explanation:
    """Read a picture, and keep every stage of the reading.

    Args:
        picture: a path, bytes, an open binary file, a PIL image or an array
            (RGB order).
        model: the classifier to explain: the name of a shipped one or the path of a
            file; the default one if None.
        single: the picture is known to hold one digit.
        rotate: degrees to turn it clockwise first, or ``"auto"``.
        min_confidence: a digit of lower confidence is read as ``?``.

    Raises:
        PictureError: the picture cannot be read.
        ModelError: the model is missing, damaged, or has other inputs or outputs.
    """
    options = ReadOptions().changed(
        single=single, rotate=rotate, min_confidence=min_confidence
    )
    return Explainer(model).explain(picture, options)


def best_level(gray: NDArray[np.uint8], heights: Sequence[float]) -> NDArray[np.uint8]:
    """The level of the pyramid on which digits are closest to the usual height.

    Args:
        gray: (H, W) uint8.
        heights: px, of the digits on ``gray``; without any, the coarsest level is
            taken.

    Returns:
        (h, w) uint8.
    """
    steps = zooms(max(gray.shape))
    levels = pyramid(gray, steps)
    if not heights:
        return levels[-1]
    height, usual = float(np.median(heights)), float(USUAL[1])
    distances = [abs(zoom * height - usual) for zoom in steps]
    return levels[int(np.argmin(distances))]


def _detector_opinions(
    found: Detections, digits: Sequence[Digit], scale: float
) -> NDArray[np.float32]:
    """What the detector makes of each digit: (N, 10), zeros where it found nothing."""
    opinions = np.zeros((len(digits), 10), np.float32)
    if not len(found) or not digits:
        return opinions
    overlap = intersection_over_union(boxes_on_gray(digits, scale), found.boxes)
    nearest = overlap.argmax(axis=1)
    is_same = overlap.max(axis=1) >= SAME_DIGIT
    probable = found.digits[nearest] * found.scores[nearest, None]
    return np.where(is_same[:, None], probable, opinions)


def _plain_way(reading: Reading) -> Way:
    (digit,) = reading.digits
    return Way(PLAIN_RECIPE, reading, np.array([digit.probabilities], np.float32))
