"""The line reader's peaks beside the boxes of a line: which peak is which box?

boxes, peaks --> pairs, boxes without a peak, peaks without a box --> their boxes
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from inkten.layout.rotation import turned_sizes
from inkten.recognition.decoding import CLASSES, WITH_SIGNS, Peak, any_digit
from inkten.recognition.strips import DIGIT_HEIGHT, INK, STEP, Strip, normalized

Floats = NDArray[np.float64]
NEAR = 0.8  # digit heights: a peak further from a box's centre is another digit's
ALONE = 0.45  # digit heights: what a box without a peak costs, or a peak without a box
OTHER_LABEL = 0.3  # digit heights: what it costs if box and peak disagree on the digit
BESIDE = 1  # steps beside a box's centre that may show its digit
HALF_WIDTH = 0.42  # digit heights: no digit reaches further from its peak
USUAL_WIDTH = 0.6  # of a digit's height
LOWEST = 0.5  # of the line's digits: no digit is lower
SIGN_ON_LINE = 1.0  # digit heights from the middle of the line: no sign is further
SIGN_LIKELY = 0.3  # the probability of any sign from which a step shows one
NARROWEST = 0.12  # of a digit's height


def align(
    places: Floats, labels: Sequence[int], peaks: Sequence[Peak], peak_places: Floats
) -> list[tuple[int, int]]:
    """Pair boxes and peaks in order, at the lowest total cost.

    Args:
        places: (N,) the centre of each box along the line, in digit heights, ascending.
        labels: the likeliest digit of each box.
        peaks: M peaks, from left to right.
        peak_places: (M,) where they are along the line, in digit heights.

    Returns:
        The pairs: the index of a box, the index of its peak.
    """
    count, others = len(places), len(peaks)
    apart = np.abs(places[:, None] - peak_places)
    said = np.array([int(peak.probabilities.argmax()) for peak in peaks], int)
    cost = apart + OTHER_LABEL * (np.array(labels, int)[:, None] != said)
    cost = np.where(apart <= NEAR, cost, np.inf)  # (N, M)
    # best[i, j]: the lowest cost of the first i boxes and the first j peaks
    best = np.zeros((count + 1, others + 1))
    peaks_alone = ALONE * np.arange(others + 1)
    best[0] = peaks_alone
    for i in range(count):
        row = best[i] + ALONE
        row[1:] = np.minimum(row[1:], best[i, :-1] + cost[i])
        # Any peaks after the best of these are alone.
        best[i + 1] = np.minimum.accumulate(row - peaks_alone) + peaks_alone
    pairs = []
    i, j = count, others
    while i and j:
        both = best[i - 1, j - 1] + cost[i - 1, j - 1]
        box_alone, peak_alone = best[i - 1, j] + ALONE, best[i, j - 1] + ALONE
        if both <= min(box_alone, peak_alone):
            i, j = i - 1, j - 1
            pairs.append((i, j))
        elif box_alone <= peak_alone:
            i -= 1
        else:
            j -= 1
    return pairs[::-1]


def answers_at(
    strip: Strip, answers: NDArray[np.float32], along: Floats, peaks: Sequence[Peak]
) -> NDArray[np.float32]:
    """What the line reader says where it has no peak: (N, 10) probabilities.

    Args:
        strip: the strip.
        answers: (T, 11) at its steps.
        along: (N,) places along the line, pixels.
        peaks: their steps are left out; they show other digits.
    """
    free = any_digit(answers)
    free[_steps_of(peaks, answers)] = 0
    said = np.zeros((len(along), 10), np.float32)
    steps = np.clip(np.rint(strip.step_of(along)), 0, len(free) - 1).astype(int)
    for row, step in zip(said, steps.tolist(), strict=True):
        first = max(step - BESIDE, 0)
        best = first + int(free[first : step + BESIDE + 1].argmax())
        if free[best] > 0:
            row[:] = answers[best, :10]
    return said


def _steps_of(peaks: Sequence[Peak], answers: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which of T steps show the digits of peaks, (T,): the same answer goes on."""
    shown = np.zeros(len(answers), np.bool_)
    best = answers.argmax(axis=1)
    run = np.cumsum(np.append(False, best[1:] != best[:-1]))
    for peak in peaks:
        step = min(round(peak.step), len(answers) - 1)
        shown[step] = True
        if best[step] == peak.probabilities.argmax():
            shown |= run == run[step]
    return shown


def digit_probability_in(
    boxes: NDArray[np.float32],
    line_answers: Sequence[tuple[Strip, NDArray[np.float32]]],
) -> NDArray[np.float32]:
    """The line reader's probability of a digit in each of (N, 4) boxes, (N,).

    NaN for a box that lies on no strip. A digit that has a peak is not missed, so peaks
    within half a digit height of a box count like everything else there.
    """
    said = np.full(len(boxes), np.nan, np.float32)
    for strip, answers in line_answers:
        along, _ = strip.line.places(boxes)
        some = any_digit(answers)
        steps = np.clip(np.rint(strip.step_of(along)), 0, len(some) - 1).astype(int)
        for place in np.flatnonzero(strip.shows(boxes)).tolist():
            first = max(steps[place] - BESIDE, 0)
            most = some[first : steps[place] + BESIDE + 1].max()
            said[place] = np.fmax(said[place], most)
    return said


