"""The review page in a real browser: headless Chromium."""

import shutil
import zipfile

import numpy as np
import pytest

import inkten
from inkten import Box, Cell, Table
from inkten.datasets.labels import load_labels
from inkten.tables.review import to_html

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


def one_number(text, left_out=()):
    cell = Cell(text, Box(20, 20, 50, 40), 0.5)
    return Table(((cell,),), left_out, gray=np.full((90, 300), 210, "u1"))


@pytest.fixture
def pages():
    """The tables of the page, by their names."""
    return {"marks": table()}


@pytest.fixture
def without():
    """The pages without a table, and why."""
    return {}


@pytest.fixture
def page(tmp_path, pages, without):
    path = tmp_path / "review.html"
    path.write_text(to_html(pages, sure=0.9, without=without), "utf-8")
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


def would_warn(page):
    """Whether closing the page would ask first."""
    return page.evaluate(
        "!dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    )


def unzipped(download, folder):
    download.value.save_as(folder / "kept.zip")
    with zipfile.ZipFile(folder / "kept.zip") as kept:
        assert kept.testzip() is None
        kept.extractall(folder / "kept")
    return folder / "kept"


class TestSeveralPages:
    @pytest.fixture
    def pages(self):
        return {"a card": one_number("12"), "a_card": one_number("34")}

    def test_it_warns_until_every_page_is_saved(self, page, tmp_path):
        assert not would_warn(page)
        cell = page.get_by_label("Row 1, column 1")
        cell.fill("13")
        page.get_by_label("Page").select_option("a_card")
        cell.fill("35")
        assert would_warn(page)
        with page.expect_download() as download:
            page.get_by_role("button", name="Download CSV").click()
        assert download.value.suggested_filename == "a_card.csv"
        assert would_warn(page)
        names = page.locator("#pages option").all_inner_texts()
        assert names == ["a card (not saved)", "a_card"]

        with page.expect_download() as download:
            page.get_by_role("button", name="Download all pages").click()
        folder = unzipped(download, tmp_path)
        texts = {path.name: path.read_text() for path in folder.iterdir()}
        assert texts == {"a_card.csv": "13\n", "a_card_2.csv": "35\n"}
        assert not would_warn(page)


class TestOnePage:
    @pytest.fixture
    def pages(self):
        return {"bill": one_number("12")}

    def test_corrections_keep_signs(self, page, tmp_path):
        assert not page.get_by_role("button", name="Download all pages").is_visible()
        page.get_by_label("Row 1, column 1").fill("1,250.50")
        with page.expect_download() as download:
            page.get_by_role("button", name="Save corrections").click()
        folder = unzipped(download, tmp_path)
        assert [each.text for each in load_labels(folder)] == ["1 250 50"]
        assert [each.text for each in load_labels(folder, written=True)] == ["1,250.50"]
        assert not would_warn(page)

    def test_what_no_reader_could_read_is_no_correction(self, page):
        page.get_by_label("Row 1, column 1").fill("12?")
        assert page.get_by_role("button", name="Save corrections").is_disabled()
        assert would_warn(page)


class TestNumbersLeftOut:
    @pytest.fixture
    def pages(self, write):
        (number,) = inkten.read(write("305").gray).numbers
        return {"bill": one_number("12", (number,)), "other": one_number("34")}

    def test_they_are_listed_and_shown_on_the_page(self, page):
        assert page.get_by_text("Numbers that are not in the table").is_visible()
        page.locator("#numbers").get_by_role("button", name="305").click()
        about = page.locator("#about").inner_text()
        assert about.startswith("Not in the table: read as 305, confidence")
        assert page.locator("#marks .chosen").count() == 1
        page.get_by_label("Row 1, column 1").focus()
        assert page.locator("#numbers .chosen").count() == 0
        page.get_by_label("Page").select_option("other")
        assert not page.get_by_text("Numbers that are not in the table").is_visible()


class TestHighPage:
    @pytest.fixture
    def pages(self):
        cell = Cell("12", Box(60, 900, 150, 60), 0.5)
        gray = np.full((1200, 300), 210, "u1")
        return {"a long list": Table(((cell,),), gray=gray)}

    def test_outlines_are_in_their_place_however_much_of_the_page_is_seen(self, page):
        photo = page.locator("#photo").bounding_box()
        mark = page.locator("#marks button").bounding_box()
        assert photo["height"] > page.locator("#picture").bounding_box()["height"]
        assert mark["y"] - photo["y"] == pytest.approx(0.75 * photo["height"], abs=2)
        assert mark["height"] == pytest.approx(0.05 * photo["height"], abs=2)
        assert mark["x"] - photo["x"] == pytest.approx(0.2 * photo["width"], abs=2)


class TestPagesWithoutATable:
    @pytest.fixture
    def without(self):
        return {"<b>blank</b>.png": "no table was found"}

    def test_they_are_named_with_the_reason(self, page):
        assert page.locator("#reasons li").all_inner_texts() == [
            "<b>blank</b>.png: no table was found"
        ]
