"""The plain recipe, kept for comparison: the whole picture squeezed into 28x28.

It expects every picture to be one white digit in the middle of black, as in MNIST. On
people's own pictures it is mostly wrong; ``Reader`` is mostly right.
"""

import cv2
import numpy as np

from inkten.classification.classifier import Classifier
from inkten.classification.tiles import TILE_SIDE
from inkten.digits import Box, Digit, Number
from inkten.image.decode import decode_as_opencv
from inkten.image.source import Limits, Picture
from inkten.reading import Reading

BASELINE_MODEL = "mlp"  # the network that the plain recipe came with


def read_as_is(
    picture: Picture, classifier: Classifier, limits: Limits | None = None
) -> Reading:
    """Gray, resize to 28x28, divide by 255, arg max: one digit, whatever is shown.

    Raises:
        PictureError: the picture cannot be read.
    """
    gray = decode_as_opencv(picture, limits)
    tile = cv2.resize(gray, (TILE_SIDE, TILE_SIDE)).astype(np.float32)
    tile /= np.float32(255)
    (probabilities,) = classifier(tile[None])
    height, width = gray.shape
    digit = Digit.of(probabilities, Box(0, 0, width, height), tile, min_confidence=0)
    return Reading(((Number((digit,)),),), gray)
