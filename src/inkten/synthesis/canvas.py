"""The page while it is drawn: its gray tones, and its labels."""

import math
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.classification.classes import OTHER, class_of
from inkten.detection.pyramid import MAX_HEIGHT, MIN_HEIGHT
from inkten.synthesis.strokes import Ink

Box = tuple[float, float, float, float]  # x, y, width, height in pixels

# Outside these a digit belongs to another pyramid level: the detector must find neither
# fine print nor the loop of a large 6, 8 or 9 as a 0. Between these limits and the
# detector's own range the right answer is unclear, so no digit is put there.
TINY_HEIGHT, HUGE_HEIGHT = 10.0, 58.0
# Share of the ink: a digit that the border cuts further may look like another one.
LEAST_VISIBLE = 0.85


@dataclass(frozen=True)
class Written:
    """A text on a page.

    Attributes:
        text: digits and signs, as a reading with signs has them.
        box: around all its ink, pixels.
    """

    text: str
    box: Box


@dataclass
class Canvas:
    """A page of gray tones, and the boxes of everything on it.

    Attributes:
        tone: (side, side) float32, 0 black to 255 white.
        turn: Rotation of the page, radians.
        scale: How much the page is enlarged later (thumbnails are); decides which
            digits are labelled.
        on_screen: Drawn in a program rather than on paper.
        boxes: x, y, width, height of each digit's ink.
        values: Value of each digit.
        in_range: Whether the detector finds a digit of this height on this level.
        ignore: Boxes that may or may not be a digit on their own: fine print, a digit
            cut by the border, a bracket, an o.
        distractor_boxes: Boxes of all other letters, signs and words.
        distractor_labels: The class of each.
        rules: (side, side) uint8, 255 where a rule or edge is drawn.
        written: The texts that are completely on the page.
        taken: Boxes of everything on the page.
        faintest: Contrast of the palest digit, gray levels.
    """

    tone: NDArray[np.float32]
    turn: float = 0.0
    scale: float = 1.0
    on_screen: bool = False
    boxes: list[Box] = field(default_factory=list)
    values: list[int] = field(default_factory=list)
    in_range: list[bool] = field(default_factory=list)
    ignore: list[Box] = field(default_factory=list)
    distractor_boxes: list[Box] = field(default_factory=list)
    distractor_labels: list[int] = field(default_factory=list)
    rules: NDArray[np.uint8] = field(init=False)
    written: list[Written] = field(default_factory=list)
    taken: list[Box] = field(default_factory=list)
    faintest: float = 255.0

    def __post_init__(self) -> None:
        """Start without rules."""
        self.rules = np.zeros(self.tone.shape, np.uint8)

    @property
    def side(self) -> int:
        """Side length, pixels."""
        return len(self.tone)

    @property
    def shade(self) -> float:
        """Gray tone of the paper at its corner."""
        return float(self.tone[0, 0])

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Position of a point after the page's rotation."""
        middle = self.side / 2
        cosine, sine = math.cos(self.turn), math.sin(self.turn)
        x, y = x - middle, y - middle
        return middle + cosine * x - sine * y, middle + sine * x + cosine * y

    def put(
        self,
        ink: Ink,
        x: float,
        y: float,
        tone: float,
        *,
        value: int | None = None,
        ignore: bool = False,
        sign: str = "",
    ) -> Box | None:
        """Put ink with the top left of its box at x, y.

        Args:
            ink: The ink.
            x: Left of the ink, pixels.
            y: Top of the ink, pixels.
            tone: Gray tone of the ink, 0 to 255.
            value: The digit; None for anything else.
            ignore: It is not a digit but looks like one on its own.
            sign: The sign between digits that it is; "" for a letter or word.

        Returns:
            The box of the ink on the page; None for a digit that was not put because
            its label would be unclear, or for ink outside the page.
        """
        left, top, wide, high = ink.box
        alpha = ink.alpha
        rows, columns = alpha.shape
        start_x, start_y = round(x) - left, round(y) - top
        x0, y0 = max(start_x, 0), max(start_y, 0)
        x1, y1 = min(start_x + columns, self.side), min(start_y + rows, self.side)
        box = _clip((start_x + left, start_y + top, wide, high), self.side)
        if x1 <= x0 or y1 <= y0 or min(box[2:]) <= 0:  # only its soft edge is inside
            return None
        visible = alpha[y0 - start_y : y1 - start_y, x0 - start_x : x1 - start_x]
        if value is not None and not self._put_digit(ink, visible, box, tone, value):
            return None
        label = class_of(sign)
        # A point is smaller than any letter that is labelled.
        large = max(wide, high) >= TINY_HEIGHT or label != OTHER
        if ignore:
            self.ignore.append(box)
        if value is None and large and _complete(visible, ink):
            self.note_distractor(box, label)
        elif label != OTHER:  # a sign cut by the border may be another one
            self.ignore.append(box)
        patch = self.tone[y0:y1, x0:x1]
        patch += visible * (np.float32(tone) - patch)
        self.taken.append(box)
        return box

    def blend(
        self, alpha: NDArray[np.float32], x: float, y: float, tone: float
    ) -> None:
        """Draw ink with the top left of ``alpha`` at x, y, without any label."""
        rows, columns = alpha.shape
        start_x, start_y = round(x), round(y)
        x0, y0 = max(start_x, 0), max(start_y, 0)
        x1, y1 = min(start_x + columns, self.side), min(start_y + rows, self.side)
        if x1 > x0 and y1 > y0:
            visible = alpha[y0 - start_y : y1 - start_y, x0 - start_x : x1 - start_x]
            patch = self.tone[y0:y1, x0:x1]
            patch += visible * (np.float32(tone) - patch)

    def _put_digit(
        self, ink: Ink, visible: NDArray[np.float32], box: Box, tone: float, value: int
    ) -> bool:
        """Label a digit if its size and position allow; return whether to put it."""
        height = ink.box[3] * self.scale
        in_range = MIN_HEIGHT <= height <= MAX_HEIGHT
        complete = _complete(visible, ink)
        if height < TINY_HEIGHT or (height > HUGE_HEIGHT and not complete):
            self.ignore.append(box)
            return True
        if not complete or not (in_range or height > HUGE_HEIGHT) or ink.box[2] < 1:
            return False
        self.note(box, value, in_range=in_range)
        paper = float(self.tone[int(box[1]), int(box[0])])
        self.faintest = min(self.faintest, abs(paper - tone) * float(ink.alpha.max()))
        return True

    def note(self, box: Box, value: int, *, in_range: bool) -> None:
        """Add the label of a digit."""
        self.boxes.append(box)
        self.values.append(value)
        self.in_range.append(in_range)

    def note_distractor(self, box: Box, label: int = OTHER) -> None:
        """Add the box and class of a letter, sign or word."""
        self.distractor_boxes.append(box)
        self.distractor_labels.append(label)

    def lines(
        self,
        paths: list[NDArray[np.float64]],
        width: float,
        tone: float,
        strength: float,
        *,
        rule: bool = False,
    ) -> None:
        """Draw paths of (N, 2) points, ``width`` px wide, with strength 0 to 1.

        With ``rule``, they are labelled as rules or edges.
        """
        mask = np.zeros((self.side, self.side), np.uint8)
        pixels = max(1, round(width))
        fixed = [np.round(path * 16).astype(np.int32) for path in paths]
        cv2.polylines(mask, fixed, False, 255, pixels, cv2.LINE_AA, 4)
        if rule:
            np.maximum(self.rules, mask, out=self.rules)
        self.cover(mask, tone, strength * min(width / pixels, 1.0))

    def cover(self, mask: NDArray[np.uint8], tone: float, strength: float) -> None:
        """Blend in a tone where a (side, side) mask is 255."""
        alpha = mask.astype(np.float32) * np.float32(strength / 255)
        self.tone += alpha * (np.float32(tone) - self.tone)

    def is_free(self, x: float, y: float, wide: float, high: float) -> bool:
        """Whether nothing overlaps this box yet."""
        return all(
            x + wide <= left
            or left + width <= x
            or y + high <= top
            or top + height <= y
            for left, top, width, height in self.taken
        )


def _complete(visible: NDArray[np.float32], ink: Ink) -> bool:
    """Whether nearly all of the ink is on the page."""
    if visible.size == ink.alpha.size:
        return True
    return bool(visible.sum() >= LEAST_VISIBLE * ink.alpha.sum())


def _clip(box: Box, side: int) -> Box:
    x, y, width, height = box
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + width, side), min(y + height, side)
    return left, top, max(right - left, 0), max(bottom - top, 0)
