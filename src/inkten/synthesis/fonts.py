"""Glyphs of fonts: the openly licensed ones in matplotlib, and font files of packs.

Printed digits are read like handwritten ones, so they are labelled; printed words are
distractors. The centre line of a printed letter, distorted and drawn with a pen, looks
handwritten: that gives letters and Greek without any pack.
"""

from functools import cache, lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from inkten.errors import MissingExtra
from inkten.synthesis.strokes import Trace, body, centre_line, line

try:
    import matplotlib as mpl
except ModuleNotFoundError as error:
    raise MissingExtra("Making synthetic pages", "train") from error

# DejaVu (Bitstream Vera licence), STIX (SIL OFL), BaKoMa's Computer Modern.
DIGIT_FONTS = (
    "DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSansMono",
    "DejaVuSansMono-Bold", "DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic",
    "STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic",
    "cmr10", "cmss10", "cmtt10", "cmb10", "cmti10",
)  # fmt: skip
LETTER_FONTS = DIGIT_FONTS
# Without serifs, or italic: nobody writes serifs with a pen.
HAND_FONTS = (
    "DejaVuSans",
    "DejaVuSans-Oblique",
    "cmss10",
    "STIXGeneralItalic",
    "cmti10",
)
GREEK_FONTS = (
    "DejaVuSans",
    "DejaVuSans-Oblique",
    "STIXGeneralItalic",
    "DejaVuSerif-Italic",
)

_ONE_AT_A_TIME = Lock()
GLYPH_PIXELS = 52  # font size
FONT_DIGIT = 38.0  # px: about the height of a digit drawn at that size


@lru_cache(maxsize=1024)
def printed(text: str, font: str) -> Trace:
    """Trace of a glyph or word as the font draws it."""
    return body(_drawn(text, font))


@lru_cache(maxsize=1024)
def written(letter: str, font: str) -> Trace:
    """Trace of the centre line of a glyph."""
    return line(centre_line(_drawn(letter, font)))


def drawn_from_file(text: str, path: str) -> NDArray[np.uint8]:
    """Draw a text with a font file: light on black, with a margin."""
    return _drawn_with(text, _face_of(path))


def _drawn(text: str, font: str) -> NDArray[np.uint8]:
    return _drawn_with(text, _face(font))


def _drawn_with(text: str, face: ImageFont.FreeTypeFont) -> NDArray[np.uint8]:
    """Draw a text: light on black, with a margin, at least ``GLYPH_PIXELS`` high."""
    with _ONE_AT_A_TIME:  # FreeType faces are not thread-safe
        left, top, right, bottom = face.getbbox(text)
        width = int(right - left) + 12
        height = max(int(bottom - top) + 12, GLYPH_PIXELS + 8)
        picture = Image.new("L", (width, height))
        ImageDraw.Draw(picture).text((6 - left, 6 - top), text, fill=255, font=face)
    return np.asarray(picture, np.uint8)


@cache
def _face(font: str) -> ImageFont.FreeTypeFont:
    path = Path(mpl.get_data_path()) / "fonts" / "ttf" / f"{font}.ttf"
    return _face_of(str(path))


@cache
def _face_of(path: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, GLYPH_PIXELS)
