"""``POST /v1/table/xlsx``."""

import io

import pytest

PNG = {"Content-Type": "image/png"}


@pytest.fixture
def table(client, numbers):
    return client.post("/v1/table", content=numbers, headers=PNG).json()


def test_a_corrected_table_becomes_a_spreadsheet(client, table):
    openpyxl = pytest.importorskip("openpyxl")
    table["rows"][1][0].update(text="13", confidence=1)
    answer = client.post("/v1/table/xlsx", json=table)
    assert answer.status_code == 200, answer.text
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert [[cell.value for cell in row] for row in sheet] == [[40, 7], [13, None]]


@pytest.mark.parametrize(
    "change",
    [
        {"text": "\x00"},
        {"text": 5},
        {"confidence": 2},
        {"row_span": 9},
        {"column_span": 2},
        {"column_span": True},
    ],
)
def test_what_no_spreadsheet_can_hold_is_a_problem(
    client, table, change, check_problem
):
    table["rows"][0][0].update(change)
    answer = client.post("/v1/table/xlsx", json=table)
    check_problem(answer, 422, "bad-parameter")


def test_what_is_not_a_table_is_a_problem(client, check_problem):
    deep = b"[" * 100_000
    answer = client.post(
        "/v1/table/xlsx", content=deep, headers={"Content-Type": "application/json"}
    )
    check_problem(answer, 422, "bad-parameter")
    check_problem(client.post("/v1/table/xlsx", content=b"{}"), 415, "unsupported-type")
    many = {"rows": [[{"text": "", "confidence": 1}] * 20_001]}
    check_problem(client.post("/v1/table/xlsx", json=many), 413, "too-large")
