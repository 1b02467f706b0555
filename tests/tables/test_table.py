"""What a table is written as."""

import csv
import io
import sys

import numpy as np
import pytest

import inkten
from inkten import Box, Cell, InktenError, MissingExtra, Table
from inkten.tables.spreadsheet import to_csv, to_xlsx
from inkten.tables.values import value_of

BOX = Box(10, 10, 40, 20)


def table(*rows, confidence=0.99):
    cells = tuple(tuple(Cell(text, BOX, confidence) for text in row) for row in rows)
    return Table(cells, gray=np.full((80, 90), 200, np.uint8))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("12", 12), ("0", 0), ("-3", -3), ("+3", 3), ("12.50", 12.5), ("0.5", 0.5)),
        *(("12,5", 12.5), ("1,250.00", 1250.0), ("1,250,000", 1_250_000)),
        *(("007", None), ("1?", None), ("", None), ("3/4", None), ("-", None)),
        *(("12 40", None), ("1,250", None), ("1234567890123456", None)),
        *(("1.250", None), ("0.125", 0.125), ("1'000", 1000), ("1.250.000", 1_250_000)),
    ],
)
def test_only_what_is_a_number_beyond_doubt_is_one(text, value):
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("text", "mark", "value"),
    [
        *(("1.250", ",", 1250), ("1.250", ".", 1.25), ("1,250", ".", 1250)),
        *(("12,50", ",", 12.5), ("12,50", ".", None)),
    ],
)
def test_the_decimal_mark_of_the_page_says_what_a_number_is(text, mark, value):
    openpyxl = pytest.importorskip("openpyxl")
    cell = Cell(text, BOX, decimal_mark=mark)
    assert cell.number == value
    assert Cell.from_dict(cell.to_dict()) == cell
    book = openpyxl.load_workbook(io.BytesIO(Table(((cell,),)).to_xlsx()))
    assert book.active["A1"].value == (text if value is None else value)


def test_csv_has_no_header_unless_it_is_asked_for():
    assert table(["12", ""], ["007", "5"]).to_csv() == "12,\n007,5\n"
    assert table(["12", "5"]).to_csv(header=True) == "A,B\n12,5\n"


@pytest.mark.parametrize("text", ["=5", "=1+2", "+3+4", "-3*2", "@5", "\t5"])
def test_csv_holds_no_formula(text):
    ((cell,),) = csv.reader(io.StringIO(to_csv([[text]])))
    assert cell == f"'{text}"


@pytest.mark.parametrize("text", ["-3", "+3", "-12.5", "-", "12"])
def test_numbers_with_a_sign_and_dashes_stay_as_they_are(text):
    assert to_csv([[text]]) == f"{text}\n"


def test_xlsx_has_numbers_texts_colours_and_comments():
    openpyxl = pytest.importorskip("openpyxl")
    sure, unsure = Cell("12.50", BOX, 0.99), Cell("40", BOX, 0.4)
    doubtful, code = Cell("1?", BOX, 0.95), Cell("007", BOX, 0.99)
    formula, unread = Cell("=5", BOX, 0.99), Cell("", BOX, 0.0)
    rows = ((sure, unsure), (doubtful, code), (formula, unread))
    book = openpyxl.load_workbook(io.BytesIO(Table(rows).to_xlsx()))
    sheet = book.active
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert values == [[12.5, 40], ["1?", "007"], ["=5", None]]
    assert sheet["A1"].number_format == "0.00"
    assert sheet["A3"].data_type == "s"
    coloured = [
        cell.coordinate
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fill_type == "solid"
    ]
    assert coloured == ["B1", "A2", "B3"]
    assert sheet["B1"].comment.text == "confidence 0.40"
    assert sheet["B3"].comment.text == "ink that was not read"


