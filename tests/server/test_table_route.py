"""``POST /v1/table``."""

import csv
import io

import pytest

from inkten.server.schemas import TableAnswer, TablesAnswer

PNG = {"Content-Type": "image/png"}


def form(*pictures):
    return [("file", (name, content, "image/png")) for name, content in pictures]


def texts(answer):
    return [[cell["text"] for cell in row] for row in answer["rows"]]


def test_a_page_is_answered_with_its_table(client, numbers):
    answer = client.post("/v1/table", content=numbers, headers=PNG)
    assert answer.status_code == 200
    assert texts(answer.json()) == [["40", "7"], ["12", ""]]
    assert TableAnswer.model_validate(answer.json())


def test_csv_and_html_are_files(client, numbers):
    answer = client.post("/v1/table?format=csv&header=true", content=numbers)
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="table.csv"'
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows == [["A", "B"], ["40", "7"], ["12", ""]]
    page = client.post("/v1/table?format=html", content=numbers).text
    assert page.startswith("<!doctype html>")


def test_several_pages_become_sheets(client, numbers, seven):
    openpyxl = pytest.importorskip("openpyxl")
    pictures = form(("a.png", numbers), ("b.png", seven), ("a.png", seven))
    answer = client.post("/v1/table?format=xlsx", files=pictures)
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["a", "b", "a 2"]
    assert book["a"]["A1"].value == 40


def test_a_bad_page_among_good_ones_has_its_problem_in_its_place(client, numbers):
    pictures = form(("a.png", numbers), ("bad.png", b"seven"))
    answer = client.post("/v1/table", files=pictures).json()
    good, bad = answer["tables"]
    assert texts(good) == [["40", "7"], ["12", ""]]
    assert bad["problem"]["status"] == 422
    assert TablesAnswer.model_validate(answer)


def test_csv_of_several_pages_is_refused(client, numbers, check_problem):
    pictures = form(("a.png", numbers), ("b.png", numbers))
    answer = client.post("/v1/table?format=csv", files=pictures)
    assert "format=xlsx" in check_problem(answer, 422, "bad-parameter")


def test_a_page_that_cannot_be_read_is_a_problem(client, check_problem):
    answer = client.post("/v1/table", content=b"seven", headers=PNG)
    check_problem(answer, 422, "unreadable-picture")


def test_unknown_options_are_refused(client, numbers, check_problem):
    answer = client.post("/v1/table?format=pdf", content=numbers)
    assert "format" in check_problem(answer, 422, "bad-parameter")
