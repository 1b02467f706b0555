"""28x28 pictures as in MNIST, enlarged as the detector sees them."""

from dataclasses import replace

import cv2
import numpy as np

from inkten.synthesis.canvas import Canvas
from inkten.synthesis.sampling import happens, pick
from inkten.synthesis.strokes import Pen
from inkten.synthesis.writer import Writer

THUMBNAIL_SIDE = 28
DIGIT_SIDE = 20.0  # MNIST: the digit fits 20x20
INTERPOLATIONS = (cv2.INTER_NEAREST, cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_AREA)


def thumbnails(rng: np.random.Generator, canvas: Canvas, writer: Writer) -> None:
    """Enlarged 28x28 pictures side by side, with any interpolation.

    Several fit on a page, and the vertical edges between them are not a 1. Some fill
    the page: then the digit is too large for this level.
    """
    fills_page = happens(rng, 0.15)
    enlarged = int(rng.uniform(110, 200) if fills_page else rng.uniform(26, 62))
    canvas.tone[:] = pick(rng, (0.0, 255.0, rng.uniform(0, 255)))
    # Pictures end before the page's edge, which would cut their digits.
    rest = canvas.side % enlarged if enlarged <= canvas.side else 0
    first = int(rng.integers(rest + 1))
    starts = range(first, max(canvas.side - enlarged, 0) + 1, enlarged)
    places = [(x, y) for y in starts for x in starts]
    rng.shuffle(places)
    dark, interpolation = happens(rng, 0.5), pick(rng, INTERPOLATIONS)
    for x, y in places[: int(rng.integers(1, 10))]:
        thumbnail = _thumbnail(rng, writer, enlarged / THUMBNAIL_SIDE)
        tone = 255 - thumbnail.tone if dark else thumbnail.tone
        picture = cv2.resize(tone, (enlarged, enlarged), interpolation=interpolation)
        room = canvas.tone[y : y + enlarged, x : x + enlarged]
        room[:] = picture[: room.shape[0], : room.shape[1]]
        for box, value, in_range in zip(
            thumbnail.boxes, thumbnail.values, thumbnail.in_range, strict=True
        ):
            left, top, wide, high = (edge * thumbnail.scale for edge in box)
            placed = (x + left, y + top, wide, high)
            if max(placed[0] + wide, placed[1] + high) > canvas.side:
                canvas.ignore.append(placed)
            else:
                canvas.note(placed, value, in_range=in_range)
        canvas.taken.append((x, y, enlarged, enlarged))
        canvas.faintest = min(canvas.faintest, thumbnail.faintest)


def _thumbnail(rng: np.random.Generator, writer: Writer, scale: float) -> Canvas:
    """A 28x28 page with one or two digits, which may touch the border."""
    blank = np.full((THUMBNAIL_SIDE, THUMBNAIL_SIDE), 255, np.float32)
    canvas = Canvas(blank, scale=scale)
    writer = writer.of_height(DIGIT_SIDE if happens(rng, 0.5) else rng.uniform(15, 27))
    if happens(rng, 0.25):  # drawn in a paint program, by mouse
        writer = replace(
            writer,
            pen=Pen(rng.uniform(0.03, 0.12), aliased=happens(rng, 0.7)),
            pose=replace(writer.pose, slant=float(rng.normal(0, 0.25))),
            as_line=True,
        )
    count = 2 if happens(rng, 0.25) else 1
    if count == 2:  # two digits fit only when they are narrow
        writer = replace(
            writer, pose=replace(writer.pose, aspect=0.65 * writer.pose.aspect)
        )
    digits = [writer.digit(rng) for _ in range(count)]
    gap = int(rng.integers(1, 3))
    wide = sum(ink.box[2] for ink, _ in digits) + gap * (count - 1)
    tone = 0.0 if happens(rng, 0.8) else rng.uniform(0, 120)
    x = _near_middle(rng, wide)
    for ink, value in digits:
        canvas.put(ink, x, _near_middle(rng, ink.box[3]), tone, value=value)
        x += ink.box[2] + gap
    if happens(rng, 0.2):
        canvas.tone += rng.normal(0, 12, blank.shape).astype(np.float32)
        np.clip(canvas.tone, 0, 255, out=canvas.tone)
    return canvas


def _near_middle(rng: np.random.Generator, length: float) -> float:
    """A start near the middle that keeps this length within the picture."""
    free = max(THUMBNAIL_SIDE - length, 0)
    return min(max(free / 2 + rng.normal(0, 1.5), 0), free)
