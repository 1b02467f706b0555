"""Endless batches of strips for the line reader."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.classification.classes import class_of
from inkten.recognition.decoding import BLANK
from inkten.recognition.strips import (
    STRIP_HEIGHT,
    batch_of,
    normalized,
    padded_width,
)
from inkten.training.data import Batch, EndlessBatches
from inkten.training.strips import LabelledStrips

# Strips of about one width share a batch, so that little of it is padding. The widest
# strip of each group, px; batches take the groups in turn.
WIDTHS = 72, 104, 144, 224
NUMBERS = 0.25  # share of the strips that are pictures of numbers, if there are any
# Standard deviations of how a strip is warped
STRETCH, SHEAR, TILT = 0.08, 0.12, math.radians(1)
SHIFT = 0.8  # px, up or down
BEND, APART = 0.8, 7  # px, at points so far from one another
BENT = 0.6  # share of the warped pictures of numbers that are also bent
THICKER, THINNER = 0.15, 0.15  # shares of the pictures of numbers
BLURRED, NOISY = 0.15, 0.2  # shares of the strips
UNWARPED = 0.2
MOST_CHARACTERS = 24  # on a strip
ORDER_LENGTH = 40  # batches after which the groups come in the same order again


class StripBatches(EndlessBatches):
    """Strips for the line reader: (N, 32, W, 1) and their classes, (N, 24).

    After the last character of a strip, the class is blank.

    A quarter of them are pictures of numbers, the others are cut from synthetic pages.
    """

    def __init__(
        self,
        pages: LabelledStrips,
        numbers: LabelledStrips,
        *,
        seed: int,
        steps: int,
        batch_size: int,
    ) -> None:
        """Draw from strips of pages and from pictures of numbers, if there are any."""
        super().__init__(seed=seed, steps=steps, batch_size=batch_size)
        self.groups = [
            (_between(pages, low, high), _between(numbers, low, high))
            for low, high in zip((0, *WIDTHS), WIDTHS, strict=False)
        ]
        of_pages = np.array([len(each) for each, _ in self.groups], float)
        of_numbers = np.array([len(each) for _, each in self.groups], float)
        if of_numbers.any():  # each strip of a number is as likely as any other
            of_numbers *= NUMBERS / (1 - NUMBERS) * of_pages.sum() / of_numbers.sum()
        self._numbers = of_numbers / np.maximum(of_pages + of_numbers, 1)
        self._order = _in_proportion(of_pages + of_numbers)

    def __getitem__(self, index: int) -> Batch:
        """Generate batch ``index`` of this epoch, of one group of widths."""
        number = self.epoch * self.steps + index
        rng = np.random.default_rng((self.seed, number))
        return self._batch(rng, self._order[index % len(self._order)])

    def generate(self, rng: np.random.Generator) -> Batch:
        """Generate a batch of a random group of widths."""
        return self._batch(rng, self._order[int(rng.integers(len(self._order)))])

    def _batch(self, rng: np.random.Generator, group: int) -> Batch:
        of_pages, of_numbers = self.groups[group]
        width = padded_width(round(WIDTHS[group] * math.exp(STRETCH)))
        target = np.full((self.batch_size, MOST_CHARACTERS), BLANK, np.int32)
        strips = []
        for row in target:
            is_number = rng.random() < self._numbers[group]
            source = of_numbers if is_number else of_pages
            index = int(rng.integers(len(source)))
            strip = _varied(rng, source.strips[index], width, is_number=bool(is_number))
            strips.append(normalized(strip))
            text = source.texts[index]
            row[: len(text)] = [class_of(character) for character in text]
        return batch_of(strips, width), target


def _between(strips: LabelledStrips, low: int, high: int) -> LabelledStrips:
    """The strips that are wider than ``low`` and at most ``high`` px wide."""
    chosen = [
        place
        for place, strip in enumerate(strips.strips)
        if low < strip.shape[1] <= high and len(strips.texts[place]) <= MOST_CHARACTERS
    ]
    return LabelledStrips(
        [strips.strips[place] for place in chosen],
        [strips.texts[place] for place in chosen],
    )


def _in_proportion(counts: NDArray[np.float64]) -> list[int]:
    """An order of the groups in which each comes up as often as it has strips.

    The first two differ, if any do: Keras takes from the first two batches which sides
    vary.
    """
    shares = counts / counts.sum()
    order: list[int] = []
    given = np.zeros(len(counts))
    for length in range(1, ORDER_LENGTH + 1):
        group = int((shares * length - given).argmax())
        given[group] += 1
        order.append(group)
    other = next(
        (place for place in range(1, len(order)) if order[place] != order[0]), 0
    )
    order.insert(1, order.pop(other))
    return order


def _varied(
    rng: np.random.Generator,
    strip: NDArray[np.uint8],
    widest: int,
    *,
    is_number: bool,
) -> NDArray[np.uint8]:
    """A strip stretched, sheared, tilted, blurred or noisy, a little: (32, W) uint8.

    There are few pictures of numbers, so these are also bent, and their strokes are
    made thicker or thinner.
    """
    if rng.random() >= UNWARPED:
        strip = _warped(rng, strip, widest, bent=is_number and rng.random() < BENT)
    stroke = rng.random()
    if is_number and stroke < THICKER + THINNER:
        strip = _other_strokes(rng, strip, thicker=stroke < THICKER)
    if rng.random() < BLURRED:
        strip = np.asarray(
            cv2.GaussianBlur(strip, (0, 0), rng.uniform(0.3, 0.9)), np.uint8
        )
    if rng.random() < NOISY:
        noise = rng.standard_normal(strip.shape, np.float32)
        noise *= np.float32(
            rng.uniform(0.01, 0.06) * (int(strip.max()) - int(strip.min()))
        )
        strip = np.clip(strip + noise, 0, 255).astype(np.uint8)
    return strip


def _other_strokes(
    rng: np.random.Generator, strip: NDArray[np.uint8], *, thicker: bool
) -> NDArray[np.uint8]:
    """A strip whose strokes are up to a pixel thicker or thinner."""
    change = cv2.erode if thicker else cv2.dilate
    other = change(strip, np.ones((2, 2), np.uint8))
    share = rng.uniform(0.2, 0.8)
    return np.asarray(cv2.addWeighted(other, share, strip, 1 - share, 0), np.uint8)


def _warped(
    rng: np.random.Generator, strip: NDArray[np.uint8], widest: int, *, bent: bool
) -> NDArray[np.uint8]:
    """A strip stretched, sheared and tilted, and bent if it is to be."""
    stretch_x, stretch_y = np.exp(rng.normal(0, STRETCH, 2)).tolist()
    shear, tilt = rng.normal(0, (SHEAR, TILT)).tolist()
    columns = strip.shape[1]
    width = min(max(round(columns * stretch_x), 8), widest)
    middle = (STRIP_HEIGHT - 1) / 2
    linear = np.linalg.inv([[stretch_x, shear], [stretch_x * tilt, stretch_y]])
    # Where each pixel is taken from: (2, 32, W), x and y
    x = np.arange(width) - (width - 1) / 2
    y = np.arange(STRIP_HEIGHT) - middle - rng.normal(0, SHIFT)
    sources = np.einsum("ab,byx->ayx", linear, np.stack(np.meshgrid(x, y)))
    sources += np.array([(columns - 1) / 2, middle])[:, None, None]
    if bent:
        knots = rng.normal(0, BEND, (STRIP_HEIGHT // APART, width // APART + 2, 2))
        bends = cv2.resize(knots, (width, STRIP_HEIGHT), interpolation=cv2.INTER_CUBIC)
        sources += bends.transpose(2, 0, 1)
    from_x, from_y = sources.astype(np.float32)
    return np.asarray(
        cv2.remap(
            strip, from_x, from_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        ),
        np.uint8,
    )
