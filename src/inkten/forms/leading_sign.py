"""The plus or minus before the number of a field that may have one."""

import numpy as np

from inkten.errors import ModelError
from inkten.forms.numerals import PLUS_OR_MINUS
from inkten.layout.lines import find_lines
from inkten.reader import Reader
from inkten.reading import Reading
from inkten.signs.find import FoundSign, find_signs, places_of_lines

# On a page of bare digits, a sign has to be surer: here the form says that one may
# stand, and what is printed, such as a rule, is removed
SIGN_FROM = 0.5


def sign_before(reader: Reader, reading: Reading) -> FoundSign | None:
    """Find the sign before the first digit of a reading.

    Raises:
        ModelError: no classifier names signs.
    """
    if reader.sign_classifier is None:
        raise ModelError(
            f"{reader.classifier.name} knows only digits, and the form has a field "
            "with a sign. Train a classifier that names signs with 'inkten train cnn'"
        )
    digits = [digit.box for digit in reading.digits]
    if not digits:
        return None
    boxes = np.array([(box.x, box.y, box.width, box.height) for box in digits])
    boxes = (boxes / reading.scale).astype(np.float32)
    places = places_of_lines(reading.gray, boxes, find_lines(boxes)[:1])
    (line,) = find_signs(places, reader.sign_classifier.classes, least=SIGN_FROM)
    before = [sign for sign in line.signs if sign.start < line.spans[0, 0]]
    is_sign = before and before[-1].value in PLUS_OR_MINUS
    return before[-1] if is_sign else None
