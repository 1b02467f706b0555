"""A writer: how one person, or one printer, writes on one page."""

import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from inkten.datasets.mnist import Part
from inkten.datasets.pictures import Pictures
from inkten.synthesis.fonts import (
    DIGIT_FONTS,
    GREEK_FONTS,
    HAND_FONTS,
    LETTER_FONTS,
    printed,
    written,
)
from inkten.synthesis.glyphs import bare_one, digit_shape, sign_shape
from inkten.synthesis.handwriting import (
    FontDigits,
    Handwriting,
    WriterDigits,
    font_trace,
    glyph_trace,
)
from inkten.synthesis.sampling import happens, log_uniform, pick
from inkten.synthesis.shapes import SIGN_SHAPES
from inkten.synthesis.skeleton import add_european_strokes
from inkten.synthesis.strokes import Ink, Pen, Pose, Trace, body, centre_line, ink, line

# With packs, a page is written with MNIST's digits and drawn shapes, by a writer of a
# pack, or in a font, in these shares. Real users differ from all, so none dominates.
SOURCE_SHARES = (0.34, 0.44, 0.22)
# People whose 1 is one bare stroke often write it taller than their other digits.
BARE_ONES = 0.3  # share of the writers
BARE = 0.85  # share of their 1s
# Widths of a pen, as shares of a digit's height; drawing programs draw hairlines.
LINES, HAIRLINES = (0.035, 0.16), (0.02, 0.035)
GREEK = frozenset("αβγλμπΩωψηκχΔΛΠΣΨ")


