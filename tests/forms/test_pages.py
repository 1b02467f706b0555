"""The pages to correct a template and to review fields, in a real browser."""

import csv
import json
import shutil
import zipfile
from decimal import Decimal

import cv2
import numpy as np
import pytest
from playwright.sync_api import sync_playwright

from inkten import Form
from inkten.datasets.labels import load_labels
from inkten.forms.editor import editor_html
from inkten.forms.fields import Kind
from inkten.forms.review import ReviewItem, review_html

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
WAIT = 60_000  # ms, for a busy machine

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="needs chromium: apt-get install chromium"
)


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, timeout=WAIT
        )
        yield browser
        browser.close()


@pytest.fixture
def show(browser, tmp_path):
    """A function that opens a page; at the end it must have had no error."""
    errors, contexts = [], []

    def show(html):
        path = tmp_path / "page.html"
        path.write_text(html, "utf-8")
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        context.set_default_timeout(WAIT)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(error))
        page.goto(path.as_uri())
        return page

    yield show
    for context in contexts:
        context.close()
    assert errors == []


def saved(page, button, path):
    with page.expect_download() as download:
        page.click(button)
    download.value.save_as(path)
    return path


def test_fields_are_named_drawn_and_saved(show, form, tmp_path):
    page = show(editor_html(form.template, "form.json"))
    page.click("#list button >> nth=1")
    page.fill("#name", "points a")
    assert page.is_disabled("#save")
    page.fill("#name", "points_a")
    page.fill("#largest", "30")
    box = page.locator("#sheet").bounding_box()
    left, top = box["x"] + 0.7 * box["width"], box["y"] + 0.7 * box["height"]
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(left + 100, top + 40, steps=3)
    page.mouse.up()
    page.fill("#name", "extra")
    page.select_option("#kind", "tick")
    fields = Form.load(saved(page, "#save", tmp_path / "form.json")).fields
    assert [field.name for field in fields[:2]] == ["candidate", "points_a"]
    assert fields[1].checks.range == (0, 30)
    assert fields[4].checks.sum_of == ("points_a", "part_b", "part_c")
    assert (fields[-1].name, fields[-1].kind) == ("extra", Kind.TICK)
    assert fields[-1].box.width == pytest.approx(100 * 1240 / box["width"], abs=2)


def test_a_number_may_have_decimals(show, form, tmp_path):
    page = show(editor_html(form.template, "form.json"))
    page.click("#list button >> nth=1")
    page.select_option("#kind", "number")
    page.fill("#decimals", "2")
    page.fill("#largest", "24.75")
    field = Form.load(saved(page, "#save", tmp_path / "form.json")).fields[1]
    assert (field.kind, field.decimals) == (Kind.NUMBER, 2)
    assert field.checks.range == (0, Decimal("24.75"))
    assert "among its downloads" in page.inner_text("aside")


def test_a_page_with_corrections_asks_before_it_is_closed(show, tmp_path):
    picture = cv2.imencode(".png", np.full((40, 90), 255, np.uint8))[1].tobytes()
    page = show(
        review_html(
            [ReviewItem("a.jpg", 1, "a", Kind.NUMBER, "-2.5", 0.4, [], picture)],
            {"pages": "1"},
        )
    )
    asks = """() => !dispatchEvent(
        new Event("beforeunload", {cancelable: true}))"""
    assert not page.evaluate(asks)
    page.locator("input").fill("-3.5")
    assert page.evaluate(asks)
    table = saved(page, "#table", tmp_path / "corrections.csv")
    assert table.read_text().splitlines()[1] == "a.jpg,1,a,-2.5,-3.5"
    assert not page.evaluate(asks)


def test_corrections_are_saved_as_a_table_and_as_labelled_pictures(show, tmp_path):
    picture = cv2.imencode(".png", np.full((40, 90), 255, np.uint8))[1].tobytes()
    items = [
        ReviewItem("</script>.jpg", 2, "a", Kind.CELLS, "4?", 0.4, ["<b>"], picture),
        ReviewItem("=x.jpg", 1, "b", Kind.NUMBER, "17", 0.8, [], picture),
        ReviewItem("c.jpg", 1, "c", Kind.TICK, "", 0.6, [], picture),
        ReviewItem("c.jpg", 1, "d", Kind.NUMBER, "1?", 0.6, [], picture),
        ReviewItem("c.jpg", 1, "e", Kind.NUMBER, "250", 0.6, [], picture),
        ReviewItem("c.jpg", 1, "f", Kind.NUMBER, "99", 0.6, [], picture),
    ]
    page = show(review_html(items, {"pages": "3"}))
    page.locator("input").nth(0).fill("42")
    page.locator("input").nth(1).press("Enter")
    page.locator("input").nth(2).check()
    page.locator("input").nth(4).fill("2.50")
    assert page.inner_text("#count") == "3 corrections"
    table = saved(page, "#table", tmp_path / "corrections.csv")
    with table.open(newline="") as file:
        assert [list(row.values()) for row in csv.DictReader(file)] == [
            ["</script>.jpg", "2", "a", "4?", "42"],
            ["c.jpg", "1", "c", "", "x"],
            ["c.jpg", "1", "e", "250", "2.50"],
        ]
    with zipfile.ZipFile(saved(page, "#labels", tmp_path / "labelled.zip")) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "labelled")
    labelled = load_labels(tmp_path / "labelled")
    assert [(each.text, each.note) for each in labelled] == [
        ("42", "a"),
        ("17", "b"),
        ("2 50", "e"),
    ]  # nobody has looked at the 99
    with (tmp_path / "labelled" / "labels.csv").open(newline="") as file:
        assert [row["written"] for row in csv.DictReader(file)] == ["42", "17", "2.50"]
    assert labelled[0].path.read_bytes() == picture


def test_a_page_without_doubts_says_so(show):
    page = show(review_html([], {"pages": "1"}))
    assert "nothing to review" in page.inner_text("#intro")
    assert json.loads(page.evaluate("JSON.stringify(items)")) == []
