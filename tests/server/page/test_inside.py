"""Look inside: the stages follow the sheet."""

from playwright.sync_api import expect

SEVEN = [(0.25, 0.25), (0.36, 0.26), (0.47, 0.24), (0.4, 0.5), (0.35, 0.8)]
ONE = [(0.75, 0.25), (0.74, 0.8)]


def test_the_stages_follow_the_drawing(page, draw, expect_reading):
    draw(page, SEVEN)
    expect_reading(page, "7")
    page.get_by_role("tab", name="Look inside").click()
    ways = page.locator("#inside-ways li")
    expect(ways).to_have_count(3)
    assert "Plain recipe" in ways.first.inner_text()
    expect(ways.nth(1).locator(".says")).to_have_text("7")
    expect(ways.nth(2).locator(".says")).to_have_text("7")
    for stage in ("contrast", "heat", "tile"):
        image = page.locator(f"#inside-{stage}")
        expect(image).to_have_js_property("complete", True)
        assert image.evaluate("(image) => image.naturalWidth") >= 28
    assert page.locator("#inside-layers figure").count() > 4
    expect(page.locator("#inside-rows tr")).to_have_count(4)
    tile = page.locator("#inside-tile").get_attribute("src")

    draw(page, ONE)
    expect(ways.nth(2).locator(".says")).to_have_text("71")
    page.locator("#reading").get_by_role("radio").nth(1).click()
    expect(page.locator("#inside-tile")).not_to_have_attribute("src", tile)


def test_no_stage_is_asked_for_while_its_tab_is_closed(page, draw, expect_reading):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    draw(page, SEVEN)
    expect_reading(page, "7")
    page.wait_for_timeout(500)
    assert not any("explain" in url or "table" in url for url in asked)


def test_the_reading_does_not_wait_for_the_stages(page, draw, expect_reading):
    held = []
    page.route("**/v1/explain?*", lambda route: held.append(route))  # no answer
    draw(page, SEVEN)
    expect_reading(page, "7")
    page.get_by_role("tab", name="Look inside").click()
    expect(page.locator("#inside-words")).to_contain_text("Looking inside")
    draw(page, ONE)
    expect_reading(page, "71")
    assert held


def test_stages_that_cannot_be_had_are_explained(page, draw, expect_reading):
    page.route(
        "**/v1/explain?*",
        lambda route: route.fulfill(status=504, json={"type": "/docs#too-late"}),
    )
    draw(page, SEVEN)
    expect_reading(page, "7")
    page.get_by_role("tab", name="Look inside").click()
    expect(page.locator("#inside-words")).to_contain_text("took too long")
    page.unroute("**/v1/explain?*")
    draw(page, ONE)
    expect(page.locator("#inside-ways li").nth(2).locator(".says")).to_have_text("71")


def test_the_arrow_keys_move_from_tab_to_tab(page, draw, expect_reading):
    draw(page, SEVEN)
    expect_reading(page, "7")
    page.get_by_role("tab", name="Digits").focus()
    page.keyboard.press("ArrowLeft")
    tab = page.get_by_role("tab", name="Look inside")
    expect(tab).to_be_focused()
    expect(tab).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel")).to_have_count(1)
