"""The page on every screen, and its size."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from inkten.server.pages import FOLDER

EXAMPLES = Path(__file__).parents[3] / "examples"
SEVEN = [(0.35, 0.25), (0.46, 0.26), (0.57, 0.24), (0.5, 0.5), (0.45, 0.8)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_it_fits_narrow_and_wide_screens(
    open_page, width, scheme, draw, expect_reading
):
    page = open_page(
        viewport={"width": width, "height": 720},
        color_scheme=scheme,
        has_touch=width < 500,
    )
    draw(page, SEVEN)
    expect_reading(page, "7")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for each in page.locator("button:visible").all():
        box = each.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert min(box["height"], box["width"]) >= 40


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_enough_contrast(open_page, scheme):
    """WCAG 2.1, 1.4.3: a contrast of 4.5 to 1."""
    page = open_page(color_scheme=scheme)
    contrasts = page.evaluate(
        """() => {
            const style = getComputedStyle(document.documentElement);
            const linear = (value) =>
                value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
            const luminance = (name) => {
                const hex = style.getPropertyValue(name).trim().slice(1);
                const parts = hex.length === 3 ? [...hex].map((c) => c + c)
                    : hex.match(/../g);
                const [r, g, b] = parts.map((part) => linear(parseInt(part, 16) / 255));
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            };
            return [["--ink", "--paper"], ["--quiet", "--paper"],
                ["--quiet", "--ground"],
                ["--blue", "--ground"], ["--on-blue", "--blue"], ["--sure", "--paper"],
                ["--unsure", "--paper"], ["--unsure", "--unsure-wash"],
                ["--ink", "--unsure-wash"], ["--ink", "--wash"]].map((pair) => {
                const [a, b] = pair.map(luminance).sort((x, y) => y - x);
                return [pair.join(" on "), (a + 0.05) / (b + 0.05)];
            });
        }"""
    )
    assert {pair: ratio for pair, ratio in contrasts if ratio < 4.5} == {}


@pytest.mark.parametrize("width", [320, 1280, 1920])
def test_the_sheet_keeps_its_place_for_photos_and_errors(
    open_page, expect_reading, width
):
    page = open_page(viewport={"width": width, "height": 900})
    before = page.locator("#sheet").bounding_box()
    page.set_input_files("#file", EXAMPLES / "digit.jpg")
    expect_reading(page, "7")
    photo = page.locator("#sheet").bounding_box()
    page.set_input_files(
        "#file", {"name": "a.png", "mimeType": "image/png", "buffer": b"seven"}
    )
    expect(page.locator("#nothing")).to_contain_text("not a picture")
    error = page.locator("#sheet").bounding_box()
    assert before["height"] == photo["height"] == error["height"]
    assert (before["x"], before["width"]) == (photo["x"], photo["width"])


def test_the_answer_is_above_the_sheet_on_a_phone(open_page):
    page = open_page(viewport={"width": 390, "height": 844})
    sheet = page.locator("#sheet").bounding_box()
    answer = page.locator("#answer").bounding_box()
    assert answer["y"] + answer["height"] < sheet["y"]
    assert sheet["y"] + sheet["height"] < 844


def test_a_large_screen_is_used(open_page):
    page = open_page(viewport={"width": 1920, "height": 1080})
    main = page.locator("main").bounding_box()
    assert main["width"] > 1500


def test_the_page_is_small_and_names_the_makers_of_its_examples():
    files = [path for path in FOLDER.iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 150_000
    notice = (FOLDER / "examples" / "LICENSE.txt").read_text("utf-8")
    assert all(word in notice for word in ("Yann LeCun", "Corinna Cortes", "BY-SA 3.0"))
    assert "page/examples/LICENSE.txt" in (FOLDER / "index.html").read_text("utf-8")