def class_probabilities_in(
    boxes: NDArray[np.float32],
    line_answers: Sequence[tuple[Strip, NDArray[np.float32]]],
) -> NDArray[np.float32]:
    """What a line reader that names signs says of each of (P, 4) boxes, (P, 14).

    The highest probability of any digit there, then that of each sign. NaN for a box
    that lies on no strip, and without such a line reader.
    """
    said = np.full((len(boxes), 1 + WITH_SIGNS - CLASSES), np.nan, np.float32)
    for strip, answers in line_answers:
        if answers.shape[1] < WITH_SIGNS:
            continue
        shown = strip.line.shows(boxes, SIGN_ON_LINE)
        if not shown.any():
            continue
        along, _ = strip.line.places(boxes)
        half = boxes[:, 2].astype(float) / 2
        first = np.rint(strip.step_of(along - half)).astype(int) - BESIDE
        last = np.rint(strip.step_of(along + half)).astype(int) + BESIDE + 1
        known = np.hstack([any_digit(answers)[:, None], answers[:, CLASSES:]])
        for place in np.flatnonzero(shown).tolist():
            own = known[max(first[place], 0) : last[place]]
            if len(own):
                said[place] = np.fmax(said[place], own.max(axis=0))
    return said


def sign_points(
    line_answers: Sequence[tuple[Strip, NDArray[np.float32]]],
) -> NDArray[np.float32]:
    """Where a line reader that names signs sees one: (K, 2) points on the picture."""
    points: list[tuple[float, float]] = []
    for strip, answers in line_answers:
        sign = answers[:, CLASSES:].sum(axis=1)
        beside = np.append(0, sign)[: len(sign)], np.append(sign[1:], 0)[: len(sign)]
        steps = np.flatnonzero((sign >= SIGN_LIKELY) & (sign >= np.maximum(*beside)))
        line, middle = strip.line, strip.line.height / 2
        points += [line.point(strip.along(step), middle) for step in steps.tolist()]
    return np.array(points, np.float32).reshape(-1, 2)


def implied_box(strip: Strip, peaks: Sequence[Peak], place: int) -> NDArray[np.float32]:
    """The box of the digit at a peak: its ink, up to half-way to the next peaks.

    Args:
        strip: the strip.
        peaks: all peaks of the strip.
        place: which of them.

    Returns:
        (4,) x, y, width, height in pixels of the picture.
    """
    column = (peaks[place].step + 0.5) * STEP
    reach = HALF_WIDTH * DIGIT_HEIGHT
    left, right = column - reach, column + reach
    if place:
        left = max(
            left, column - (peaks[place].step - peaks[place - 1].step) * STEP / 2
        )
    if place + 1 < len(peaks):
        right = min(
            right, column + (peaks[place + 1].step - peaks[place].step) * STEP / 2
        )
    return _on_picture(strip, *_ink_around(strip, column, left, right))


def _ink_around(
    strip: Strip, column: float, left: float, right: float
) -> tuple[float, float, float, float]:
    """Left, right, top and bottom of the ink around a column, pixels of the strip."""
    start, end = max(int(left), 0), min(int(np.ceil(right)), strip.pixels.shape[1])
    baseline = strip.baseline
    top, bottom = baseline - 1.25 * DIGIT_HEIGHT, baseline + 0.25 * DIGIT_HEIGHT
    first = max(round(top), 0)
    window = normalized(strip.pixels)[first : round(bottom), start:end] > INK
    rows, columns = (
        np.flatnonzero(window.any(axis=1)),
        np.flatnonzero(window.any(axis=0)),
    )
    if len(rows) and rows[-1] - rows[0] + 1 >= LOWEST * DIGIT_HEIGHT:
        top, bottom = first + float(rows[0]), first + float(rows[-1]) + 1
    else:
        top, bottom = baseline - DIGIT_HEIGHT, baseline
    if len(columns) and columns[-1] - columns[0] + 1 >= NARROWEST * DIGIT_HEIGHT:
        return start + float(columns[0]), start + float(columns[-1]) + 1, top, bottom
    half = min(USUAL_WIDTH * DIGIT_HEIGHT / 2, column - left, right - column)
    return column - half, column + half, top, bottom


def _on_picture(
    strip: Strip, left: float, right: float, top: float, bottom: float
) -> NDArray[np.float32]:
    """A box on the strip as an upright box on the picture."""
    scale, line = strip.scale, strip.line
    along = strip.start + (left + right) / 2 * scale
    above = (strip.baseline - (top + bottom) / 2) * scale
    centre = np.array(line.point(along, above))
    sizes = np.array([[(right - left) * scale, (bottom - top) * scale]])
    size = turned_sizes(sizes, line.slope)[0]
    return np.concatenate([centre - size / 2, size]).astype(np.float32)
