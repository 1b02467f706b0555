"""The story: a picture comes in, a Reading goes out. Start here."""

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property
from itertools import groupby
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inkten.candidates import Candidates, doubtful, split_by_picture
from inkten.classification.tiles import cut_tiles_of_each
from inkten.company import boost_neighbours
from inkten.detection import (
    MAX_SIDE,
    Detections,
    Detector,
    coarse_side,
    needs_finer_pass,
)
from inkten.errors import MissingExtra, PictureError
from inkten.fusion import MIN_CONFIDENCE, WITH_REJECT, Weights, join, weights_for
from inkten.image.decode import GrayImage, decode
from inkten.image.source import Limits, Picture, hold
from inkten.models.onnx import DEFAULT, DETECTOR, Classifier, Classify, checked
from inkten.orientation import Turn as Turn
from inkten.orientation import orientation_score, turned, turns_of
from inkten.reading import Reading
from inkten.whole import fuse_full_image

BATCH = 64  # pictures read together: more of them gain little
BATCH_PIXELS = 8_000_000  # ... or fewer, as all of them are held in memory meanwhile
SMALL = 256  # px, the long side: above, the detector gains nothing from several at once
UNREADABLE = (PictureError, MissingExtra)  # what befalls one picture, not the others
Unreadable: TypeAlias = PictureError | MissingExtra


class Find(Protocol):
    """What finds the digits on (H, W) uint8 gray."""

    def __call__(
        self, gray: NDArray[np.uint8], *, single: bool = ..., largest: int = ...
    ) -> Detections:
        """Find the digits; when the picture is known to hold one, all that may be it.

        ``largest`` is the long side in pixels of the finest level to be looked at.
        """


_Begun: TypeAlias = GrayImage | Candidates | Reading | Unreadable


