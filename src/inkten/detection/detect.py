"""Detection with the network that ships, or with any function that replaces it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from inkten.detection.coarse import coarse_side
from inkten.detection.detector import Detector
from inkten.detection.heatmap import Detections
from inkten.detection.margin import add_margin, margin_of, without_margin
from inkten.image.grouping import by_shape
from inkten.image.source import check_digits
from inkten.options import ReadOptions


class Detect(Protocol):
    """A detector: finds the digits on an (H, W) uint8 gray picture."""

    def __call__(
        self, image: NDArray[np.uint8], *, single: bool = ..., max_side: int = ...
    ) -> Detections:
        """Detect the digits; with ``single``, every candidate for the only one.

        ``max_side`` is the long side in pixels of the finest level to search.
        """


def detect_each(
    detect: Detect,
    images: Sequence[NDArray[np.uint8]],
    options: ReadOptions,
    max_side: int | None,
) -> list[Detections]:
    """Detect the digits of each picture, in batches of pictures of one size.

    Args:
        detect: a ``Detector``, or another that takes one picture at a time.
        images: (H, W) uint8 each.
        options: whether one digit is known to be there, and how many there may be. A
            single digit without paper around it gets some.
        max_side: px, the long side of the finest level to search; None for the coarse
            levels alone.

    Raises:
        PictureTooLarge: a picture has too many detections.
    """
    margins = [margin_of(image) if options.single else 0 for image in images]
    images = [add_margin(*each) for each in zip(images, margins, strict=True)]
    detections = [Detections.empty()] * len(images)
    for places in by_shape(images):
        alike = [images[place] for place in places]
        finest = max_side or coarse_side(max(alike[0].shape))
        if isinstance(detect, Detector):
            found = detect.detect_batch(alike, single=options.single, max_side=finest)
        else:
            found = [
                detect(image, single=options.single, max_side=finest) for image in alike
            ]
        for place, own in zip(places, found, strict=True):
            check_digits(len(own), options.limits)
            shape = images[place].shape
            detections[place] = without_margin(own, margins[place], shape)
    return detections
