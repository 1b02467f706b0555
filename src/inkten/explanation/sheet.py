"""Panels on a sheet: heading, caption and picture, beside and below each other."""

from collections.abc import Sequence
from textwrap import wrap

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

INK, GRAY, PAPER = (31, 36, 48), (102, 108, 122), (255, 255, 255)
HEADING, TEXT, SMALL = 19, 14, 12  # px, of letters
LINE = 19  # px, from one line of a caption to the next
GAP = 18  # px between panels
LETTER = 6.9  # px, the mean width of a letter of a caption
PIXELS_FROM = 3  # zoom from which a picture's pixels stay squares


def panel(
    heading: str,
    caption: str,
    picture: NDArray[np.uint8] | None,
    *,
    width: int,
    height: int | None = None,
) -> Image.Image:
    """A picture under its heading and caption.

    Args:
        heading: what it is; may be empty.
        caption: what it shows; wrapped to the panel's width.
        picture: (H, W) gray or (H, W, 3) RGB, uint8; fitted into width and height.
        width: of the panel, px.
        height: the most of the picture, px; if None, any, and it is not enlarged.
    """
    lines = wrap(caption, int(width / LETTER))
    top = (HEADING + 10 if heading else 0) + LINE * len(lines) + (6 if lines else 0)
    fitted = None if picture is None else fit(picture, width, height)
    below = fitted.height if fitted else 0
    image = Image.new("RGB", (width, top + below), PAPER)
    draw = ImageDraw.Draw(image)
    y = 0
    if heading:
        draw.text((0, y), heading, INK, font(HEADING))
        y += HEADING + 8
    for line in lines:
        draw.text((0, y), line, GRAY, font(TEXT))
        y += LINE
    if fitted:
        image.paste(fitted, (0, top))
    return image


def fit(picture: NDArray[np.uint8], width: int, height: int | None) -> Image.Image:
    """Scale a picture to fit; if no height is given, it is not enlarged."""
    image = Image.fromarray(picture).convert("RGB")
    zoom = width / image.width
    zoom = min(zoom, height / image.height) if height else min(zoom, 1.0)
    size = max(1, round(image.width * zoom)), max(1, round(image.height * zoom))
    if zoom <= 1:
        return image.resize(size, Image.Resampling.BOX)
    soft = zoom < PIXELS_FROM
    how = Image.Resampling.BICUBIC if soft else Image.Resampling.NEAREST
    return image.resize(size, how)


def beside(panels: Sequence[Image.Image]) -> Image.Image:
    """Panels side by side, their tops in line."""
    width = sum(each.width for each in panels) + GAP * (len(panels) - 1)
    image = Image.new("RGB", (width, max(each.height for each in panels)), PAPER)
    left = 0
    for each in panels:
        image.paste(each, (left, 0))
        left += each.width + GAP
    return image


def below(panels: Sequence[Image.Image], *, gap: int = GAP) -> Image.Image:
    """Panels one below the other."""
    height = sum(each.height for each in panels) + gap * (len(panels) - 1)
    image = Image.new("RGB", (max(each.width for each in panels), height), PAPER)
    top = 0
    for each in panels:
        image.paste(each, (0, top))
        top += each.height + gap
    return image


def framed(image: Image.Image, margin: int) -> NDArray[np.uint8]:
    """The sheet with a margin around it: (H, W, 3) uint8."""
    size = image.width + 2 * margin, image.height + 2 * margin
    sheet = Image.new("RGB", size, PAPER)
    sheet.paste(image, (margin, margin))
    return np.asarray(sheet, np.uint8)


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font."""
    return ImageFont.load_default(size)
