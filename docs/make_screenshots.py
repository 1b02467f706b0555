"""Take pictures of the web page in every state, in headless Chromium.

    inkten serve --teach &
    python docs/make_screenshots.py                  # images/page.png, for the site
    python docs/make_screenshots.py build/pictures   # every state, to look at

Every state is taken at four widths, in light and dark.
"""

import argparse
import shutil
from collections.abc import Callable
from itertools import product
from pathlib import Path

from mouse import draw_stroke
from playwright.sync_api import Page, Route, sync_playwright

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "src" / "inkten" / "server" / "static" / "examples"
SIZES = ((1920, 1080), (1280, 800), (390, 844), (320, 640))
SCHEMES = ("light", "dark")
WAIT = 20_000  # ms, for a busy machine
# Strokes of a 7, a 2 and a 4, as shares of the sheet's width and height.
NUMBER = (
    ((0.17, 0.34), (0.23, 0.35), (0.29, 0.33), (0.25, 0.5), (0.22, 0.7)),
    (
        *((0.42, 0.42), (0.45, 0.34), (0.5, 0.33), (0.52, 0.42), (0.47, 0.55)),
        *((0.42, 0.68), (0.48, 0.67), (0.54, 0.67)),
    ),
    ((0.7, 0.34), (0.66, 0.52), (0.74, 0.52), (0.8, 0.51)),
    ((0.76, 0.42), (0.75, 0.56), (0.74, 0.7)),
)
SEVEN = ((0.25, 0.2), (0.75, 0.2), (0.45, 0.85))  # on one of the pads


def main() -> None:
    """Take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", help="take every state")
    parser.add_argument("--address", default="http://127.0.0.1:8000/")
    parser.add_argument("--only", help="states whose names contain this")
    arguments = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=("--no-sandbox",)
        )

        def take(state: str, path: Path, size: tuple[int, int], scheme: str) -> None:
            width, height = size
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=scheme
            )
            page.set_default_timeout(WAIT)
            page.goto(arguments.address)
            STATES[state](page)
            settle(page)
            page.screenshot(path=path, full_page=True)
            page.close()

        if arguments.folder is None:
            take("drawing", HERE / "images" / "page.png", (1280, 800), "light")
            return
        arguments.folder.mkdir(parents=True, exist_ok=True)
        for state, size, scheme in product(STATES, SIZES, SCHEMES):
            if (arguments.only or "") in state:
                path = arguments.folder / f"{state}_{size[0]}_{scheme}.png"
                take(state, path, size, scheme)


def settle(page: Page) -> None:
    """Wait until the reading, the fonts and the thumbnails are there."""
    page.wait_for_function(
        """() => (document.querySelector("dialog[open]")
                || !document.querySelector(".stale"))
            && document.getAnimations().every((each) => each.playState !== "running")
            && [...document.images].every((image) => image.complete)"""
    )


def draw(page: Page) -> None:
    """Write a number on the sheet."""
    for stroke in NUMBER:
        draw_stroke(page.locator("#drawing"), stroke)
    page.wait_for_selector("#reading .digit:nth-of-type(3)")


def example(name: str) -> Callable[[Page], None]:
    """A function that opens an example picture."""
    return lambda page: page.locator(f'[data-picture$="{name}"]').click()


def several(page: Page) -> None:
    """Choose several pictures, one of them damaged."""
    names = ("table.jpg", "phone.jpg", "board.jpg", "none.jpg", "tiny.png")
    page.set_input_files("#file", [EXAMPLES / name for name in (*names, "LICENSE.txt")])
    page.wait_for_function(
        """() => [...document.querySelectorAll(".files .text")]
            .every((text) => !["", "…"].includes(text.textContent))"""
    )


def wrong_file(page: Page) -> None:
    """Choose a file that is not a picture."""
    page.set_input_files("#file", EXAMPLES / "LICENSE.txt")
    page.wait_for_selector(".failed")


def key(page: Page) -> None:
    """A service with a key, to which a wrong one was given."""

    def refuse(route: Route) -> None:
        route.fulfill(status=401, json={"type": "/docs#key-needed"})

    page.route("**/metrics", refuse)
    page.route("**/v1/read?*", refuse)
    page.locator("#drawing").click()  # a dot
    page.fill("#key", "guess")
    page.keyboard.press("Enter")
    page.wait_for_selector("#key-problem:not(:empty)")


def documentation(page: Page) -> None:
    """The page about the API."""
    page.goto(page.url + "docs")
    page.wait_for_selector(".operation")


def table(page: Page) -> None:
    """The table of the example, a cell of it chosen."""
    example("table.jpg")(page)
    page.get_by_role("tab", name="Table").click()
    page.locator("#table-cells input").nth(3).focus()


def no_table(page: Page) -> None:
    """The tab of a picture without a table."""
    example("tiny.png")(page)
    page.get_by_role("tab", name="Table").click()
    page.wait_for_selector("#table-words:not(:empty)")


def inside(page: Page) -> None:
    """The stages of a drawing."""
    draw(page)
    page.get_by_role("tab", name="Look inside").click()
    page.wait_for_selector("#inside-whole")


def teach(page: Page) -> None:
    """Digits are written to be taught; for a service with --teach."""
    draw(page)
    page.locator("#teach summary").click()
    pads = page.locator(".pads:visible canvas")
    pads.first.wait_for()
    for pad in pads.all():
        draw_stroke(pad, SEVEN)
    page.wait_for_selector("#teach-start:enabled")


def taught(page: Page) -> None:
    """What was learned; for a service with --teach."""
    teach(page)
    page.locator("#teach-start").click()
    page.wait_for_selector("#teach-result", timeout=10 * WAIT)


STATES: dict[str, Callable[[Page], None]] = {
    "empty": lambda page: page.wait_for_selector("#undo"),
    "drawing": draw,
    "photo": example("phone.jpg"),
    "table": example("table.jpg"),
    "boxes": example("boxes.jpg"),
    "board": example("board.jpg"),
    "tiny": example("tiny.png"),
    "none": example("none.jpg"),
    "tab_table": table,
    "tab_none": no_table,
    "tab_inside": inside,
    "teach": teach,
    "taught": taught,
    "several": several,
    "error": wrong_file,
    "key": key,
    "docs": documentation,
}

if __name__ == "__main__":
    main()
