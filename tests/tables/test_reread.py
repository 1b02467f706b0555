"""Unsure cells are read again, each on its own."""

import cv2
import numpy as np
import pytest

from inkten import Box, Digit, Number, Reading
from inkten.tables.merge_readings import merge_readings

ROWS = [["12", "7"], ["305", "46"]]


def number_of(text, boxes, confidence):
    def digit(value, box):
        chances = np.zeros(10, np.float32)
        chances[int(value)] = confidence
        return Digit.of(chances, box, np.zeros((28, 28), np.float32), 0.5)

    return Number(tuple(map(digit, text, boxes)))


class Again:
    """A reader of cells that gives one answer, and keeps what it was shown."""

    def __init__(self, text, confidence=0.99):
        self.text, self.confidence = text, confidence
        self.pictures = []

    def __call__(self, pictures, *, rotate):
        assert rotate == 0
        for gray in pictures:
            self.pictures.append(gray)
            boxes = [Box(40 + 18 * place, 40, 18, 32) for place in range(9)]
            number = number_of(self.text, boxes, self.confidence)
            yield Reading(((number,),) if self.text else (), gray)


@pytest.fixture
def page(sheet):
    """A function that draws a table and doubts its first number."""

    def page(confidence=0.8, rules=True):
        sheet.cells(ROWS)
        if rules:
            sheet.rules(2, 2)
        reading = sheet.reading()

        def doubted(number):
            sure = confidence if number.text == "12" else 0.999
            boxes = [digit.box for digit in number.digits]
            return number_of(number.text, boxes, sure)

        lines = tuple(tuple(map(doubted, line)) for line in reading.lines)
        return Reading(lines, reading.gray)

    return page


def test_an_unsure_cell_takes_the_surer_text(page):
    again = Again("13")
    reading = page()
    table = reading.table(read_again=again)
    assert table.texts == [["13", "7"], ["305", "46"]]
    assert table.rows[0][0].confidence == pytest.approx(0.99**2)
    assert len(again.pictures) == 1  # nobody asked for the sure ones
    first, cell = table.rows[0][0].numbers[0].digits[0].box, table.rows[0][0].box
    assert cell.x < first.x < first.right < cell.right
    assert cell.y < first.y < first.bottom < cell.bottom


def test_a_text_that_is_less_sure_or_leaves_ink_unread_changes_nothing(page):
    reading = page(confidence=0.9)
    first = reading.table()
    for again in (Again("13", 0.85), Again("1"), Again("")):
        assert reading.table(read_again=again).texts == first.texts


def test_a_cell_is_shown_without_its_rules(page):
    again = Again("12")
    page().table(read_again=again)
    (gray,) = again.pictures
    edge = np.concatenate([gray[:20].ravel(), gray[:, :12].ravel()]).astype(int)
    assert np.ptp(edge) < 40  # rules are darker than the paper by 115


def test_where_no_rule_is_the_neighbours_ink_is_not_shown(page, sheet):
    sheet.letters("XX", 60 + 110 + 65, 50 + 16)  # beside the 7
    reading = page(rules=False)
    again = Again("12")
    reading.table(read_again=again)
    (gray,) = again.pictures
    assert gray.shape[1] < 5 * 32  # two digits and a little around them


def test_ink_in_an_empty_cell_may_become_a_number_that_is_sure(sheet):
    sheet.cells([["12", "7"], ["305", ""], ["4", "46"]])
    sheet.rules(3, 2)
    sheet.letters("9", 60 + 110 + 22, 50 + 60 + 16)
    reading = sheet.reading()
    assert reading.table(read_again=Again("9", 0.8)).texts[1] == ["305", ""]
    assert reading.table(read_again=Again("9")).texts[1] == ["305", "9"]


class AloneAgain(Again):
    """A reader of strokes alone on paper; of anything wider it reads nothing."""

    def __call__(self, pictures, *, rotate):
        for gray in pictures:
            y, x = np.nonzero(gray < 150)
            width = float(np.ptp(x))
            box = Box(float(x.min()), float(y.min()), width, float(np.ptp(y)))
            number = number_of(self.text, [box], self.confidence)
            yield Reading(((number,),) if width < 14 else (), gray)


@pytest.mark.parametrize(("confidence", "text"), [(0.99, "121"), (0.8, "12")])
def test_a_bare_stroke_beside_the_digits_is_read_alone(sheet, confidence, text):
    sheet.cells([["12", "7"], ["305", "46"]])
    sheet.rules(2, 2)
    stroke = 60 + 22 + 50, 50 + 16
    cv2.line(sheet.gray, stroke, (stroke[0], stroke[1] + 28), 40, 2)  # after the 12
    table = sheet.reading().table(read_again=AloneAgain("1", confidence))
    assert table.texts == [[text, "7"], ["305", "46"]]


class RuleAgain(Again):
    """A reader that takes the right edge of a cell, a rule, for a 1."""

    def __call__(self, pictures, *, rotate):
        for gray in pictures:
            x = gray.shape[1] - 30.0  # plain paper, and a little beyond the rule
            boxes = [Box(40, 40, 18, 32), Box(58, 40, 18, 32), Box(x, 20, 8, 50)]
            yield Reading(((number_of("121", boxes, 0.99),),), gray)


def test_a_rule_that_is_read_in_a_cell_is_no_digit(page):
    assert page().table(read_again=RuleAgain("121")).texts[0] == ["12", "7"]


@pytest.fixture
def ink():
    """A cell with two strokes, 30 px high, where a reader may see a digit each."""
    ink = np.zeros((60, 100), np.bool_)
    ink[10:40, 22:26] = ink[10:40, 52:56] = True
    return ink


LEFT, RIGHT = Box(16, 10, 16, 30), Box(46, 10, 16, 30)


def test_a_digit_that_one_reading_missed_is_taken_from_the_other(ink):
    both, left = number_of("47", [LEFT, RIGHT], 0.6), number_of("4", [LEFT], 0.99)
    assert merge_readings(both, left, ink, 30).text == "47"
    assert merge_readings(left, both, ink, 30).text == "47"
    right = number_of("7", [RIGHT], 0.9)
    assert merge_readings(left, right, ink, 30).text == "47"
    ink[:, 40:] = False  # the second was a rule
    assert merge_readings(both, left, ink, 30) is None


def test_of_two_opinions_on_a_digit_the_surer_counts(ink):
    first, again = number_of("4", [LEFT], 0.6), number_of("9", [LEFT], 0.9)
    for together in (
        merge_readings(first, again, ink, 30),
        merge_readings(again, first, ink, 30),
    ):
        assert together.text == "9"
