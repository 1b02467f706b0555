"""Signs stay with their digits when numbers are cut and joined at cells."""

import numpy as np

from inkten.digits import Box, Digit, Number, Sign
from inkten.tables.numbers import joined, piece_of

NO_TILE = np.zeros((0, 0), np.float32)


def number(text):
    """A number of 10 px wide characters, each at its place in the text."""
    boxes = {place: Box(10 * place, 0, 8, 20) for place in range(len(text))}
    digits = [
        Digit(int(each), int(each), 1.0, (), boxes[place], NO_TILE)
        for place, each in enumerate(text)
        if each.isdecimal()
    ]
    signs = [
        Sign(each, 1.0, boxes[place], sum(map(str.isdecimal, text[:place])))
        for place, each in enumerate(text)
        if not each.isdecimal() and each != " "
    ]
    return Number(tuple(digits), signs=tuple(signs))


def test_a_sign_goes_with_the_nearer_digit():
    written = number("-12.5   -3")
    assert written.text == "-12.5-3"
    assert piece_of(written, [0, 1, 2]).text == "-12.5"
    assert piece_of(written, [3]).text == "-3"
    assert piece_of(written, [0, 1]).text == "-12."


def test_joined_numbers_keep_the_signs_of_both():
    assert joined(number("-1.2"), number("3,4")).text == "-1.23,4"
