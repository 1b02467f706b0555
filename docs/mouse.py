"""Draw with the mouse on a page in a browser: for its pictures, and for its tests."""

from collections.abc import Sequence

from playwright.sync_api import Locator

STEPS = 6  # events from one point of a stroke to the next, as of a hand


def start_stroke(sheet: Locator, stroke: Sequence[tuple[float, float]]) -> None:
    """Draw a stroke and leave the button pressed.

    Args:
        sheet: the element to draw on.
        stroke: its points, as shares of the sheet's width and height.
    """
    sheet.scroll_into_view_if_needed()
    box, mouse = sheet.bounding_box(), sheet.page.mouse
    assert box is not None
    (x, y), *others = [
        (box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke
    ]
    mouse.move(x, y)
    mouse.down()
    for x, y in others:
        mouse.move(x, y, steps=STEPS)


def draw_stroke(sheet: Locator, stroke: Sequence[tuple[float, float]]) -> None:
    """Draw a stroke and lift the pen."""
    start_stroke(sheet, stroke)
    sheet.page.mouse.up()
