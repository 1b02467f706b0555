"""The page in a real browser: headless Chromium."""

import runpy
import shutil
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--no-first-run", "--disable-component-update", "--disable-sync"),
    *("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"),
)
DOCS = Path(__file__).parents[3] / "docs"
SECONDS = 60  # for a busy machine


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("needs chromium: apt-get install chromium")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=1000 * SECONDS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="session")
def serving(running):
    """As `running`, with time for each request."""
    return partial(running, "--seconds", SECONDS)


@pytest.fixture(scope="module")
def address(serving, kept):
    with serving("--collect", kept) as (address, _):
        yield address


@pytest.fixture
def open_page(browser, address):
    """A function that opens the page; at the end it must have had no error."""
    contexts, errors = [], []

    def open_page(address=address, **options):
        context = browser.new_context(**options)
        context.set_default_timeout(1000 * SECONDS)
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


@pytest.fixture(scope="session")
def mouse():
    """The functions that draw strokes; points are shares of a sheet's sides."""
    return SimpleNamespace(**runpy.run_path(str(DOCS / "mouse.py")))


@pytest.fixture(scope="session")
def draw(mouse):
    """A function that draws strokes on the page's sheet."""

    def draw(page, *strokes):
        for stroke in strokes:
            mouse.draw_stroke(page.locator("#drawing"), stroke)

    return draw


@pytest.fixture(scope="session")
def expect_reading():
    """A function that waits until the large digits show this; numbers are joined."""

    def expect_reading(page, text):
        from playwright.sync_api import expect

        expect(page.locator("#reading")).to_have_text(text)

    return expect_reading
