"""What makes a cell doubtful, however sure its digits are."""

import numpy as np
import pytest

from inkten import Box, Digit, Number, Reading, Sign
from inkten.tables.doubts import DOUBTFUL, doubted
from inkten.tables.table import SURE, Cell

BOX = Box(0, 0, 10, 10)


def column(*texts, mark="."):
    return [(Cell(text, BOX, 0.99, decimal_mark=mark),) for text in texts]


def marked(rows):
    return [row for row, (cell,) in enumerate(doubted(rows)) if cell.confidence < SURE]


def test_a_lost_point_stands_out_in_a_column_of_amounts():
    rows = column("7.50", "12.00", "1250", "080", "9.75", "-3.20", "")
    assert marked(rows) == [2, 3]
    assert doubted(rows)[2][0].confidence == DOUBTFUL
    assert doubted(rows)[2][0].text == "1250"


@pytest.mark.parametrize(
    "texts",
    [
        ("7.50", "12", "1250", "80"),  # one of four has decimals
        ("12", "7", "1250"),  # whole numbers
        ("7.50", "1250"),  # too few to tell
        (),
    ],
)
def test_where_the_column_does_not_agree_nothing_is_doubtful(texts):
    assert marked(column(*texts)) == []


def test_what_is_read_in_a_column_of_letters_is_doubtful():
    unread = (Cell("", BOX, 0.0),)
    letters = [unread, unread, (Cell("8", BOX, 0.99),), (Cell("4", BOX, 0.99),)]
    assert doubted(letters)[2][0].confidence == DOUBTFUL
    one_missed = [unread, *column("8", "4", "12", "6")]
    assert marked(one_missed) == [0]


def signed(number, sign, x, y):
    box = Box(x, y, 14, 4)
    return Number(number.digits, signs=(Sign(sign, 0.99, box, 0),))


def test_a_dash_beyond_a_rule_is_no_minus(sheet):
    sheet.rules(3, 2)
    sheet.cells([["12", "7"], ["", "20"], ["5", "41"]])
    reading = sheet.reading()

    def with_minus(x):
        lines = tuple(
            tuple(
                signed(number, "-", x, 50 + 60 + 30) if number.text == "20" else number
                for number in line
            )
            for line in reading.lines
        )
        return Reading(lines, reading.gray).table().texts[1]

    assert with_minus(60 + 110 + 4) == ["", "-20"]
    assert with_minus(60 + 60) == ["", "20"]


class Again:
    """A reader of cells that always reads the same, here and there with a minus."""

    def __init__(self, text, sign=""):
        self.text, self.sign = text, sign

    def __call__(self, pictures, *, rotate):
        for gray in pictures:
            digits = []
            for place, value in enumerate(self.text):
                chances = np.zeros(10, np.float32)
                chances[int(value)] = 0.99
                box = Box(40 + 18 * place, 40, 18, 32)
                tile = np.zeros((28, 28), np.float32)
                digits.append(Digit.of(chances, box, tile, 0.5))
            signs = (Sign("-", 0.9, Box(28, 54, 8, 3), 0),) if self.sign else ()
            yield Reading(((Number(tuple(digits), signs=signs),),), gray)


def unsure_twelve(sheet):
    """A table whose 12 is to be read again."""
    sheet.rules(2, 2)
    sheet.cells([["12", "7"], ["305", "46"]])
    reading = sheet.reading()

    def doubted(number):
        if number.text != "12":
            return number
        digits = []
        for digit in number.digits:
            chances = np.zeros(10, np.float32)
            chances[digit.guess] = 0.8
            digits.append(Digit.of(chances, digit.box, digit.tile, 0.5))
        return Number(tuple(digits))

    lines = tuple(tuple(map(doubted, line)) for line in reading.lines)
    return Reading(lines, reading.gray)


@pytest.mark.parametrize(("sign", "is_sure"), [("", True), ("-", False)])
def test_a_sign_that_only_one_reading_saw_is_doubtful(sheet, sign, is_sure):
    table = unsure_twelve(sheet).table(read_again=Again("12", sign))
    assert table.rows[0][0].is_sure() is is_sure


def test_ink_as_high_as_a_digit_that_stays_unread_is_doubtful(sheet):
    sheet.rules(2, 2)
    sheet.cells([["12", "7"], ["305", "46"]])
    reading = sheet.reading()
    assert reading.table(read_again=Again("")).unsure() == []
    sheet.letters("X", 60 + 22 + 50, 50 + 16)  # beside the 12
    reading = Reading(reading.lines, sheet.gray)
    table = reading.table(read_again=Again(""))
    assert table.unsure() == [(0, 0)]
    assert table.texts[0][0] == "12"
