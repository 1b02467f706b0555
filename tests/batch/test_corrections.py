"""The corrections of a review page, applied to a copy of the results."""

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from inkten import DataError, Form
from inkten.batch.form_row import form_row_of
from inkten.batch.table import FileFormat, decode, encode, schema_of, table_of
from inkten.cli.main import app
from inkten.errors import PictureError

EXAMPLE = Path(__file__).parents[2] / "examples" / "form"
TITLE = "path,page,field,read,correct\r\n"


@pytest.fixture(scope="module")
def form():
    return Form.load(EXAMPLE / "form.json")


@pytest.fixture(scope="module")
def reading(form):
    return form.read(EXAMPLE / "filled.jpg")


@pytest.fixture
def correct(form, reading, tmp_path, monkeypatch):
    """A function that corrects results in which part A was read as 2?, total as 82."""
    monkeypatch.chdir(tmp_path)
    form.save("form.json")
    unsure = replace(
        reading["part_a"], text="2?", confidence=0.4, problems=("a digit is unsure",)
    )
    fields = [unsure if each.name == "part_a" else each for each in reading.fields]
    fields[3] = replace(fields[3], problems=("part of the field is outside",))
    odd = replace(reading, fields=tuple(fields))
    rows = [
        form_row_of("=a.jpg", 1, odd, 0.1, "cnn"),
        form_row_of("b.jpg", 1, PictureError("no such file"), 0.0, "cnn"),
    ]

    def correct(table, file_format=FileFormat.CSV):
        schema = schema_of(form.template)
        path = Path(f"part-000000.{file_format}")
        path.write_bytes(encode(table_of(rows, schema), file_format))
        Path("corrections.csv").write_bytes((TITLE + table).encode())
        arguments = ["form", "correct", str(path), "corrections.csv"]
        result = CliRunner().invoke(app, arguments)
        copy = Path(f"corrected-{path}")
        if not copy.exists():
            return result, None
        return result, decode(copy.read_bytes(), file_format, schema).to_pylist()

    return correct


@pytest.mark.parametrize("file_format", FileFormat)
def test_a_correction_is_sure_and_its_page_is_checked_again(correct, file_format):
    table = (
        "'=a.jpg,1,part_a,2?,22\r\n'=a.jpg,1,second_marker,x,\r\nz.jpg,1,total,1,2\r\n"
    )
    result, rows = correct(table, file_format)
    assert result.exit_code == 0, result.exception
    assert "2 of 3 corrections" in result.stdout
    page, unread = rows
    assert (page["part_a"], page["part_a_confidence"]) == ("22", 1)
    assert page["part_a_holds"] is True
    assert page["second_marker"] is False
    assert page["total_holds"] is False
    assert page["problems"].splitlines() == [
        "part_c: part of the field is outside",
        "total: 82 is not the sum 22 + 18 + 43 = 83",
    ]
    assert unread["error"] == "no such file"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("'=a.jpg,1,total,88,82\r\n", "total was read as '82', and the correction is"),
        ("'=a.jpg,1,nothing,1,2\r\n", "'nothing' is no field of this form"),
        ("b.jpg,1,total,1,2\r\n", "the page could not be read"),
        ("b.jpg,first,total,1,2\r\n", "not a table of corrections"),
    ],
)
def test_a_correction_that_does_not_fit_is_refused(correct, table, message):
    result, rows = correct(table)
    assert isinstance(result.exception, DataError)
    assert message in str(result.exception)
    assert rows is None
