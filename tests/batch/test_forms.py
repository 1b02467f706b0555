import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from inkten import Form, RunError
from inkten.batch.form_report import form_review_page
from inkten.batch.form_row import form_row_of
from inkten.batch.table import FileFormat, decode, encode, schema_of, table_of
from inkten.batch.worker import Job
from inkten.errors import PictureError

EXAMPLE = Path(__file__).parents[2] / "examples" / "form"


@pytest.fixture(scope="module")
def form():
    return Form.load(EXAMPLE / "form.json")


@pytest.fixture
def scans(tmp_path, monkeypatch):
    """A folder with a photo of the form, and a picture of something else."""
    (tmp_path / "scans").mkdir()
    shutil.copy(EXAMPLE / "filled.jpg", tmp_path / "scans" / "a.jpg")
    shutil.copy(EXAMPLE.parent / "phone_number.jpg", tmp_path / "scans" / "b.jpg")
    monkeypatch.chdir(tmp_path)
    return "scans"


@pytest.fixture
def job(form):
    return Job(form=form.template)


def test_every_field_has_columns_and_another_form_is_an_error(
    scans, job, read_all, rows_of
):
    results, reported = read_all(scans, job=job)
    read, other = rows_of(results)
    assert (read["candidate"], read["total"], read["second_marker"]) == (
        "3141595",
        "82",
        True,
    )
    assert read["part_a_confidence"] > 0.5
    assert read["part_a_holds"] is True
    assert (read["problems"], read["error"]) == ("", None)
    assert len(read["outlines"]) == len(job.form.fields)
    assert (
        "the form was not found" in other["error"] or "another form" in other["error"]
    )
    assert other["candidate"] is other["part_a_holds"] is None
    assert reported[-1].errors == 1


@pytest.mark.parametrize("file_format", FileFormat)
def test_every_format_keeps_every_cell_of_a_form(form, file_format):
    schema = schema_of(form.template)
    reading = form.read(EXAMPLE / "filled.jpg")
    empty = replace(reading.fields[0], text="", problems=("empty", 'odd: "x"\n'))
    odd = replace(reading, fields=(empty, *reading.fields[1:]))
    rows = [
        form_row_of("a.jpg", 1, reading, 0.1, "cnn"),
        form_row_of("b.jpg", 2, odd, 0.1, "cnn"),
        form_row_of("c.jpg", 1, PictureError("no such file"), 0.0, "cnn"),
    ]
    table = table_of(rows, schema)
    assert decode(encode(table, file_format), file_format, schema).equals(table)


def test_a_finished_run_is_kept_and_a_changed_form_is_another_run(
    scans, form, job, read_all
):
    read_all(scans, job=job)
    _, reported = read_all(scans, job=job)
    assert reported[0].done == 2
    other = replace(form.template, dropout=None)
    with pytest.raises(RunError, match="the form changed"):
        read_all(scans, job=Job(form=other))


def test_the_page_lists_fields_that_fail_with_their_picture(scans, form, read_all):
    fields = list(form.template.fields)
    checks = replace(fields[1].checks, range=(0, 20))
    fields[1] = replace(fields[1], checks=checks)
    job = Job(form=replace(form.template, fields=tuple(fields)))
    results, _ = read_all(scans, job=job)
    page = form_review_page(results, job)
    assert "<strong>scans/b.jpg</strong>: the form was not found" in page
    (data,) = (
        line.removeprefix("const items = ").rstrip(";")
        for line in page.splitlines()
        if line.startswith("const items = ")
    )
    items = {item["field"]: item for item in json.loads(data)}
    assert items["part_a"]["problems"] == ["21 is above 20"]
    assert items["part_a"]["picture"]
    assert "://" not in page.partition("<script>")[0]