@dataclass(frozen=True)
class Writer:
    """What is the same for all digits of a page.

    Attributes:
        examples: MNIST's digits to copy.
        pen: The pen.
        pose: Average size and orientation; ``pose.height`` in pixels.
        tone: Gray tone of the ink, 0 to 255.
        uneven: How much digits vary, about 0 to 1.
        drawn: Share of digits drawn in shapes that MNIST lacks.
        as_line: Whether the centre line of strokes is redrawn, or strokes are kept
            as they are.
        bare_one: Height of this writer's bare 1s, as a share of the other digits';
            None for a writer whose 1s are as the examples are.
        font: Font of a printer; None for a person.
        handwriting: The handwriting of the packs; None without packs.
        source: The writer or font of a pack that supplies the digits, if any.
        letters: Font file of the letters and words, if any.
    """

    examples: Part
    pen: Pen
    pose: Pose
    tone: float
    uneven: float
    drawn: float
    as_line: bool
    bare_one: float | None = None
    font: str | None = None
    handwriting: Handwriting | None = None
    source: WriterDigits | FontDigits | None = None
    letters: str | None = None

    @classmethod
    def random(cls, rng: np.random.Generator, examples: Part, paper: float) -> Self:
        """A random writer whose ink is legible on paper of this tone."""
        height = log_uniform(rng, 14.5, 46)
        thick = log_uniform(rng, *(HAIRLINES if happens(rng, 0.12) else LINES))
        crisp = 0.0 if happens(rng, 0.15) else rng.uniform(0.5, 1)
        grain = rng.uniform(0.2, 0.6) if happens(rng, 0.25) else 0.0
        pen = Pen(thick, crisp, grain, aliased=happens(rng, 0.08))
        pose = Pose(
            height,
            turn=float(rng.normal(0, 0.05)),
            slant=float(rng.normal(0.08, 0.15)),
            aspect=math.exp(rng.normal(0, 0.12)),
            wobble=rng.uniform(0.01, 0.035) if happens(rng, 0.4) else 0.0,
        )
        # From pale pencil on gray paper to black marker, mostly dark.
        contrast = rng.uniform(0.2, 1) ** 0.6
        return cls(
            examples=examples,
            pen=pen,
            pose=pose,
            tone=paper * (1 - contrast),
            uneven=rng.uniform(0.2, 1.2),
            drawn=pick(rng, (0.1, 0.3, 0.8), (0.6, 0.25, 0.15)),
            # Thin pens need a centre line; thick ones look best with MNIST's strokes.
            as_line=happens(rng, 0.75 if thick < 0.085 else 0.2),
            bare_one=_bare_one(rng),
        )

    def of_height(self, height: float) -> Self:
        """The same writer at another digit height."""
        return replace(self, pose=replace(self.pose, height=height))

    def turned(self, turn: float) -> Self:
        """The same writer on a page rotated by ``turn`` radians."""
        return replace(self, pose=replace(self.pose, turn=self.pose.turn + turn))

    def as_printer(self, rng: np.random.Generator) -> Self:
        """The same ink as a printed font: upright and even."""
        return replace(
            self,
            font=pick(rng, DIGIT_FONTS),
            pen=replace(self.pen, width=rng.uniform(0.05, 0.13)),
            pose=Pose(self.pose.height, aspect=math.exp(rng.normal(0, 0.06))),
            uneven=0.0,
        )

    def with_packs(self, rng: np.random.Generator, handwriting: Handwriting) -> Self:
        """The same pen with packs: digits of a writer, of a font, or of MNIST."""
        source: WriterDigits | FontDigits | None = None
        letters = None
        kind = pick(rng, ("mnist", "writer", "font"), SOURCE_SHARES)
        if kind == "writer" and len(handwriting.writers):
            source = handwriting.writers.draw(rng)
        if len(handwriting.fonts):
            font = handwriting.fonts.draw(rng)
            letters = str(font.path)
            if kind == "font":
                source = FontDigits(font)
        as_line = self.as_line if source is None else happens(rng, 0.35)
        pen = replace(self.pen, clean=True)
        return replace(
            self,
            handwriting=handwriting,
            source=source,
            letters=letters,
            as_line=as_line,
            pen=pen,
        )

    def digit(
        self, rng: np.random.Generator, value: int | None = None
    ) -> tuple[Ink, int]:
        """A digit and its value, which is random unless given."""
        pose = self._posed(rng)
        if self.source is None or self.font is not None:
            trace, value = self._digit_trace(rng, value)
        else:
            trace, value, relative = self.source.digit(rng, value, as_line=self.as_line)
            # A real writer's digits already have their slant and relative height.
            pose = replace(pose, height=pose.height * relative, slant=0.4 * pose.slant)
        if value == 1 and self.bare_one and not self.font and happens(rng, BARE):
            height = self.pose.height * self.bare_one * math.exp(rng.normal(0, 0.08))
            pen = replace(self.pen, width=self.pen.width * self.pose.height / height)
            return ink(rng, bare_one(rng), replace(pose, height=height), pen), value
        return ink(rng, trace, pose, self.pen), value

    def sign(self, rng: np.random.Generator, sign: str, height: float = 1.0) -> Ink:
        """A letter or sign, ``height`` times as high as the digits."""
        trace = self._sign_trace(rng, sign)
        pose = self._posed(rng)
        wobble = pose.wobble if self.font else max(pose.wobble, 0.025)
        pose = replace(pose, height=pose.height * height, wobble=wobble)
        return ink(rng, trace, pose, replace(self.pen, width=self.pen.width / height))

    def glyph(self, rng: np.random.Generator, pictures: Pictures, index: int) -> Ink:
        """Any glyph of a pack, drawn with this pen."""
        shape = glyph_trace(pictures, index, self.as_line)
        if shape.box[2] <= shape.box[0]:
            shape = glyph_trace(pictures, index, False)
        return ink(rng, shape, self._posed(rng), self.pen)

    def word(self, rng: np.random.Generator, text: str, height: float = 1.0) -> Ink:
        """A printed word, in the printer's font or a random one."""
        font = self.font or pick(rng, LETTER_FONTS)
        pose = Pose(self.pose.height * height, turn=self.pose.turn)
        return ink(rng, printed(text, font), pose, self.pen)

    def _sign_trace(self, rng: np.random.Generator, sign: str) -> Trace:
        if self.handwriting is not None and self.font is None:
            found = self._pack_trace(rng, sign, self.handwriting)
            if found is not None:
                return found
        everywhere = sign.isascii() and sign not in "<>"  # some fonts lack the rest
        if self.font is not None:
            return printed(sign, self.font if everywhere else pick(rng, GREEK_FONTS))
        by_shape = 0.7 if sign.isalpha() else 1.0
        if sign in SIGN_SHAPES and happens(rng, by_shape):
            return sign_shape(rng, sign)
        return written(sign, pick(rng, HAND_FONTS if everywhere else GREEK_FONTS))

    def _pack_trace(
        self, rng: np.random.Generator, sign: str, handwriting: Handwriting
    ) -> Trace | None:
        """A sign from a writer of the packs or the font of letters, if they have it."""
        glyphs = handwriting.signs.get(sign)
        found = None
        if glyphs and happens(rng, 0.5):
            glyph = glyphs[int(rng.integers(len(glyphs)))]
            found = glyph_trace(*glyph, self.as_line and sign not in ".:,")
        elif self.letters and sign.isascii() and sign not in "|" and happens(rng, 0.7):
            found = font_trace(sign, self.letters, self.as_line and sign not in ".:,")
        # Fonts lack some signs, and thinning can remove a dot entirely.
        return found if found and found.box[2] > found.box[0] else None

    def _digit_trace(
        self, rng: np.random.Generator, value: int | None
    ) -> tuple[Trace, int]:
        if self.font is not None:
            value = int(rng.integers(10)) if value is None else value
            return printed(str(value), self.font), value
        if happens(rng, self.drawn):
            value = int(rng.integers(10)) if value is None else value
            return digit_shape(rng, value), value
        index = int(rng.integers(len(self.examples.labels)))
        if value is not None:
            for _ in range(100):  # a tenth of the digits are of that value
                if self.examples.labels[index] == value:
                    break
                index = int(rng.integers(len(self.examples.labels)))
            else:
                return digit_shape(rng, value), value
        picture, value = self.examples.images[index], int(self.examples.labels[index])
        if not self.as_line:
            return body(picture), value
        return line(
            add_european_strokes(rng, centre_line(picture, enlarge=2), value)
        ), value

    def _posed(self, rng: np.random.Generator) -> Pose:
        """The average pose with this digit's random variation."""
        if not self.uneven:
            return self.pose
        height, turn, slant, aspect = rng.normal(0, self.uneven, 4).tolist()
        pose = self.pose
        return Pose(
            pose.height * math.exp(0.08 * height),
            pose.turn + 0.05 * turn,
            pose.slant + 0.06 * slant,
            pose.aspect * math.exp(0.08 * aspect),
            pose.wobble,
        )


def _bare_one(rng: np.random.Generator) -> float | None:
    """The height of a writer's bare 1s, if they write such."""
    return math.exp(rng.normal(0.12, 0.15)) if happens(rng, BARE_ONES) else None
