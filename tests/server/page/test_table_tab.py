"""The table on a picture: checked, corrected, taken away."""

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import expect

EXAMPLES = Path(__file__).parents[3] / "examples"
SEVEN = [(0.35, 0.25), (0.46, 0.26), (0.57, 0.24), (0.5, 0.5), (0.45, 0.8)]


@pytest.fixture
def page_with_table(page):
    page.set_input_files("#file", EXAMPLES / "table.jpg")
    page.get_by_role("tab", name="Table").click()
    expect(page.locator("#table-cells tr")).to_have_count(5)
    return page


def texts(page):
    return [
        [each.input_value() for each in row.locator("input").all()]
        for row in page.locator("#table-cells tr").all()
    ]


def saved(page, name):
    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()
    return Path(download.value.path())


def test_a_corrected_table_is_saved_with_its_corrections(page_with_table):
    page = page_with_table
    rows = texts(page)
    assert rows[0] == ["27", "30", "8", "65"]
    cell = page.get_by_label("A1")
    cell.focus()
    expect(page.locator("#table-about")).to_contain_text("Row 1, column 1")
    cut = page.locator("#table-cut").evaluate("(canvas) => canvas.width")
    assert cut > 10
    cell.fill("=28")
    expect(page.locator("td.checked")).to_have_count(1)
    rows[0][0] = "'=28"  # no spreadsheet runs it
    with saved(page, "Download CSV").open(newline="") as file:
        assert list(csv.reader(file)) == rows
    openpyxl = pytest.importorskip("openpyxl")
    content = saved(page, "Download XLSX").read_bytes()
    book = openpyxl.load_workbook(io.BytesIO(content))
    first = book.active["A1"]
    assert (first.value, first.data_type) == ("=28", "s")
    assert book.active["B1"].value == 30


def test_doubtful_cells_are_marked_and_checked_one_after_the_other(page):
    def doubt(route):
        answer = route.fetch().json()
        answer["rows"][2][1].update(confidence=0.2)
        answer["rows"][1][0].update(confidence=0.4, text="1?")
        route.fulfill(json=answer)

    page.route("**/v1/table?*", doubt)
    page.set_input_files("#file", EXAMPLES / "table.jpg")
    page.get_by_role("tab", name="Table").click()
    least = page.get_by_label("B3, to be checked")
    expect(least).to_be_visible()
    assert page.locator("td.unsure canvas").count() == page.locator("td.unsure").count()
    count = page.locator("td.unsure").count()
    expect(page.locator("#table-count")).to_have_text(f"{count} cells to check")
    page.get_by_role("button", name="Next one").click()
    expect(least).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("td.unsure")).to_have_count(count - 1)
    expect(page.get_by_label("B3, to be checked")).to_have_count(0)


def test_corrections_outlast_another_tab_and_end_with_another_picture(page_with_table):
    page = page_with_table
    page.get_by_label("A1").fill("99")
    page.get_by_role("tab", name="Digits").click()
    page.locator("#single").check()
    page.locator("#single").uncheck()
    page.get_by_role("tab", name="Table").click()
    expect(page.get_by_label("A1")).to_have_value("99")
    page.set_input_files("#file", EXAMPLES / "phone_number.jpg")
    expect(page.get_by_label("A1")).to_have_value("555")


def test_without_a_table_it_says_so(page, draw, expect_reading):
    draw(page, SEVEN)
    expect_reading(page, "7")
    page.get_by_role("tab", name="Table").click()
    expect(page.locator("#table-words")).to_contain_text("No table found")
    expect(page.get_by_role("button", name="Download CSV")).to_be_hidden()


def test_a_table_that_cannot_be_read_is_explained(page, draw, expect_reading):
    page.route("**/v1/table?*", lambda route: route.abort())
    draw(page, SEVEN)
    expect_reading(page, "7")
    page.get_by_role("tab", name="Table").click()
    expect(page.locator("#table-words")).to_contain_text("does not answer")
    page.unroute("**/v1/table?*")
    page.get_by_role("tab", name="Digits").click()
    page.get_by_role("tab", name="Table").click()
    expect(page.locator("#table-words")).to_contain_text("No table found")
