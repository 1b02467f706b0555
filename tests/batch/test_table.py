import pytest

from inkten import Box, Digit, Number, PictureError, Reading
from inkten.batch.row import row_of
from inkten.batch.table import FileFormat, decode, encode, table_of

NOTHING = Reading((), None)


def number(text):
    digits = tuple(
        Digit(int(c), int(c), 0.9, (), Box(1.0, 2.0, 3.0, 4.0), None) for c in text
    )
    return Reading(((Number(digits),),), None)


@pytest.fixture
def table():
    bad = PictureError("no such file", name='odd "name",\n.png')
    rows = [
        row_of("a.png", 1, number("42"), 0.002, "cnn"),
        row_of("b.png", 2, NOTHING, 0.001, "cnn"),
        row_of('odd "name",\n.png', 1, bad, 0, "cnn"),
        row_of("long.png", 1, number("9" * 20), 0.001, "cnn"),
    ]
    return table_of(rows)


@pytest.mark.parametrize("file_format", FileFormat)
def test_every_format_keeps_every_cell(table, file_format):
    assert decode(encode(table, file_format), file_format).equals(table)


def test_a_row_says_what_was_read_or_why_nothing_was(table):
    read, nothing, bad, long = table.to_pylist()
    assert (read["text"], read["value"], read["milliseconds"]) == ("42", 42, 2)
    assert read["digits"][0] == {
        "value": 4,
        "guess": 4,
        "confidence": 0.9,
        "x": 1,
        "y": 2,
        "width": 3,
        "height": 4,
    }
    assert (nothing["text"], nothing["digits"], nothing["error"]) == ("", [], None)
    assert (bad["text"], bad["error"]) == (None, "no such file")
    assert (long["text"], long["value"]) == ("9" * 20, None)


def test_a_name_that_is_not_utf8_can_be_stored():
    row = row_of("caf\udce9.png", 1, NOTHING, 0, "cnn")
    assert table_of([row])["path"].to_pylist() == ["caf\\udce9.png"]


def test_a_csv_holds_a_page_of_a_thousand_digits_and_any_name():
    rows = [row_of("odd\r.png", 1, number("7" * 2_000), 0, "cnn")]
    table = table_of(rows)
    assert decode(encode(table, FileFormat.CSV), FileFormat.CSV).equals(table)


def test_a_csv_file_starts_with_the_mark_that_spreadsheets_look_for():
    table = table_of([row_of("Jörg Müller.jpg", 1, PictureError("bad"), 0, "cnn")])
    content = encode(table, FileFormat.CSV)
    assert content.startswith("\ufeffpath,".encode())
    for readable in (content, content.removeprefix("\ufeff".encode())):
        assert decode(readable, FileFormat.CSV).equals(table)
