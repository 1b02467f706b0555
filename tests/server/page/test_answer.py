"""What the page says of a reading, and what a person can do with it."""

import json
import re
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from inkten.datasets.labels import load_labels

EXAMPLES = Path(__file__).parents[3] / "examples"
SEVEN = [(0.35, 0.25), (0.46, 0.26), (0.57, 0.24), (0.5, 0.5), (0.45, 0.8)]


def test_an_unsure_digit_is_marked(page, draw, expect_reading):
    def doubt(route):
        answer = route.fetch().json()
        for line in answer["lines"]:  # none while the stroke is too short
            line[0]["digits"][0].update(value=None, confidence=0.31)
        route.fulfill(json={**answer, "text": "?", "value": None})

    page.route("**/v1/read?*", doubt)
    draw(page, SEVEN)
    expect_reading(page, "7?")
    assert page.locator("#confidence").inner_text() == "Not sure"
    name = page.locator("#reading").get_by_role("radio").get_attribute("aria-label")
    assert name == "perhaps 7, 31 % sure"


def test_an_error_is_explained_and_can_be_tried_again(page, draw, expect_reading):
    page.set_input_files(
        "#file", {"name": "a.png", "mimeType": "image/png", "buffer": b"seven"}
    )
    expect(page.locator("#nothing")).to_contain_text("This file is not a picture")
    expect(page.get_by_role("button", name="Choose another picture")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()
    page.route("**/v1/read?*", lambda route: route.abort())
    page.locator("#clear").click()
    draw(page, SEVEN)
    expect(page.locator("#nothing")).to_contain_text("does not answer")
    page.unroute("**/v1/read?*")
    page.get_by_role("button", name="Try again").click()
    expect_reading(page, "7")


def test_the_text_is_copied_and_the_reading_saved(open_page, expect_reading):
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    page.set_input_files("#file", EXAMPLES / "phone_number.jpg")
    expect_reading(page, "5550134")
    page.get_by_role("button", name="Copy text").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "555 0134"
    with page.expect_download() as download:
        page.get_by_role("button", name="Download JSON").click()
    saved = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert (saved["schema"], saved["text"]) == (1, "555 0134")


def test_a_wrong_answer_is_corrected(page, kept, draw, expect_reading):
    draw(page, SEVEN)
    expect_reading(page, "7")
    page.get_by_text("Correct it").click()
    expect(page.get_by_label("The correct text")).to_have_value("7")
    page.get_by_label("The correct text").fill("1")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("#kept")).to_contain_text("is kept")
    (corrected,) = load_labels(kept)
    assert corrected.text == "1"


def answer_with(page, change):
    """Change each answer of the service before the page gets it."""

    def fulfill(route):
        answer = route.fetch().json()
        for line in answer["lines"]:  # none while the stroke is too short
            for number in line:
                change(number)
        route.fulfill(json=answer)

    page.route("**/v1/read?*", fulfill)


def test_a_reading_that_may_have_missed_ink_is_not_shown_as_sure(
    page, draw, expect_reading
):
    answer_with(page, lambda number: number.update(completeness=0.6))
    draw(page, SEVEN)
    expect_reading(page, "7")
    expect(page.locator("#confidence")).to_have_text("May have missed some")
    expect(page.locator("#answer")).to_have_class(re.compile("unsure"))


def test_the_least_sure_digit_is_selected_first(page, expect_reading):
    def doubt(number):
        for digit in number["digits"][1:2]:
            digit.update(confidence=0.6)

    answer_with(page, doubt)
    page.set_input_files("#file", EXAMPLES / "phone_number.jpg")
    expect_reading(page, "5550134")
    digits = page.locator("#reading").get_by_role("radio")
    expect(digits.nth(1)).to_be_checked()
    digits.nth(3).click()
    expect(digits.nth(3)).to_be_checked()
    with page.expect_response("**/v1/read?*"):
        page.locator("#single").check()
    with page.expect_response("**/v1/read?*"):
        page.locator("#single").uncheck()
    expect_reading(page, "5550134")
    expect(digits.nth(1)).to_be_checked()


def test_only_values_that_it_may_be_have_a_row(page, draw, expect_reading):
    draw(page, SEVEN)
    expect_reading(page, "7")
    rows = page.locator("#probabilities li")
    assert rows.count() <= 4
    assert rows.locator("text=< 1 %").count() == 1
    assert rows.last.inner_text().startswith("Anything else")


def test_the_picture_is_saved_with_its_boxes(page, expect_reading):
    page.set_input_files("#file", EXAMPLES / "phone_number.jpg")
    expect_reading(page, "5550134")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download picture").click()
    with Image.open(download.value.path()) as picture:
        assert (picture.format, picture.size) == ("PNG", (1600, 1200))
        red, green, blue = np.moveaxis(np.asarray(picture.convert("RGB"), int), 2, 0)
    is_green = (green > red + 60) & (green > blue + 20)
    assert 2_000 < is_green.sum() < 40_000
