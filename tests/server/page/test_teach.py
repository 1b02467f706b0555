"""Teach it: digits are written, learned from, and forgotten with the page."""

import base64
from pathlib import Path

import pytest
from playwright.sync_api import expect

from inkten.classification.classifier import Classifier

SEVEN = [(0.35, 0.25), (0.46, 0.26), (0.57, 0.24), (0.5, 0.5), (0.45, 0.8)]
SMALL = [(0.25, 0.2), (0.75, 0.2), (0.45, 0.85)]  # a 7 in a pad


@pytest.fixture(scope="module")
def teaching(serving):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")  # threads that wait keep a busy core busy
        with serving("--teach", "--model", "mlp") as (address, _):
            yield address


@pytest.fixture
def lesson(open_page, teaching):
    page = open_page(teaching)
    page.get_by_text("Teach it your hand").click()
    return page


@pytest.fixture
def write(lesson, mouse):
    """A function that writes a 7 into some of the five boxes."""

    def write(pads):
        for index in pads:
            mouse.draw_stroke(lesson.locator(".pads:visible canvas").nth(index), SMALL)

    return write


def test_digits_are_taught_and_read_before_and_after(
    lesson, write, draw, expect_reading
):
    page = lesson
    draw(page, SEVEN)
    expect_reading(page, "7")
    write(range(5))
    expect(page.locator("#teach-ready")).to_have_text("5 digits to learn from")
    page.locator("#teach-truth").fill("7")
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("#teach-ready")).to_have_text("7 digits to learn from")
    page.get_by_role("button", name="Take 7 back").first.click()
    expect(page.locator("#teach-ready")).to_have_text("6 digits to learn from")
    page.get_by_role("button", name="Teach it").click()
    expect(page.locator("#teach-words")).to_contain_text("Learning")
    expect(page.locator("#teach-own li")).to_have_count(2, timeout=180_000)
    expect(page.locator("#teach-own li").last).to_contain_text("of 6")
    expect(page.locator("#teach-others li").last).to_contain_text("%")
    says = page.locator("#teach-readings .says")
    assert says.all_inner_texts() == ["7", "7"]
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the taught model").click()
    content = Path(download.value.path()).read_bytes()
    assert Classifier.from_bytes(content, "taught.onnx").card.learned == 6
    page.reload()
    expect(page.locator("#teach-result")).to_be_hidden()


def test_it_learns_only_from_enough_digits(lesson, write):
    page = lesson
    teach = page.get_by_role("button", name="Teach it")
    expect(teach).to_be_disabled()
    write(range(4))
    expect(page.locator("#teach-ready")).to_have_text("1 more digit and it can learn")
    expect(teach).to_be_disabled()
    page.get_by_role("button", name="Clear these").click()
    expect(page.locator("#teach-ready")).to_contain_text("5 more digits")


def test_a_lesson_that_fails_is_explained_and_can_be_repeated(lesson, write):
    page = lesson
    write(range(5))
    page.route(
        "**/v1/learn",
        lambda route: route.fulfill(status=422, json={"type": "/docs#bad-parameter"}),
    )
    teach = page.get_by_role("button", name="Teach it")
    teach.click()
    expect(page.locator("#teach-words")).to_contain_text("Write each large")
    expect(teach).to_be_enabled()


def test_what_got_worse_and_was_left_out_is_said(lesson, write):
    page = lesson
    write(range(5))
    share = {"part": 4, "total": 5}
    report = {
        "before": {"part": 5, "total": 5},
        "after": share,
        "mnist_before": share,
        "mnist_after": share,
        "worse": "of 5 pictures held back, 1 is read wrong",
        "doubtful": [{"name": "picture 2", "label": 7, "place": 1, "reads": 1}],
        "left_out": [{"name": "picture 3", "reason": "no digit was found"}],
    }
    model = base64.b64encode(b"model").decode()
    answer = {"report": report, "model": model, "before": None, "after": None}
    page.route("**/v1/learn", lambda route: route.fulfill(json=answer))
    page.get_by_role("button", name="Teach it").click()
    expect(page.locator("#teach-verdict")).to_contain_text("It got worse")
    notes = page.locator("#teach-notes li")
    assert "a 7 that looks like a 1" in notes.first.inner_text()
    assert "no digit was found" in notes.last.inner_text()
    expect(page.locator("#teach-sheet")).to_be_hidden()


def test_it_is_offered_only_where_the_service_teaches(page):
    expect(page.locator("#teach")).to_be_hidden()
