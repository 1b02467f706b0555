"""A number whose length is known: as many digits as it has, and no more."""

import numpy as np
from numpy.typing import NDArray

from inkten.detection.pyramid import MAX_SIDE
from inkten.digits import Box, Digit
from inkten.fusion import classify_and_fuse, weights_for
from inkten.reader import Reader

SAME_PLACE = 0.3  # shared width, of the narrower: two opinions on the same ink


def digits_of_length(
    reader: Reader, gray: NDArray[np.uint8], length: int, min_confidence: float
) -> tuple[Digit, ...]:
    """The likeliest ``length`` digits of one line, from left to right.

    Detections that a reading would reject count, too: that many digits are there.
    Fewer are returned if there are not enough detections beside each other.
    """
    found = reader.detector(gray, single=False, max_side=MAX_SIDE)
    classifier = reader.classifier
    weights = weights_for(
        rejects=classifier.rejects, single=False, trust=classifier.trust
    )
    tiles, probabilities = classify_and_fuse([gray], [found], classifier, weights)
    chosen: list[int] = []
    for index in np.argsort(-probabilities.sum(axis=1)).tolist():
        if len(chosen) < length and not _is_taken(found.boxes, index, chosen):
            chosen.append(index)
    chosen.sort(key=lambda index: float(found.boxes[index, 0]))
    return tuple(
        Digit.of(
            probabilities[index],
            Box(*found.boxes[index].tolist()),
            tiles[index],
            min_confidence,
        )
        for index in chosen
    )


def _is_taken(boxes: NDArray[np.float32], index: int, chosen: list[int]) -> bool:
    """Whether a box shares its columns with one of those chosen."""
    left, width = boxes[index, 0], boxes[index, 2]
    for other in chosen:
        shared = min(left + width, boxes[other, 0] + boxes[other, 2])
        shared -= max(left, boxes[other, 0])
        if shared > SAME_PLACE * min(width, boxes[other, 2]):
            return True
    return False
