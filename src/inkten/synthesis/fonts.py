"""Printed glyphs from the openly licensed fonts that matplotlib carries.

Printed digits are read like written ones, so they are labelled. Printed words are not
digits. And the centre line of a printed letter, followed by a straying pen, is a
written letter: so the alphabet and Greek need no handwriting of their own.
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
# Without serifs, or cursive: a pen writes no serifs.
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
GLYPH_PIXELS = 52  # font size: digits come out about 38 px high


@lru_cache(maxsize=1024)
def printed(text: str, font: str) -> Trace:
    """A glyph or word as the font draws it."""
    return body(_drawn(text, font))


@lru_cache(maxsize=1024)
def written(letter: str, font: str) -> Trace:
    """The centre line of a glyph, for a pen to follow."""
    return line(centre_line(_drawn(letter, font)))


def drawn_from_file(text: str, path: str) -> NDArray[np.uint8]:
    """As the font of a file draws it: light glyphs on black, with a margin."""
    with _ONE_AT_A_TIME:  # FreeType's faces are not made for several threads
        return _drawn_with(text, _face_of(path))


def _drawn(text: str, font: str) -> NDArray[np.uint8]:
    return _drawn_with(text, _face(font))


def _drawn_with(text: str, face: ImageFont.FreeTypeFont) -> NDArray[np.uint8]:
    """Light glyphs on black, with a margin; at least ``GLYPH_PIXELS`` high."""
    left, top, right, bottom = face.getbbox(text)
    width, height = (
        int(right - left) + 12,
        max(int(bottom - top) + 12, GLYPH_PIXELS + 8),
    )
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
