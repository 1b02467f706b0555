"""Unsure cells are read again, each on its own."""

import numpy as np
import pytest

from inkten import Box, Digit, Number, Reading

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
