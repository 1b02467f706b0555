"""Find the signs of lines: cut each place, classify it, keep what is a sign.

lines --> strips --> places --> tiles with context --> 26 classes --> signs

The tile of a place is at the scale of the digits, so that a point is smaller than a
zero. A small place is also seen close up: at that scale, a small = is a dot.

Where the line reader has read the line and names signs, its opinion counts, too.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inkten.classification.classes import SIGN_CLASSES, SIGNS
from inkten.classification.tiles import cut_tiles_of_each
from inkten.detection.boxes import centred_within
from inkten.layout.line import Line
from inkten.recognition.alignment import class_probabilities_in, sign_points
from inkten.recognition.strips import Strip
from inkten.signs.places import frames, places, places_of_line_reader
from inkten.signs.sign_strip import BASE, DIGIT, SignStrip, spans_of
from inkten.signs.verifier import SignVerifier, features_of

Floats = NDArray[np.float32]
Classes = Callable[[Floats], Floats]  # from (N, 28, 28, 2) to (N, 26)

# The probability of any sign from which at most 0.5 % of the gaps get one, among bare
# digits of synthetic validation pages and of the packs' numbers: the lowest of 0.5 to
# 0.99 is 0.5, and from 0.65 on, a 4 whose tail ends in a dot has none
VERIFIED_FROM = 0.65
SIGN_FROM = 0.83  # ... without a verifier: the lowest
BATCH = 32  # lines at once, so that memory stays small
CLOSE_UP_BELOW = 0.8  # digit heights: smaller places are also seen close up
OVERLAP = 0.3  # of the narrower of two places: only the surer sign is read
RAISED = 0.6  # digit heights above the baseline: a comma up there is an apostrophe


@dataclass(frozen=True, slots=True)
class FoundSign:
    """A sign on a line.

    Attributes:
        value: one of ``SIGNS``, or an apostrophe.
        confidence: the probability that it is this sign, 0..1.
        box: x, y, width, height in pixels of the picture.
        start: its left end along the line, in digit heights from the line's start.
        end: its right end.
    """

    value: str
    confidence: float
    box: tuple[float, float, float, float]
    start: float
    end: float


@dataclass(frozen=True, eq=False)
class LineSigns:
    """The signs of a line.

    Attributes:
        signs: from left to right.
        spans: (N, 2) where each digit starts and ends along the line, digit heights.
    """

    signs: tuple[FoundSign, ...]
    spans: Floats


@dataclass(frozen=True, eq=False)
class LinePlaces:
    """Where signs may stand on a line.

    Attributes:
        gray: the picture, (H, W) uint8.
        strip: the line.
        boxes: (P, 4) in pixels of the strip.
        on_picture: (P, 4) in pixels of the picture.
        spans: (N, 2) where each digit starts and ends along the line, digit heights.
        line_probabilities: (P, 14) the line reader's probabilities of any digit and of
            each sign there; NaN where it has not read.
    """

    gray: NDArray[np.uint8]
    strip: SignStrip
    boxes: Floats
    on_picture: Floats
    spans: Floats
    line_probabilities: Floats

    def features(self, classes: Floats, close_up: Floats) -> Floats:
        """What the verifier of signs is told about each place, (P, 57).

        Args:
            classes: (P, 26) the probability of each class.
            close_up: (P, 26) the same, close up.
        """
        place = self.strip, self.boxes, self.spans
        return features_of(*place, classes, close_up, self.line_probabilities)


def places_of_lines(
    gray: NDArray[np.uint8],
    digits: Floats,
    lines: Sequence[Line],
    line_answers: Sequence[tuple[Strip, Floats]] = (),
) -> list[LinePlaces]:
    """Find where signs may stand on each line.

    Args:
        gray: (H, W) uint8.
        digits: (N, 4) the boxes of all digits.
        lines: their lines.
        line_answers: the strips that the line reader has read, with its answers.
    """
    found = []
    points = sign_points(line_answers)
    at_points = np.hstack([points, np.zeros_like(points)])  # boxes without a size
    for line in lines:
        strip = SignStrip.of(gray, line)
        on_strip = strip.from_picture(digits)
        own = np.zeros(len(digits), np.bool_)
        own[list(line.digits)] = True
        height, width = strip.pixels.shape
        far = on_strip[:, :2] + on_strip[:, 2:]
        near = (far > 0).all(axis=1) & (on_strip[:, :2] < (width, height)).all(axis=1)
        on_line = on_strip[list(line.digits)]
        boxes = places(strip, on_line, on_strip[near & ~own])
        more = places_of_line_reader(
            strip.from_picture(at_points)[:, :2], boxes, on_line
        )
        boxes = np.concatenate([boxes, more])
        there = strip.to_picture(boxes)
        inside = centred_within(there, gray.shape)
        found.append((strip, boxes[inside], there[inside], spans_of(on_line)))
    if not found:
        return []
    on_picture = [there for _, _, there, _ in found]
    on_strips = class_probabilities_in(np.concatenate(on_picture), line_answers)
    return [
        LinePlaces(gray, *own, of_line)
        for own, of_line in zip(found, _parted(on_strips, on_picture), strict=True)
    ]


def cut_places(lines: Sequence[LinePlaces]) -> Floats:
    """Cut the places of all lines into tiles with context: (P, 28, 28, 2)."""
    return cut_tiles_of_each(
        [line.strip.pixels for line in lines],
        [frames(line.boxes) for line in lines],
        context=True,
    )


def see_places(
    lines: Sequence[LinePlaces], classify: Classes
) -> list[tuple[Floats, Floats]]:
    """Classify the places of each line at the scale of its digits, and close up.

    Returns:
        Two times (P, 26) for each line. What is about as high as a digit is seen once:
        close up it is the same.
    """
    tiles = cut_places(lines)
    is_small = [line.boxes[:, 3] < CLOSE_UP_BELOW * DIGIT for line in lines]
    close_ups = cut_tiles_of_each(
        [line.gray for line in lines],
        [line.on_picture[own] for line, own in zip(lines, is_small, strict=True)],
        context=True,
    )
    seen = classify(np.concatenate([tiles, close_ups]))
    classes = seen[: len(tiles)]
    close_up = classes.copy()
    close_up[np.concatenate(is_small)] = seen[len(tiles) :]
    boxes = [line.boxes for line in lines]
    return list(zip(_parted(classes, boxes), _parted(close_up, boxes), strict=True))


def find_signs(
    lines: Sequence[LinePlaces],
    classify: Classes,
    verifier: SignVerifier | None = None,
    *,
    least: float | None = None,
) -> list[LineSigns]:
    """Find the signs of each line.

    Args:
        lines: where signs may stand.
        classify: from (P, 28, 28, 2) tiles with context to (P, 26) probabilities.
        verifier: of what looks like a sign to the classifier that ships.
        least: the probability of any sign from which there is one.
    """
    if least is None:
        least = VERIFIED_FROM if verifier else SIGN_FROM
    found = []
    for start in range(0, len(lines), BATCH):
        batch = lines[start : start + BATCH]
        probabilities = _probabilities(batch, classify, verifier)
        found += [
            LineSigns(_signs(line, own, least), line.spans)
            for line, own in zip(batch, probabilities, strict=True)
        ]
    return found


def _probabilities(
    lines: Sequence[LinePlaces], classify: Classes, verifier: SignVerifier | None
) -> list[Floats]:
    """The probability of each of 13 signs at the places of each line, (P, 13)."""
    boxes = [line.boxes for line in lines]
    if verifier is None:
        return _parted(classify(cut_places(lines))[:, SIGN_CLASSES], boxes)
    features = [
        line.features(*seen)
        for line, seen in zip(lines, see_places(lines, classify), strict=True)
    ]
    return _parted(verifier(np.concatenate(features)), boxes)


def _parted(each: Floats, boxes: Sequence[Floats]) -> list[Floats]:
    """What is known of the places of all lines, (sum of P, K): (P, K) of each line."""
    return np.split(each, np.cumsum([len(own) for own in boxes])[:-1])


def _signs(
    line: LinePlaces, probabilities: Floats, least: float
) -> tuple[FoundSign, ...]:
    """The signs among the places of a line, given their (P, 13) probabilities."""
    chosen = _surest(line.boxes, probabilities.sum(axis=1), least)
    probabilities, boxes = probabilities[chosen], line.boxes[chosen]
    return tuple(
        FoundSign(
            _raised(SIGNS[int(own.argmax())], box),
            float(own.max()),
            (x, y, width, height),
            *span,
        )
        for own, box, (x, y, width, height), span in zip(
            probabilities,
            boxes,
            line.strip.to_picture(boxes).tolist(),
            spans_of(boxes).tolist(),
            strict=True,
        )
    )


def _surest(boxes: Floats, probabilities: Floats, least: float) -> list[int]:
    """The indices of signs that share no columns with surer ones, left to right."""
    chosen: list[int] = []
    for index in np.argsort(-probabilities, kind="stable").tolist():
        if probabilities[index] < least:
            break
        (x, _, width, _), others = boxes[index].tolist(), boxes[chosen]
        ends = np.minimum(others[:, 0] + others[:, 2], x + width)
        shared = ends - np.maximum(others[:, 0], x)
        if not (shared > OVERLAP * np.minimum(others[:, 2], width)).any():
            chosen.append(index)
    return sorted(chosen, key=lambda index: float(boxes[index, 0]))


def _raised(sign: str, box: Floats) -> str:
    """An apostrophe looks like a comma and stands higher."""
    middle = float(box[1] + box[3] / 2)
    return "'" if sign == "," and middle < BASE - RAISED * DIGIT else sign
