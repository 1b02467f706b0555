"""Start here: a picture goes in, a Reading comes out.

    picture --> decode --> detect --> cut tiles --> classify --> fuse --> arrange
                                             lines --> read strips --> fuse again

``Reader._read_gray`` is the story from gray pictures to readings. In it,
``Reader._detect_and_classify`` runs detect to fuse; around that, the functions of
``passes`` decide what to search again: finer, straightened or turned upright. Then the
line reader gives its opinion on each line.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from inkten.arrangement import arrange
from inkten.batching import read_in_batches
from inkten.candidates import Candidates, split_by_picture
from inkten.classification.classifier import Classify
from inkten.classification.form import ModelForm
from inkten.decimals import DecimalMark
from inkten.detection.detect import Detect, detect_each
from inkten.errors import ModelError
from inkten.full_image import fuse_full_image
from inkten.fusion import classify_and_fuse, weights_for
from inkten.image.decode import GrayImage, decode
from inkten.image.source import Limits, Picture, Unreadable, hold, naming
from inkten.line_reading import ReadStrips, weigh_lines
from inkten.loading import (
    classifier_of,
    detector_of,
    line_reader_of,
    sign_classifier_beside,
    sign_verifier_of,
)
from inkten.missed_digits import read_missed
from inkten.models.registry import DEFAULT
from inkten.options import ReadOptions, Rotation
from inkten.passes import FullSize, coarse_to_fine, read_tight, search_further
from inkten.reading import Reading
from inkten.recognition.verifier import Verifier
from inkten.sign_reading import look_for_signs


class Reader:
    """Reads pictures; keeps its models loaded, and may be shared between threads.

    A reader can be pickled and copied, so ``pool.map(reader.read, paths)`` works.

    >>> reader = Reader()
    >>> reader.read("examples/digit.jpg").text
    '7'
    """

    def __init__(
        self,
        model: str | os.PathLike[str] | Classify | None = None,
        detector: str | os.PathLike[str] | Detect | None = None,
        *,
        line_reader: str | os.PathLike[str] | ReadStrips | bool | None = None,
        threads: int | None = None,
        min_confidence: float | None = None,
        limits: Limits | None = None,
        model_form: ModelForm | None = None,
    ) -> None:
        """Load the models.

        Args:
            model: the classifier: the name of a shipped one; the path of an ONNX,
                ``.keras`` or ``.h5`` file; or a function from tiles (N, 28, 28) to
                probabilities (N, 10). If its rows may sum to less than 1 (the rest is
                the probability of no digit), set ``function.rejects = True``. Where it
                knows only digits, signs are named by the classifier that ships.
            detector: the path of an ONNX file, or a function with the parameters of
                ``Detect.__call__``; the shipped detector if None.
            line_reader: the path of an ONNX file, or a function from strips to the
                answers at their steps; False for none. If None, the one that ships, but
                none beside a classifier or detector of your own, so that your model is
                judged alone. True takes the one that ships beside any model.
            threads: processor threads for one picture; all cores if None.
            min_confidence: a digit of lower confidence is read as ``?``; the value
                fitted on synthetic pages if None.
            limits: the largest pictures that are read.
            model_form: how a model file of someone else takes pictures; found by trial
                if None. ``reader.classifier.form`` says what was found.

        Raises:
            ModelError: a model is missing, damaged, or has other inputs or outputs.
            MissingExtra: a Keras file, where Keras is not installed.
            ValueError: ``min_confidence`` is not in 0..1.
        """
        self.line_reader = line_reader_of(line_reader, model, detector, threads)
        self.verifier = Verifier(threads=threads) if self.line_reader else None
        self.classifier = classifier_of(model, threads, model_form)
        self.sign_classifier = sign_classifier_beside(self.classifier, threads)
        self.sign_verifier = sign_verifier_of(self.sign_classifier, threads)
        self.detector = detector_of(detector, threads)
        self.options = ReadOptions().changed(
            min_confidence=min_confidence, limits=limits
        )

    def read(
        self,
        picture: Picture,
        options: ReadOptions | None = None,
        *,
        single: bool | None = None,
        rotate: Rotation | None = None,
        min_confidence: float | None = None,
        signs: bool | None = None,
        decimal_mark: DecimalMark | None = None,
    ) -> Reading:
        """Read one picture.

        Args:
            picture: a path, bytes, an open binary file, a PIL image or an array
                (RGB order).
            options: how to read it; the reader's own options if None. Each keyword
                argument below overrides one of them.
            single: the picture is known to hold one digit.
            rotate: turn it clockwise by 0, 90, 180 or 270 degrees; ``"auto"`` turns it
                only if digits are then much more confident, and stores the turn in
                ``Reading.rotation``. Boxes are in pixels of the turned picture.
            min_confidence: a digit of lower confidence is read as ``?``.
            signs: read numbers as they are written, ``12.50`` or ``3/4``; otherwise
                signs are left out and split numbers: ``3/4`` becomes ``3 4``.
            decimal_mark: ``"."`` or ``","``, for ``Number.decimal``; ``"auto"`` decides
                by the numbers of the page.

        Raises:
            PictureError: the picture cannot be read; says which and why.
            ModelError: ``signs`` is set, and no classifier names signs.
            ValueError: an invalid option.
        """
        options = (options or self.options).changed(
            single=single,
            rotate=rotate,
            min_confidence=min_confidence,
            signs=signs,
            decimal_mark=decimal_mark,
        )
        with naming(picture):
            source = hold(picture, options.limits)  # an open file is read only once
            image = decode(source, options.limits)
            return self._read_decoded(source, image, options)

    def _read_decoded(
        self, source: Picture, image: GrayImage, options: ReadOptions
    ) -> Reading:
        """Read a decoded picture, which may be at reduced scale."""

        @cache  # decoded once for all passes
        def full_size() -> GrayImage:
            return decode(source, options.limits, full_size=True).rotated(
                options.first_turn
            )

        (reading,) = self._read_gray(
            [image.rotated(options.first_turn)], options, full_size
        )
        return reading

    def _read_gray(
        self,
        images: Sequence[GrayImage],
        options: ReadOptions,
        full_size: FullSize | None = None,
    ) -> list[Reading]:
        """Read gray pictures together; most need the coarse levels only.

        ``full_size`` decodes a picture at reduced scale again.
        """
        search = self._detect_and_classify
        readings = []
        for candidates in coarse_to_fine(search, images, options):
            candidates = search_further(search, candidates, options, full_size)
            if not options.single:
                if self.line_reader and self.verifier:
                    candidates = weigh_lines(
                        candidates, self.line_reader, self.classifier, self.verifier
                    )
                candidates = read_missed(candidates, self.classifier)
                if self.classifier.rejects:
                    candidates = read_tight(search, candidates, options)
                candidates = self._look_for_signs(candidates, options)
            readings.append(arrange(candidates, options))
        return readings

    def _detect_and_classify(
        self, images: Sequence[GrayImage], options: ReadOptions, max_side: int | None
    ) -> list[Candidates]:
        """The stages from detection to fusion, for several pictures at once.

        ``max_side`` is the long side, px, of the finest level to search; None for the
        coarse levels alone.
        """
        pixels = [image.pixels for image in images]  # (H, W) uint8 each
        rejects, trust = self.classifier.rejects, self.classifier.trust
        weights = weights_for(rejects=rejects, single=options.single, trust=trust)

        detections = detect_each(self.detector, pixels, options, max_side)
        known = classify_and_fuse(pixels, detections, self.classifier, weights)
        candidates = split_by_picture(images, detections, *known, options)
        if options.single and rejects:
            return fuse_full_image(candidates, self.classifier)
        return candidates

    @property
    def names_signs(self) -> bool:
        """Whether it can read signs: its classifier names them, or the shipped one."""
        return self.sign_classifier is not None

    def _look_for_signs(
        self, candidates: Candidates, options: ReadOptions
    ) -> Candidates:
        """Also if the text leaves signs out: they split numbers."""
        if self.sign_classifier is not None:
            return look_for_signs(candidates, self.sign_classifier, self.sign_verifier)
        if options.signs:
            name = self.classifier.name
            also = "" if name == DEFAULT else f", and so does the {DEFAULT} that ships"
            raise ModelError(
                f"{name} knows only digits{also}; signs need a classifier that names "
                "them. Train one with 'inkten train cnn'",
                parameter="signs",
            )
        return candidates

    def read_many(
        self,
        pictures: Iterable[Picture],
        options: ReadOptions | None = None,
        *,
        single: bool | None = None,
        rotate: Rotation | None = None,
        min_confidence: float | None = None,
        signs: bool | None = None,
        decimal_mark: DecimalMark | None = None,
    ) -> Iterator[Reading]:
        """Read pictures lazily; small ones are read several times faster together.

        Up to 64 pictures are read together. The arguments are those of ``read``, and so
        are the readings, in order.

        Raises:
            PictureError: a picture cannot be read; earlier readings have been yielded.
            ValueError: an invalid option, before anything is read.
        """
        options = (options or self.options).changed(
            single=single,
            rotate=rotate,
            min_confidence=min_confidence,
            signs=signs,
            decimal_mark=decimal_mark,
        )
        return _raising(self.read_batches(pictures, options))

    def read_batches(
        self,
        pictures: Iterable[Picture | Unreadable],
        options: ReadOptions | None = None,
        *,
        single: bool | None = None,
        rotate: Rotation | None = None,
        min_confidence: float | None = None,
        signs: bool | None = None,
        decimal_mark: DecimalMark | None = None,
    ) -> Iterator[list[Reading | Unreadable]]:
        """Read pictures as ``read_many`` does, and continue past bad ones.

        Each list has an item for each of the next pictures, in order: a reading, or the
        error of a bad picture. Errors among ``pictures`` are passed through.

        Raises:
            ValueError: an invalid option, before anything is read.
        """
        options = (options or self.options).changed(
            single=single,
            rotate=rotate,
            min_confidence=min_confidence,
            signs=signs,
            decimal_mark=decimal_mark,
        )
        return read_in_batches(pictures, options, self._read_decoded, self._read_gray)


def _raising(batches: Iterable[Sequence[Reading | Unreadable]]) -> Iterator[Reading]:
    """The readings one by one; the first error among them is raised."""
    for answers in batches:
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
            yield answer


def read(
    picture: Picture,
    *,
    single: bool | None = None,
    rotate: Rotation | None = None,
    min_confidence: float | None = None,
    signs: bool | None = None,
    decimal_mark: DecimalMark | None = None,
) -> Reading:
    """Read one picture with a default ``Reader``, which is loaded at the first call.

    The arguments are those of ``Reader.read``.

    Raises:
        PictureError: the picture cannot be read; says which and why.
    """
    return default_reader().read(
        picture,
        single=single,
        rotate=rotate,
        min_confidence=min_confidence,
        signs=signs,
        decimal_mark=decimal_mark,
    )


@cache
def default_reader() -> Reader:
    """The reader of the module's functions, loaded at the first call."""
    return Reader()