class Reader:
    """Reads pictures; keeps its models, and may be shared between threads.

    >>> reader = Reader()
    >>> reader.read("examples/digit.jpg").text
    '7'
    """

    def __init__(
        self,
        model: str | os.PathLike[str] | Classify | None = None,
        detector: str | os.PathLike[str] | Find | None = None,
        *,
        threads: int | None = None,
        min_confidence: float | None = None,
        limits: Limits | None = None,
    ) -> None:
        """Load the models.

        Args:
            model: the classifier: the name of a shipped one, the path of an ONNX file,
                or a function from tiles (N, 28, 28) to probabilities (N, 10).
            detector: the path of an ONNX file, or a function that is called as
                ``Detector`` is; the shipped one if None.
            threads: processor threads for one picture; all cores if None.
            min_confidence: a digit below it is read as ``?``; what was fixed on
                synthetic pages if None.
            limits: the largest pictures that are read.

        Raises:
            ModelError: the model is missing, damaged or of another form.
            ValueError: ``min_confidence`` is not in 0..1.
        """
        if model is None or isinstance(model, str | os.PathLike):
            model = Classifier(model or DEFAULT, threads=threads)
        self.classifier = model
        self._classify = model if isinstance(model, Classifier) else checked(model)
        if detector is None or isinstance(detector, str | os.PathLike):
            detector = Detector(detector or DETECTOR, threads=threads)
        self.detector = detector
        if min_confidence is None:
            min_confidence = MIN_CONFIDENCE
        if not 0 <= min_confidence <= 1:
            raise ValueError(f"min_confidence={min_confidence}; expected 0 to 1")
        self.min_confidence = min_confidence
        self.limits = limits or Limits()

    def read(
        self, picture: Picture, *, single: bool = False, rotate: Turn = 0
    ) -> Reading:
        """Read one picture.

        Args:
            picture: a path, bytes, an open binary file, a PIL image or an array
                (RGB order).
            single: the picture is known to hold one digit.
            rotate: turn it clockwise by 90, 180 or 270 degrees first; with ``"auto"``
                all four turns are tried and the surest reading is kept. Boxes are in
                pixels of the turned picture.

        Raises:
            PictureError: the picture cannot be read; says which and why.
            ValueError: another ``rotate``.
        """
        turns = turns_of(rotate)
        held = hold(picture, self.limits)  # an open file could be read only once
        gray = decode(held, self.limits)  # (H, W) uint8
        glance = len(turns) == 1  # how sure each turn is can be compared in full alone
        seen = [
            self._look(held, gray, turn, single=single, glance=glance) for turn in turns
        ]
        readings = [each.reading(self.min_confidence) for each in seen]
        # Of a picture known to hold a digit, no turn without any is the best.
        return max(
            readings, key=lambda r: (single and bool(r.digits), orientation_score(r))
        )

    def _look(
        self,
        picture: Picture,
        upright: GrayImage,
        turn: int,
        *,
        single: bool,
        glance: bool = True,
    ) -> Candidates:
        """See a decoded picture; look closer and closer while its digits are small."""
        gray, largest = turned(upright, turn), MAX_SIDE
        if glance:
            (seen,) = self._see([gray], single=single)
        else:
            (seen,) = self._see_up_to(largest, [gray], single=single)
        while needs_finer_pass(
            seen.finds.boxes[seen.believed], gray.pixels, gray.scale, largest
        ):
            if gray.scale > 1:  # a JPEG that was decoded smaller
                gray = turned(decode(picture, self.limits, whole=True), turn)
            largest *= 2
            (seen,) = self._see_up_to(largest, [gray], single=single)
        return seen

    def _see(self, grays: Sequence[GrayImage], *, single: bool) -> list[Candidates]:
        """See pictures: at a glance, and in full those that leave doubt.

        So most pictures of one digit cost the detector a quarter or less.
        """
        seen = self._see_up_to(None, grays, single=single)
        places = doubtful(seen)
        if places:
            doubted = [grays[i] for i in places]
            again = self._see_up_to(MAX_SIDE, doubted, single=single)
            for i, better in zip(places, again, strict=True):
                seen[i] = better
        return seen

    def _see_up_to(
        self, largest: int | None, grays: Sequence[GrayImage], *, single: bool
    ) -> list[Candidates]:
        """Find digits on each picture, then name those of all pictures together."""
        pixels = [gray.pixels for gray in grays]
        finds = list(self._find(pixels, single=single, largest=largest))
        tiles = cut_tiles_of_each(pixels, [each.boxes for each in finds])
        joined = join(Detections.joined(finds), self._classify(tiles), self._weights)
        if not single:
            joined = boost_neighbours(finds, joined, self._weights.neighbour)
        seen = split_by_picture(grays, finds, tiles, joined, single=single)
        if single and self._weights is WITH_REJECT:  # another is sure of anything
            return fuse_full_image(seen, self._classify)
        return seen

    @cached_property
    def _weights(self) -> Weights:
        return weights_for(self._classify)

    def _find(
        self, grays: Sequence[NDArray[np.uint8]], *, single: bool, largest: int | None
    ) -> Iterator[Detections]:
        """Find the digits: on pictures of one size in a row in one go.

        ``largest`` is the finest level's long side; None is for a glance.
        """
        for shape, same in groupby(grays, key=np.shape):
            alike = list(same)
            finest = largest or coarse_side(max(shape))
            if isinstance(self.detector, Detector):
                yield from self.detector.each(alike, single=single, largest=finest)
            else:
                for gray in alike:
                    yield self.detector(gray, single=single, largest=finest)

    def read_many(
        self, pictures: Iterable[Picture], *, single: bool = False, rotate: Turn = 0
    ) -> Iterator[Reading]:
        """Read pictures as they are asked for; small ones go several times faster.

        Up to 64 pictures are taken and read together. The readings are those of
        ``read``, in order.

        Raises:
            PictureError: a picture cannot be read; the readings before it were given.
        """
        for answers in self.read_batches(pictures, single=single, rotate=rotate):
            for answer in answers:
                if isinstance(answer, Exception):
                    raise answer
                yield answer

    def read_batches(
        self,
        pictures: Iterable[Picture | Unreadable],
        *,
        single: bool = False,
        rotate: Turn = 0,
    ) -> Iterator[list[Reading | Unreadable]]:
        """Read pictures as ``read_many`` does, and go on past those that are bad.

        Each list answers the next pictures, in order: with a reading, or with the error
        of one that cannot be read. What comes as an error already is handed on.
        """
        turns_of(rotate)  # refuse a wrong one before the first picture
        batch: list[_Begun] = []
        pixels = 0
        for picture in pictures:
            begun = self._begin(picture, rotate, single=single)
            batch.append(begun)
            pixels += _pixels(begun)
            if len(batch) == BATCH or pixels >= BATCH_PIXELS:
                yield self._finish(batch, single=single)
                batch, pixels = [], 0
        if batch:
            yield self._finish(batch, single=single)

    def _begin(
        self, picture: Picture | Unreadable, rotate: Turn, *, single: bool
    ) -> _Begun:
        """Go as far with a picture as nothing is gained by others beside it."""
        if isinstance(picture, UNREADABLE):
            return picture
        try:
            if rotate == "auto":
                return self.read(picture, single=single, rotate=rotate)
            held = hold(picture, self.limits)
            gray = decode(held, self.limits)
            if max(gray.pixels.shape) <= SMALL:
                return turned(gray, rotate)
            return self._look(held, gray, rotate, single=single)
        except UNREADABLE as error:
            return error

    def _finish(
        self, batch: Sequence[_Begun], *, single: bool
    ) -> list[Reading | Unreadable]:
        """Read what was only begun; small pictures all together."""
        small = [each for each in batch if isinstance(each, GrayImage)]
        seen = iter(self._see(small, single=single) if small else ())
        done = [next(seen) if isinstance(each, GrayImage) else each for each in batch]
        return [
            each.reading(self.min_confidence) if isinstance(each, Candidates) else each
            for each in done
        ]


def read(picture: Picture, *, single: bool = False) -> Reading:
    """Read one picture with a default ``Reader``, made at the first call.

    Raises:
        PictureError: the picture cannot be read; says which and why.
    """
    return _default_reader().read(picture, single=single)


@cache
def _default_reader() -> Reader:
    return Reader()


def _pixels(begun: _Begun) -> int:
    """How many pixels are held in memory until the batch is read."""
    match begun:
        case GrayImage(pixels) | Candidates(GrayImage(pixels)) | Reading(gray=pixels):
            return pixels.size
    return 0
