"""Drawing on the page, with mouse, finger and keyboard."""

import re

import pytest
from playwright.sync_api import expect

SEVEN = [(0.35, 0.25), (0.46, 0.26), (0.57, 0.24), (0.5, 0.5), (0.45, 0.8)]
WAIT = 15_000  # ms: what is expected to fail need not take longer


def test_a_seven_is_drawn_and_read(page, draw, expect_reading):
    draw(page, SEVEN)
    expect_reading(page, "7")
    assert page.locator("#confidence").inner_text().endswith("sure")
    assert page.locator("#marks rect").count() == 1
    assert page.locator("#probabilities .best").inner_text().startswith("7")
    expect(page.locator("#tile")).to_have_js_property("naturalWidth", 28)
    expect(page.locator("#tile")).to_have_js_property("complete", True)


def test_an_undone_stroke_is_no_longer_read(page, draw, expect_reading):
    draw(page, SEVEN, [(x + 0.3, y) for x, y in SEVEN])
    expect_reading(page, "77")
    page.locator("#undo").click()
    expect_reading(page, "7")
    page.keyboard.press("Control+z")
    expect(page.locator("#nothing")).to_contain_text("Write a digit")
    assert page.locator("#undo").is_disabled()


def test_a_second_finger_does_not_end_a_stroke(page, expect_reading):
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


def test_a_scribble_is_not_read_as_a_digit(page, draw):
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


def test_an_error_in_the_middle_of_a_stroke_is_not_shown(page, mouse, expect_reading):
    """The end of the stroke is read anyway; an error before it would come and go."""
    page.route("**/v1/read?*", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        mouse.start_stroke(page.locator("#drawing"), SEVEN)
    page.wait_for_timeout(300)  # an error would be shown by now
    assert page.get_by_role("button", name="Try again").is_hidden()
    page.unroute("**/v1/read?*")
    page.mouse.up()
    expect_reading(page, "7")


def test_the_keyboard_alone_draws_reads_and_chooses(page, expect_reading):
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
    expect(page.locator("#reading").get_by_role("radio", checked=True)).to_be_focused()


def test_what_was_undone_or_cleared_comes_back(page, draw, expect_reading):
    draw(page, SEVEN)
    expect_reading(page, "7")
    page.locator("#undo").click()
    expect(page.locator("#nothing")).to_contain_text("Write a digit")
    page.locator("#redo").click()
    expect_reading(page, "7")
    assert page.locator("#redo").is_disabled()
    page.locator("#clear").click()
    expect(page.locator("#nothing")).to_contain_text("Write a digit")
    page.keyboard.press("Control+z")
    expect_reading(page, "7")


def test_the_eraser_takes_ink_away(page, draw, expect_reading):
    draw(page, SEVEN, [(x + 0.3, y) for x, y in SEVEN])
    expect_reading(page, "77")
    page.get_by_label("Thick").check()
    page.locator("#eraser").click()
    over = [(0.6, 0.2), (0.95, 0.25), (0.62, 0.3)]
    draw(page, over, [(x, y + 0.2) for x, y in over], [(x, y + 0.4) for x, y in over])
    draw(page, [(0.6, 0.8), (0.95, 0.85)])
    expect_reading(page, "7")
    sweep = [(x, y) for x in (0.3, 0.38, 0.46, 0.54, 0.62) for y in (0.15, 0.9)]
    draw(page, sweep)
    expect(page.locator("#nothing")).to_contain_text("Write a digit")


def test_a_thicker_pen_leaves_more_ink(page, draw, expect_reading):
    ink = """canvas => canvas.getContext("2d")
        .getImageData(0, 0, canvas.width, canvas.height).data
        .filter((value, i) => i % 4 === 3 && value > 127).length"""
    inks = []
    for pen in ("Thin", "Medium", "Thick"):
        page.get_by_label(pen).check()
        draw(page, SEVEN)
        expect_reading(page, "7")
        inks.append(page.locator("#drawing").evaluate(ink))
        page.locator("#clear").click()
    assert inks[0] < 0.75 * inks[1] < 0.6 * inks[2]
