"""Handwriting from packs: digits of writers, fonts, characters and lines of text.

handwriting = Handwriting.of(load_packs(folders), "train")
page = make_page(rng, images, labels, handwriting=handwriting)
"""

import math
from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from inkten.datasets.pack_fonts import Font
from inkten.datasets.pack_pages import Line
from inkten.datasets.packs import Pack
from inkten.datasets.pictures import Pictures
from inkten.synthesis.fonts import drawn_from_file
from inkten.synthesis.strokes import Trace, body, centre_line, line

SMALL_SIDE = 36  # px: smaller glyphs are doubled before their centre line is taken
MIN_DIGITS = 6  # different digits that a writer needs to write numbers
WORD_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'-")

Item = TypeVar("Item")
Glyph = tuple[Pictures, int]  # the pictures, and its index among them


class Weighted(Generic[Item]):
    """Items to draw at random, in proportion to their weights."""

    def __init__(self, items: Sequence[Item], weights: Iterable[float]) -> None:
        """Keep the running sum of the weights, so that a draw is one bisection."""
        self.items = tuple(items)
        self._sums = np.cumsum(list(weights)).tolist()

    def __len__(self) -> int:
        """How many items."""
        return len(self.items)

    def draw(self, rng: np.random.Generator) -> Item:
        """Draw one of the items."""
        place = bisect(self._sums, rng.random() * self._sums[-1])
        return self.items[min(place, len(self.items) - 1)]


@dataclass(frozen=True, eq=False)
class WriterDigits:
    """The digits of one writer of a pack.

    Attributes:
        glyphs: The glyphs of each digit.
        height: Median height of the digits, pixels. A taller digit is also drawn taller
            on the page.
    """

    glyphs: dict[int, tuple[Glyph, ...]]
    height: float

    def digit(
        self, rng: np.random.Generator, value: int | None, *, as_line: bool
    ) -> tuple[Trace, int, float]:
        """A digit's trace, its value, and its height relative to the others."""
        values = tuple(self.glyphs)
        if value not in self.glyphs:
            value = values[int(rng.integers(len(values)))]
        many = self.glyphs[value]
        pictures, index = many[int(rng.integers(len(many)))]
        share = float(pictures.shapes[index, 0]) / self.height
        relative = min(max(share, 0.7), 1.35) if value else min(max(share, 0.6), 1.2)
        return glyph_trace(pictures, index, as_line), value, relative


@dataclass(frozen=True, eq=False)
class FontDigits:
    """The digits of a font that looks handwritten."""

    font: Font

    def digit(
        self, rng: np.random.Generator, value: int | None, *, as_line: bool
    ) -> tuple[Trace, int, float]:
        """A digit's trace, its value, and its height relative to the others."""
        if value is None:
            value = int(rng.integers(10))
        drawn = font_trace(str(value), str(self.font.path), as_line)
        eight = font_trace("8", str(self.font.path), False)
        high = drawn.box[3] - drawn.box[1] - (16 if as_line else 0)
        share = high / max(eight.box[3] - eight.box[1], 1)
        return drawn, value, min(max(share, 0.6), 1.35)


@dataclass(frozen=True, eq=False)
class Handwriting:
    """Everything in one part of some packs.

    Attributes:
        writers: The digits of each writer.
        fonts: Fonts that look handwritten.
        signs: Glyphs of letters and signs, by their text.
        characters: Glyphs that do not look like a digit, one tuple for each character.
        drawings: Glyphs without a text, as doodles.
        numbers: Pictures of numbers whose digits have boxes.
        lines: Lines of text without digits.
        words: The words of those lines.
    """

    writers: Weighted[WriterDigits]
    fonts: Weighted[Font]
    signs: dict[str, list[Glyph]] = field(default_factory=dict)
    characters: tuple[tuple[Glyph, ...], ...] = ()
    drawings: tuple[Glyph, ...] = ()
    numbers: tuple[Glyph, ...] = ()
    lines: tuple[Line, ...] = ()
    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, packs: Sequence[Pack], part: str = "train") -> "Handwriting":
        """Read one part of each pack.

        Raises:
            DataError: a file of a pack is damaged or has another form.
        """
        writers: list[WriterDigits] = []
        weights: list[float] = []
        fonts: list[Font] = []
        signs: dict[str, list[Glyph]] = {}
        ambiguous: set[str] = set()
        drawings: list[Glyph] = []
        numbers: list[Glyph] = []
        lines: list[Line] = []
        for pack in packs:
            fonts += pack.fonts(part)
            lines += [line for line in pack.lines(part) if not _has_digit(line.text)]
            ambiguous |= pack.ambiguous
            if (pictures := pack.numbers(part)) is not None:
                numbers += [(pictures, index) for index in pictures.boxes]
            if (pictures := pack.glyphs(part)) is None:
                continue
            for writer, count in _writers(pictures):
                writers.append(writer)
                # A writer of many digits is still one writer.
                weights.append(math.sqrt(count))
            for index, text in enumerate(pictures.texts.tolist()):
                glyph = pictures, index
                if not text:
                    drawings.append(glyph)
                elif not (len(text) == 1 and text in "0123456789"):
                    signs.setdefault(text, []).append(glyph)
        words = {
            word
            for line in lines
            for word in line.text.split()
            if len(word) > 1 and WORD_SIGNS.issuperset(word)
        }
        return cls(
            Weighted(writers, weights),
            Weighted(fonts, [font.weight for font in fonts]),
            signs,
            tuple(tuple(many) for text, many in signs.items() if text not in ambiguous),
            tuple(drawings),
            tuple(numbers),
            tuple(lines),
            tuple(sorted(words)),
        )


def glyph_trace(pictures: Pictures, index: int, as_line: bool) -> Trace:
    """Trace of a glyph: its centre line, or its strokes as they are."""
    light = _light(pictures[index])
    if not as_line:
        return body(light)
    return line(centre_line(light, enlarge=2 if max(light.shape) < SMALL_SIDE else 1))


@lru_cache(maxsize=16_384)
def font_trace(text: str, path: str, as_line: bool) -> Trace:
    """Trace of a glyph or word of a font file, drawn once and cached."""
    light = drawn_from_file(text, path)
    # Some fonts lack a sign and draw nothing.
    return line(centre_line(light)) if as_line and light.any() else body(light)


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def _light(gray: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Invert and stretch: light ink on black, with a margin."""
    light = 255 - gray
    top = max(int(np.partition(light.ravel(), -8)[-8:].min()), 40)
    stretched = np.minimum(light * np.float32(255 / top), 255)
    return np.pad(stretched.astype(np.uint8), 2)


def _writers(pictures: Pictures) -> list[tuple[WriterDigits, int]]:
    """Each writer of enough different digits, and the number of their digits."""
    writers: list[tuple[WriterDigits, int]] = []
    texts = pictures.texts
    digits = np.flatnonzero((np.char.str_len(texts) == 1) & np.char.isdecimal(texts))
    for writer in np.unique(pictures.writers[digits]):
        own = digits[pictures.writers[digits] == writer]
        glyphs = {
            value: tuple(
                (pictures, int(index)) for index in own[texts[own] == str(value)]
            )
            for value in range(10)
        }
        glyphs = {value: many for value, many in glyphs.items() if many}
        if len(glyphs) >= MIN_DIGITS:
            height = float(np.median(pictures.shapes[own, 0]))
            writers.append((WriterDigits(glyphs, height), len(own)))
    return writers
