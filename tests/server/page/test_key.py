"""The page of a protected or busy service."""

from playwright.sync_api import expect

SEVEN = [(0.35, 0.25), (0.46, 0.26), (0.57, 0.24), (0.5, 0.5), (0.45, 0.8)]


def test_a_key_is_asked_for_once(serving, open_page, draw, expect_reading):
    with serving("--key", "sesame") as (address, _):
        page = open_page(address)
        page.get_by_role("textbox", name="Key").fill("sesame")
        page.keyboard.press("Enter")
        expect(page.locator("#key-dialog")).to_be_hidden()
        draw(page, SEVEN)
        expect_reading(page, "7")
        with page.expect_response("**/metrics"):  # the key is checked
            page.reload()
        draw(page, SEVEN)
        expect_reading(page, "7")
        expect(page.locator("#key-dialog")).to_be_hidden()


def test_a_wrong_key_says_so(serving, open_page, draw, expect_reading):
    with serving("--key", "sesame") as (address, _):
        page = open_page(address)
        for wrong in ("guess", "s\u00e9same"):
            page.get_by_role("textbox", name="Key").fill(wrong)
            page.get_by_role("button", name="Use key").click()
            expect(page.get_by_role("alert")).to_have_text("This key is wrong.")
        page.get_by_role("button", name="Cancel").click()
        draw(page, SEVEN)
        expect(page.locator("#nothing")).to_have_text("This service needs a key.")
        page.get_by_role("button", name="Enter the key").click()
        page.get_by_role("textbox", name="Key").fill(" sesame ")
        page.keyboard.press("Enter")
        expect_reading(page, "7")


def test_a_key_is_not_asked_for_in_the_middle_of_a_stroke(page, mouse):
    problem = {"type": "/docs#key-needed"}
    page.route("**/v1/read?*", lambda route: route.fulfill(status=401, json=problem))
    with page.expect_response("**/v1/read?*"):
        mouse.start_stroke(page.locator("#drawing"), SEVEN)
    expect(page.locator("#key-dialog")).to_be_hidden()
    page.mouse.up()
    expect(page.locator("#key-dialog")).to_be_visible()


def test_a_busy_service_is_asked_again_after_the_time_it_names(page, expect_reading):
    answers = []

    def refuse_once(route):
        answers.append(route)
        if len(answers) > 1:
            route.continue_()
            return
        problem = {"type": "/docs#busy"}
        route.fulfill(status=503, json=problem, headers={"Retry-After": "1"})

    page.route("**/v1/read?*", refuse_once)
    page.get_by_role("button", name="28").click()
    expect(page.locator("#nothing")).to_contain_text("Yours is next")
    expect_reading(page, "3")
    assert len(answers) == 2
