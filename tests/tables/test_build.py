"""From a reading to its table."""

import numpy as np
import pytest

from inkten import PictureTooLarge, Reading

MARKS = [
    ["12", "7", "305"],
    ["", "48", "90"],
    ["6", "", "41"],
    ["83", "22", "5"],
]


@pytest.mark.parametrize("tilt", [0, 7, -14])
def test_rules_part_rows_and_columns_at_any_tilt(sheet, tilt):
    sheet.rules(4, 3)
    sheet.cells(MARKS)
    assert sheet.turned(tilt).reading().table().texts == MARKS


@pytest.mark.parametrize("tilt", [0, 7, -14])
def test_without_rules_numbers_are_aligned(sheet, tilt):
    sheet.cells(MARKS)
    assert sheet.turned(tilt).reading().table().texts == MARKS


def test_light_ink_on_a_dark_page_is_the_same_table(sheet):
    sheet.rules(4, 3)
    sheet.cells(MARKS)
    sheet.gray = 255 - sheet.gray
    assert sheet.reading().table().texts == MARKS


def test_headlines_and_columns_of_words_are_left_out(sheet):
    sheet.rules(5, 4)
    sheet.cells([["", *row] for row in [["", "", ""], *MARKS]])
    for row, word in enumerate(["Name", "Ada", "Ben", "Eve", "Tom"]):
        sheet.letters(word, 68, 66 + 60 * row)
    for column, word in enumerate(["Max", "Min", "Sum"], 1):
        sheet.letters(word, 68 + 110 * column, 66)
    assert sheet.reading().table().texts == MARKS
    kept = sheet.reading().table(keep_text_columns=True)
    assert kept.texts == [["", "", "", ""], *(["", *row] for row in MARKS)]


def test_a_letter_read_as_a_digit_is_left_out_with_its_column(sheet):
    sheet.rules(4, 4)
    sheet.cells([[*row, ""] for row in MARKS])
    for row, grade in enumerate("ACBA"):
        sheet.letters(grade, 60 + 3 * 110 + 22, 66 + 60 * row)
    sheet.boxes.append((60 + 3 * 110 + 24, 66 + 120, 18, 28))  # the B
    sheet.values.append(8)
    table = sheet.reading().table()
    assert table.texts == MARKS
    assert [number.text for number in table.left_out] == ["8"]


def test_numbers_outside_the_rules_are_left_out_and_named(sheet):
    sheet.rules(4, 3)
    sheet.cells(MARKS)
    sheet.write("2031", 560, 8)
    table = sheet.reading().table()
    assert table.texts == MARKS
    assert [number.text for number in table.left_out] == ["2031"]


def test_rows_without_a_number_are_left_out(sheet):
    sheet.rules(5, 3)
    sheet.cells([*MARKS[:2], ["", "", ""], *MARKS[2:]])
    assert sheet.reading().table().texts == MARKS


def test_wide_writing_in_a_cell_is_one_number(sheet):
    sheet.rules(4, 3)
    sheet.cells([[row[0], row[1], ""] for row in MARKS])
    for place, letter in enumerate("820"):
        sheet.write(letter, 290 + 36 * place, 66)
    assert sheet.reading().table().texts[0] == ["12", "7", "820"]


def test_a_number_over_a_missing_rule_spans_two_columns(sheet):
    sheet.rules(4, 3)
    sheet.cells([["", "", ""], *MARKS[1:]])
    sheet.gray[54:108, 165:175] = 225  # no rule between the first two cells
    sheet.write("123", 131, 66)
    table = sheet.reading().table()
    assert table.texts[0] == ["123", "", ""]
    assert [cell.column_span for cell in table.rows[0]] == [2, 0, 1]


def test_ink_that_was_not_read_makes_a_cell_unsure(sheet):
    sheet.rules(4, 3)
    sheet.cells(MARKS)
    sheet.letters("S", 82, 126)
    table = sheet.reading().table()
    assert table.unsure() == [(1, 0)]
    assert table.rows[1][0].confidence == 0


def test_cells_know_their_place_on_the_page(sheet):
    sheet.rules(4, 3)
    sheet.cells(MARKS)
    box = sheet.reading().table().rows[1][1].box
    assert (box.x, box.y) == pytest.approx((170, 110), abs=4)
    assert (box.width, box.height) == pytest.approx((110, 60), abs=6)


def test_a_reading_without_its_picture_is_aligned(sheet):
    sheet.cells(MARKS)
    reading = Reading.from_dict(sheet.reading(picture=False).to_dict())
    assert reading.table().texts == MARKS


def test_one_number_is_a_table_of_one_cell(sheet):
    sheet.write("42", 100, 100)
    assert sheet.reading().table().texts == [["42"]]


def test_a_page_of_too_many_digits_is_refused(sheet, monkeypatch):
    monkeypatch.setattr("inkten.tables.build.MOST_DIGITS", 3)
    sheet.write("1234", 100, 100)
    with pytest.raises(PictureTooLarge, match="4 digits; a table is made of at most 3"):
        sheet.reading().table()


def test_a_page_without_numbers_has_an_empty_table(sheet):
    table = sheet.reading().table()
    assert (table.shape, table.to_csv(), table.confidence) == ((0, 0), "", 0)
    nothing = Reading((), np.zeros((0, 0), np.uint8), original_size=(9, 9))
    assert nothing.table().rows == ()
