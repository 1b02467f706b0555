"""The page in a real browser: headless Chromium."""

import base64
import json
import re
import shutil
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect, sync_playwright

from inkten.datasets.labels import load_labels

EXAMPLES = Path(__file__).parents[2] / "examples"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--no-first-run", "--disable-component-update", "--disable-sync"),
    *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
)
SEVEN = [(0.35, 0.25), (0.46, 0.26), (0.57, 0.24), (0.5, 0.5), (0.45, 0.8)]
WAIT = 15_000  # ms, for a busy machine

pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="needs chromium: apt-get install chromium"
)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def address(running, kept):
    with running("--collect", kept) as (address, _):
        yield address


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, address):
    """A function that opens the page; at the end it must have had no error."""
    contexts, errors = [], []

    def open_page(**options):
        context = browser.new_context(**options)
        context.set_default_timeout(WAIT)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(error))
        page.on(
            "request",
            lambda request: (
                request.url.startswith((address, "blob:", "data:"))
                or errors.append(request.url)
            ),
        )
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        for page in context.pages:  # a request may still be in a test's hands
            page.unroute_all(behavior="ignoreErrors")
        context.close()
    assert errors == []


@pytest.fixture
def page(open_page):
    return open_page()


def draw(page, *strokes):
    """Draw with the mouse; points are fractions of the sheet's width and height."""
    for stroke in strokes:
        draw_without_end(page, stroke)
        page.mouse.up()


def draw_without_end(page, stroke):
    box = page.locator("#drawing").bounding_box()
    points = [
        (box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke
    ]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=6)


def expect_reading(page, text):
    """Wait until the large digits show this; numbers are joined."""
    expect(page.locator("#reading")).to_have_text(text, timeout=WAIT)


def test_a_seven_is_drawn_and_read(page):
    draw(page, SEVEN)
    expect_reading(page, "7")
    assert page.locator("#confidence").inner_text().endswith("sure")
    assert page.locator("#marks rect").count() == 1
    assert page.locator("#probabilities .best").inner_text().startswith("7")
    expect(page.locator("#tile")).to_have_js_property("naturalWidth", 28, timeout=WAIT)
    expect(page.locator("#tile")).to_have_js_property("complete", True, timeout=WAIT)


def test_an_undone_stroke_is_no_longer_read(page):
    draw(page, SEVEN, [(x + 0.3, y) for x, y in SEVEN])
    expect_reading(page, "77")
    page.locator("#undo").click()
    expect_reading(page, "7")
    page.keyboard.press("Control+z")
    expect(page.locator("#nothing")).to_contain_text("Write a digit", timeout=WAIT)
    assert page.locator("#undo").is_disabled()


def test_a_chosen_photo_is_read_and_every_digit_has_a_box(page):
    page.set_input_files("#file", EXAMPLES / "phone_number.jpg")
    expect_reading(page, "5550134")
    assert page.locator("#reading .number").count() == 2
    boxes = page.locator("#marks rect")
    assert boxes.count() == 7
    photo = page.locator("#photo").bounding_box()
    box = boxes.first.bounding_box()
    assert 0 < box["x"] - photo["x"] < photo["width"] / 4
    boxes.nth(3).click()  # the zero, on the picture
    expect(page.get_by_role("radio", checked=True)).to_have_text("0")


def test_a_slow_picture_does_not_replace_a_newer_one(page):
    page.evaluate(
        """() => {
            const open = window.createImageBitmap;
            window.createImageBitmap = (...asked) => {
                window.createImageBitmap = open; // only the first is slow
                const slow = new Promise((done) => { window.goOn = done; })
                    .then(() => open(...asked));
                window.opened = slow.then(() => true);
                return slow;
            };
        }"""
    )
    page.set_input_files("#file", EXAMPLES / "phone_number.jpg")
    page.set_input_files("#file", EXAMPLES / "digit.jpg")
    expect_reading(page, "7")
    shown = page.locator("#photo").evaluate("photo => photo.toDataURL()")
    assert page.evaluate("() => { window.goOn(); return window.opened; }")
    after = page.locator("#photo").evaluate("photo => photo.toDataURL()")
    assert after == shown  # both pictures are of one size


def test_a_second_finger_does_not_end_a_stroke(page):
    box = page.locator("#drawing").bounding_box()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.locator("#drawing").dispatch_event(
        "pointerup", {"pointerId": 7, "isPrimary": False}
    )
    page.mouse.move(
        box["x"] + 0.4 * box["width"], box["y"] + 0.8 * box["height"], steps=8
    )
    page.mouse.up()
    expect_reading(page, "1")


def test_a_picture_is_dropped(page):
    transfer(page, "drop")
    expect_reading(page, "7")


def test_a_picture_is_pasted(page):
    transfer(page, "paste")
    expect_reading(page, "7")


def transfer(page, kind):
    """Drop or paste a picture as a browser does."""
    data = base64.b64encode((EXAMPLES / "digit.jpg").read_bytes()).decode()
    page.evaluate(
        """([kind, data]) => {
            const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
            const transfer = new DataTransfer();
            transfer.items.add(new File([bytes], "digit.jpg", { type: "image/jpeg" }));
            document.body.dispatchEvent(kind === "drop"
                ? new DragEvent("drop", { dataTransfer: transfer, bubbles: true })
                : new ClipboardEvent(
                    "paste", { clipboardData: transfer, bubbles: true }));
        }""",
        [kind, data],
    )


