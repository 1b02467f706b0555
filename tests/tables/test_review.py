"""The review page in a real browser: headless Chromium."""

import shutil
import zipfile

import numpy as np
import pytest

from inkten import Box, Cell, Table
from inkten.datasets.labels import load_labels

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
WAIT = 60_000  # ms, for a busy machine

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="needs chromium: apt-get install chromium"
)


def table():
    cells = [("12", 0.99), ("4?", 0.5), ("", 0.0), ("=7", 0.95)]
    made = [
        Cell(text, Box(20 + 60 * place, 20, 50, 40), confidence)
        for place, (text, confidence) in enumerate(cells)
    ]
    return Table((tuple(made[:2]), tuple(made[2:])), gray=np.full((90, 300), 210, "u1"))


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "review.html"
    path.write_text(table().to_html("marks"), "utf-8")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page()
        page.set_default_timeout(WAIT)
        errors = []
        page.on("pageerror", lambda error: errors.append(error))
        page.on("request", lambda request: errors.append(request.url))
        page.goto(path.as_uri())
        errors[:] = [e for e in errors if not str(e).startswith(("file:", "data:"))]
        yield page
        browser.close()
    assert [e for e in errors if not str(e).startswith(("data:", "blob:"))] == []


def test_unsure_cells_are_corrected_and_saved(page, tmp_path):
    status = page.get_by_role("status")
    assert status.inner_text() == "2 unsure cells left"
    page.get_by_role("button", name="Next unsure cell").click()
    assert page.locator(":focus").get_attribute("aria-label") == "Row 2, column 1"
    assert "ink that was not read" in page.locator("#about").inner_text()
    page.keyboard.type("38")
    page.keyboard.press("Enter")  # to the next one
    assert page.locator(":focus").input_value() == "4?"
    page.keyboard.type("41")
    page.keyboard.press("Enter")
    assert status.inner_text() == "No unsure cell is left."

    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    download.value.save_as(tmp_path / "marks.csv")
    assert (tmp_path / "marks.csv").read_text() == "12,41\n38,'=7\n"

    with page.expect_download() as download:
        page.get_by_role("button", name="Save corrections").click()
    download.value.save_as(tmp_path / "kept.zip")
    with zipfile.ZipFile(tmp_path / "kept.zip") as kept:
        assert kept.testzip() is None
        kept.extractall(tmp_path / "kept")
    labels = load_labels(tmp_path / "kept")
    assert sorted(each.text for each in labels) == ["38", "41"]
    assert all(each.path.is_file() for each in labels)
