"""Fit the weights for missed digits beside lines, and for the order of digits.

    python -m inkten.training.calibrate_lines

Searches synthetic pages of MNIST's validation digits, which neither the detector nor
the cnn was trained on, and lays out lines of uneven boxes. Prints the weights for
``inkten.layout.uncovered`` and ``inkten.layout.line``.
"""

import math
import sys
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from inkten.classification.classifier import Classifier
from inkten.classification.tiles import cut_tiles
from inkten.datasets import mnist
from inkten.datasets.mnist import Part
from inkten.detection import Detector
from inkten.detection.boxes import intersection_over_smaller, intersection_over_union
from inkten.evaluation.detection import VALIDATION_SEED, validation_pages
from inkten.fusion import WITH_REJECT, accepted, classify_and_fuse
from inkten.layout.line import OrderWeights
from inkten.layout.lines import find_lines
from inkten.layout.uncovered import Weights, observations, uncovered_ink

PAGES = 12_000  # with fewer, too few digits are missed
LAYOUTS = 5_000
FOUND = 0.3  # intersection over union from which a digit was found
SAME_INK = 0.5  # of the smaller box: the ink is that of a missed digit
PRIOR = 0.1  # L2 regularization of every weight
STEPS = 50  # of Newton's method

Floats = NDArray[np.float64]
Boxes = NDArray[np.float32]
Overlap = Callable[[Boxes, Boxes], Boxes]


def main() -> None:
    """Print the weights."""
    part = mnist.load().validation_part
    observed, missed = observe_ink(Detector(), Classifier("cnn"), part)
    weights = Weights(*logistic_regression(observed, missed))
    sys.stdout.write(f"{len(missed)} pieces of ink, {missed.sum():.0f} are digits\n")
    sys.stdout.write(f"WEIGHTS = {weights}\n")
    margins, right = observe_order()
    order = OrderWeights(*logistic_regression(margins, right))
    sys.stdout.write(f"{len(right)} layouts, {right.sum():.0f} in order\n")
    sys.stdout.write(f"ORDER = {order}\n")


def observe_ink(
    detector: Detector, classifier: Classifier, part: Part
) -> tuple[Floats, Floats]:
    """Observe the uncovered ink beside lines of validation pages.

    Returns:
        (N, 6) what was observed of each piece, and (N,) 1 where it is a missed digit.
    """
    observed, missed = [], []
    context = classifier.names_signs
    for page in validation_pages(part, PAGES):
        found = detector(page.gray)
        _, probabilities = classify_and_fuse(
            [page.gray], [found], classifier, WITH_REJECT
        )
        is_digit = accepted(probabilities)
        digits = found.boxes[is_digit]
        if not len(digits):
            continue
        ink = uncovered_ink(page.gray, digits, find_lines(digits))
        if not len(ink.boxes):
            continue
        opinion = classifier(cut_tiles(page.gray, ink.boxes, context=context)).sum(
            axis=1
        )
        scores = probabilities[~is_digit].sum(axis=1)
        seen = observations(ink, found.take(~is_digit), scores, opinion)
        lost = page.boxes[
            ~_overlap_any(intersection_over_union, page.boxes, digits, FOUND)
        ]
        share = intersection_over_smaller
        unclear = _overlap_any(share, ink.boxes, page.ignore, SAME_INK)
        is_missed = _overlap_any(share, ink.boxes, lost, SAME_INK)
        observed.append(seen[~unclear])
        missed.append(is_missed[~unclear])
    return np.concatenate(observed).astype(float), np.concatenate(missed).astype(float)


def _overlap_any(
    measure: Overlap, boxes: Boxes, others: Boxes, least: float
) -> NDArray[np.bool_]:
    """Which of (N, 4) boxes overlap one of the others by at least ``least``, (N,)."""
    return np.asarray(measure(boxes, others).max(axis=1, initial=0) >= least)


def observe_order() -> tuple[Floats, Floats]:
    """Arrange lines of uneven boxes.

    Returns:
        (N, 2) 1 and the smallest margin of each page, and (N,) 1 where the order of
        its digits is right.
    """
    margins, right = [], []
    for number in range(LAYOUTS):
        rng = np.random.default_rng((VALIDATION_SEED, number))
        boxes = _uneven_lines(rng)
        order = rng.permutation(len(boxes))
        lines = find_lines(boxes[order])
        read = [int(order[index]) for line in lines for index in line.digits]
        margins.append((1.0, min(line.margin for line in lines)))
        right.append(read == sorted(read))
    return np.array(margins), np.array(right, float)


def _uneven_lines(rng: np.random.Generator) -> NDArray[np.float32]:
    """Boxes in reading order, about 30 px high, on a page that may be tilted."""
    stray, tilt = rng.uniform(0.02, 0.15), math.radians(rng.uniform(-15, 15))
    pitch, step = rng.uniform(1.3, 2.4), rng.uniform(0.7, 1.1)
    boxes = []
    for row in range(int(rng.integers(1, 6))):
        climb, x = math.tan(math.radians(rng.normal(0, 1.5))), rng.uniform(0, 2)
        for place in range(int(rng.integers(2, 10))):
            height = math.exp(rng.normal(0, 0.12))
            y = row * pitch + climb * x + rng.normal(0, stray)
            across = x * math.cos(tilt) - y * math.sin(tilt)
            down = x * math.sin(tilt) + y * math.cos(tilt)
            boxes.append(
                (across - 0.33 * height, down - height / 2, 0.66 * height, height)
            )
            x += step + (rng.uniform(1, 4) if place % 3 == 2 else 0)
    return np.array(boxes, np.float32) * 30


def logistic_regression(observed: Floats, truth: Floats) -> list[float]:
    """Fit the weights, (K,), that make the (N,) truth likeliest given (N, K)."""
    weights = np.zeros(observed.shape[1])
    for _ in range(STEPS):
        expected = 1 / (1 + np.exp(-observed @ weights))
        gradient = observed.T @ (expected - truth) + PRIOR * weights
        curvature = (observed.T * (expected * (1 - expected))) @ observed
        weights -= np.linalg.solve(curvature + PRIOR * np.eye(len(weights)), gradient)
    return [round(weight, 2) for weight in weights.tolist()]


if __name__ == "__main__":
    main()