@pytest.mark.parametrize(
    ("text", "mark", "value", "shown"),
    [
        *(("13,20", None, 13.2, "0.00"), ("13.20", None, 13.2, "0.00")),
        *(("1.250,0", None, 1250, "0.0"), ("1,250", ".", 1250, "General")),
        ("13,200", ",", 13.2, "0.000"),
    ],
)
def test_xlsx_shows_as_many_decimals_as_are_written(text, mark, value, shown):
    openpyxl = pytest.importorskip("openpyxl")
    only = Table(((Cell(text, BOX, decimal_mark=mark),),))
    cell = openpyxl.load_workbook(io.BytesIO(only.to_xlsx())).active["A1"]
    assert (cell.value, cell.number_format) == (value, shown)


def test_xlsx_lists_numbers_that_are_left_out_on_a_sheet_of_their_own(write):
    openpyxl = pytest.importorskip("openpyxl")
    outside = inkten.read(write("305").gray).numbers
    tables = {
        "a": Table(((Cell("1", BOX),),), outside),
        "b": Table(((Cell("2", BOX),),)),
        "Left out": Table(((Cell("3", BOX),),), outside),
    }
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(tables, sure=0.9)))
    assert book.sheetnames == ["a", "b", "Left out", "Left out 2"]
    header, first, second = book["Left out 2"].values
    assert header == ("Sheet", "Text", "Confidence")
    assert first[:2] == ("a", "305")
    assert first[2] == pytest.approx(outside[0].confidence, abs=0.01)
    assert second[:2] == ("Left out", "305")
    assert list(book["a"].values) == [(1,)]


def test_the_name_of_a_sheet_keeps_its_page_if_it_is_cut():
    openpyxl = pytest.importorskip("openpyxl")
    name = "a-very-long-name-of-a-scanned-bill"
    tables = {f"{name}{page}": table(["1"]) for page in ("", "-2", "-10")}
    book = openpyxl.load_workbook(io.BytesIO(to_xlsx(tables, sure=0.9)))
    assert book.sheetnames == [name[:31], f"{name[:29]}-2", f"{name[:28]}-10"]


def test_spans_are_merged_cells():
    openpyxl = pytest.importorskip("openpyxl")
    wide = Cell("12", BOX, column_span=2)
    rows = ((wide, Cell("", BOX, column_span=0)), (Cell("3", BOX), Cell("4", BOX)))
    book = openpyxl.load_workbook(io.BytesIO(Table(rows).to_xlsx()))
    assert [str(each) for each in book.active.merged_cells.ranges] == ["A1:B1"]


def test_without_openpyxl_the_extra_is_named(monkeypatch):
    monkeypatch.setattr("inkten.tables.spreadsheet.find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r"inkten\[xlsx\]"):
        table(["1"]).to_xlsx()


def test_a_table_comes_back_from_its_dict():
    before = table(["12", ""], ["007", "5"])
    after = Table.from_dict(before.to_dict())
    assert after.rows == before.rows
    assert before.to_dict()["rows"][1][0]["number"] is None
    with pytest.raises(InktenError, match="schema 99"):
        Table.from_dict({**before.to_dict(), "schema": 99})
    with pytest.raises(InktenError, match="not a table"):
        Table.from_dict({"schema": 1})


def test_pandas_gets_numbers_texts_and_gaps():
    pytest.importorskip("pandas")
    frame = table(["12", ""], ["007", "5"]).to_pandas()
    assert frame.shape == (2, 2)
    assert (frame.iloc[0, 0], frame.iloc[1, 0], frame.iloc[1, 1]) == (12, "007", 5)


def test_without_pandas_the_error_names_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(InktenError, match="pip install pandas"):
        table(["1"]).to_pandas()


def test_the_suffix_chooses_the_format(tmp_path):
    table(["12"]).save(tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == "12\n"
    table(["12"]).save(tmp_path / "a.html")
    assert "<title>" in (tmp_path / "a.html").read_text()
    with pytest.raises(InktenError, match=r"\.csv, \.xlsx or \.html"):
        table(["12"]).save(tmp_path / "a.ods")


def test_a_review_page_needs_the_picture():
    with pytest.raises(InktenError, match="no picture"):
        Table.from_dict(table(["1"]).to_dict()).to_html()


def test_a_name_cannot_break_out_of_the_review_page():
    page = table(["1"]).to_html("</script><script>alert(1)</script>")
    assert "</script><script>alert" not in page