def test_a_picture_is_taken_with_the_camera(page):
    page.locator("#camera").click()
    page.get_by_role("button", name="Take picture").click()
    expect(page.locator("#photo")).to_be_visible()
    with page.expect_response("**/v1/read?*") as answer:
        page.locator("#single").check()
    assert answer.value.ok


def test_a_picture_on_its_side_is_turned_upright(page, write, tmp_path):
    turned = tmp_path / "turned.png"
    gray = write("34725").gray
    Image.fromarray(gray).rotate(90, expand=True).save(turned)
    page.set_input_files("#file", turned)
    expect_reading(page, "34725")
    is_wide = "canvas => canvas.width > canvas.height"
    assert page.locator("#photo").evaluate(is_wide)


def test_a_picture_can_be_turned_by_hand(page, write, tmp_path):
    upright = tmp_path / "upright.png"
    Image.fromarray(write("42").gray).save(upright)
    page.set_input_files("#file", upright)
    expect_reading(page, "42")
    for degrees in (90, 180, 270, 0):
        with page.expect_request(f"**/v1/read?*rotate={degrees}"):
            page.locator("#turn").click()
    expect_reading(page, "42")


@pytest.mark.xfail(
    strict=True, reason="a tangle of straight strokes is read as a 6, 56 % sure"
)
def test_a_scribble_is_not_read_as_a_digit(page):
    tangle = [
        (0.3 + 0.3 * (i * 7 % 11) / 11, 0.25 + 0.5 * (i * 5 % 13) / 13)
        for i in range(40)
    ]
    draw(page, tangle)
    # Not the reading of an unfinished stroke.
    expect(page.locator("#answer")).not_to_have_class(re.compile("stale"), timeout=WAIT)
    expect(page.locator("#announcement")).to_have_text(
        re.compile("No digit|Not sure"), timeout=WAIT
    )


def test_an_unsure_digit_is_marked(page):
    def doubt(route):
        answer = route.fetch().json()
        for line in answer["lines"]:  # none while the stroke is too short
            line[0]["digits"][0].update(value=None, confidence=0.31)
        route.fulfill(json={**answer, "text": "?", "value": None})

    page.route("**/v1/read?*", doubt)
    draw(page, SEVEN)
    expect_reading(page, "7?")
    assert page.locator("#confidence").inner_text() == "Not sure"
    name = page.get_by_role("radio").get_attribute("aria-label")
    assert name == "perhaps 7, 31 % sure"


def test_an_error_is_explained_and_can_be_tried_again(page):
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


def test_an_error_in_the_middle_of_a_stroke_is_not_shown(page):
    """The end of the stroke is read anyway; an error before it would come and go."""
    page.route("**/v1/read?*", lambda route: route.abort())
    with page.expect_event("requestfailed", timeout=WAIT):
        draw_without_end(page, SEVEN)
    page.wait_for_timeout(300)  # an error would be shown by now
    assert page.get_by_role("button", name="Try again").is_hidden()
    page.unroute("**/v1/read?*")
    page.mouse.up()
    expect_reading(page, "7")


def test_a_file_that_is_too_large_is_not_sent(page, tmp_path):
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.truncate(30_000_000)
    sent = []
    page.route("**/v1/read?*", lambda route: sent.append(route.continue_()))
    page.set_input_files("#file", large)
    expect(page.locator("#nothing")).to_have_text("Too large: 30 MB; at most 20 MB.")
    expect(page.get_by_role("button", name="Choose another picture")).to_be_visible()
    assert sent == []


def test_the_keyboard_alone_draws_reads_and_chooses(page):
    page.keyboard.press("Tab")  # the link that skips the tools
    page.keyboard.press("Tab")
    expect(page.locator("#drawing")).to_be_focused()
    page.keyboard.press("Space")
    for key, times in (("ArrowRight", 5), ("ArrowDown", 1)):
        for _ in range(times):
            page.keyboard.press(f"Shift+{key}")
    for _ in range(7):
        page.keyboard.press("Shift+ArrowDown")
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    expect_reading(page, "7")
    status = page.get_by_role("status").first
    expect(status).to_contain_text("Reads 7")
    for _ in range(40):
        if page.evaluate("document.activeElement.matches('.digit')"):
            break
        page.keyboard.press("Tab")
    else:
        pytest.fail("no Tab leads to the digits")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("radio", checked=True)).to_be_focused()


def test_the_text_is_copied_and_the_reading_saved(open_page):
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


def test_a_wrong_answer_is_corrected(page, kept):
    draw(page, SEVEN)
    expect_reading(page, "7")
    page.get_by_text("Wrong? Correct it").click()
    page.get_by_label("The correct text").fill("1")
    page.get_by_role("button", name="Keep").click()
    expect(page.locator("#kept")).to_contain_text("is kept")
    (corrected,) = load_labels(kept)
    assert corrected.text == "1"


def test_a_key_is_asked_for_once(running, browser):
    with running("--key", "sesame") as (address, _):
        page = browser.new_page()
        page.goto(address)
        draw(page, SEVEN)
        page.get_by_role("textbox", name="Key").fill("sesame")
        page.keyboard.press("Enter")
        expect_reading(page, "7")
        page.reload()
        draw(page, SEVEN)
        expect_reading(page, "7")
        expect(page.locator("#key-dialog")).to_be_hidden()
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 768, 1280])
def test_it_fits_narrow_and_wide_screens(open_page, width, scheme):
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


def test_the_docs_page_lists_the_operations(open_page, address):
    page = open_page()
    page.goto(f"{address}docs")
    expect(page.locator(".operation").first).to_contain_text("/v1/read")
    assert page.locator(".operation").count() >= 4
