"""Pictures that are chosen, dropped, pasted, taken or tried."""

import base64
import csv
import json
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

EXAMPLES = Path(__file__).parents[3] / "examples"


def test_a_chosen_photo_is_read_and_every_digit_has_a_box(page, expect_reading):
    page.set_input_files("#file", EXAMPLES / "phone_number.jpg")
    expect_reading(page, "5550134")
    assert page.locator("#reading .number").count() == 2
    boxes = page.locator("#marks rect")
    assert boxes.count() == 7
    photo = page.locator("#photo").bounding_box()
    box = boxes.first.bounding_box()
    assert 0 < box["x"] - photo["x"] < photo["width"] / 4
    boxes.nth(3).click()  # the zero, on the picture
    expect(page.locator("#reading").get_by_role("radio", checked=True)).to_have_text(
        "0"
    )


def test_a_slow_picture_does_not_replace_a_newer_one(page, expect_reading):
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


def test_a_picture_is_dropped(page, expect_reading):
    transfer(page, "drop")
    expect_reading(page, "7")


def test_a_picture_is_pasted(page, expect_reading):
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


def test_a_picture_on_its_side_is_turned_upright(page, write, tmp_path, expect_reading):
    turned = tmp_path / "turned.png"
    gray = write("34725").gray
    Image.fromarray(gray).rotate(90, expand=True).save(turned)
    page.set_input_files("#file", turned)
    expect_reading(page, "34725")
    is_wide = "canvas => canvas.width > canvas.height"
    assert page.locator("#photo").evaluate(is_wide)


def test_a_picture_can_be_turned_by_hand(page, write, tmp_path, expect_reading):
    upright = tmp_path / "upright.png"
    Image.fromarray(write("42").gray).save(upright)
    page.set_input_files("#file", upright)
    expect_reading(page, "42")
    for degrees in (90, 180, 270, 0):
        with page.expect_request(f"**/v1/read?*rotate={degrees}"):
            page.locator("#turn").click()
    expect_reading(page, "42")


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


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Phone number", "5550134"),
        ("Boxes", "290820264711350"),
        pytest.param(
            *("Blackboard", "31412718"),
            marks=pytest.mark.xfail(strict=True, reason="its slanted 1s are slashes"),
        ),
        ("28", "3"),
    ],
)
def test_an_example_is_read(page, expect_reading, name, text):
    page.get_by_role("button", name=name).click()
    expect_reading(page, text)


def test_there_are_six_examples_and_one_has_no_digit(page):
    assert page.locator("#examples button").count() == 6
    page.get_by_role("button", name="Table").click()
    expect(page.locator("#reading .line")).to_have_count(4)
    page.get_by_role("button", name="No digit").click()
    expect(page.locator("#nothing")).to_contain_text("No digit found")


def test_boxes_leave_the_ink_uncut_and_have_their_values(page, expect_reading):
    readings = []

    def keep(route):
        answer = route.fetch()
        readings.append(answer.json())
        route.fulfill(response=answer)

    page.route("**/v1/read?*", keep)
    page.set_input_files("#file", EXAMPLES / "phone_number.jpg")
    expect_reading(page, "5550134")
    (reading,) = readings
    digits = [d for line in reading["lines"] for n in line for d in n["digits"]]
    marks = page.locator("#marks g")
    expect(marks).to_have_count(len(digits))
    scale = page.locator("#photo").bounding_box()["width"] / reading["width"]
    for index, digit in enumerate(digits):
        mark = marks.nth(index)
        assert mark.locator("text").text_content() == str(digit["guess"])
        sides = {
            name: float(mark.locator("rect").get_attribute(name))
            for name in ("x", "y", "width", "height")
        }
        ink = {name: value * scale for name, value in digit["box"].items()}
        assert sides["x"] < ink["x"] - 1
        assert sides["y"] < ink["y"] - 1
        assert sides["x"] + sides["width"] > ink["x"] + ink["width"] + 1
        assert sides["y"] + sides["height"] > ink["y"] + ink["height"] + 1


def test_a_picture_above_the_limits_is_made_smaller(serving, open_page, expect_reading):
    picture = EXAMPLES / "phone_number.jpg"
    limits = {"--max-pixels": 500_000, "--max-bytes": picture.stat().st_size // 2}
    with serving(*(word for pair in limits.items() for word in pair)) as (address, _):
        page = open_page(address)
        page.set_input_files("#file", picture)
        expect_reading(page, "5550134")
        with page.expect_download() as download:
            page.get_by_role("button", name="Download JSON").click()
    reading = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert reading["width"] * reading["height"] <= 500_000


def test_several_pictures_are_read_in_a_list(page, expect_reading):
    damaged = {"name": "damaged.png", "mimeType": "image/png", "buffer": b"seven"}
    pictures = [
        {"name": path.name, "mimeType": "image/jpeg", "buffer": path.read_bytes()}
        for path in (EXAMPLES / "phone_number.jpg", EXAMPLES / "digit.jpg")
    ]
    page.set_input_files("#file", [*pictures, damaged])
    expect_reading(page, "5550134")
    rows = page.locator("#files li")
    expect(rows).to_have_count(3)
    expect(rows.nth(0).locator(".text")).to_have_text("555 0134")
    expect(rows.nth(1).locator(".text")).to_have_text("7")
    expect(rows.nth(2).locator(".text")).to_contain_text("not a picture")
    rows.nth(1).click()
    expect_reading(page, "7")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    with Path(download.value.path()).open(encoding="utf-8", newline="") as file:
        saved = list(csv.DictReader(file))
    assert [row["text"] for row in saved] == ["555 0134", "7", ""]
    assert float(saved[0]["confidence"]) > 0.5
    assert "not a picture" in saved[2]["problem"]
    page.locator("#clear").click()
    expect(page.locator("#files")).to_be_hidden()
