"""Late fusion: detector and classifier -> one probability of each digit.

The detector sees a digit in context, the classifier up close, and an accepted digit of
the same height beside it makes it likelier. The three are added up as log odds,
with weights fitted on synthetic pages of MNIST's 5,000 validation digits:
``python -m inkten.training.calibrate`` prints them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inkten.classification.classifier import AnyClassifier
from inkten.classification.tiles import cut_tiles_of_each, without_context
from inkten.detection.boxes import overlapping_pairs, overlaps, shared_sides
from inkten.detection.heatmap import Detections
from inkten.log_odds import log_odds_of, probability_of

FLOOR = 1e-6  # keeps logarithms finite
MIN_REJECT = 1e-3  # a classifier's probability of "no digit" counts as at least this
ACCEPT_FROM = 0.5  # the probability of any digit from which a detection is accepted
NEIGHBOUR_GAP = 1.0  # the widest gap between neighbours, in heights of the taller
NEIGHBOUR_RATIO = 1.4  # largest ratio of neighbours' heights; chosen on synthetic pages
SAME_INK = 0.2  # intersection over union: two detections of one stroke


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each opinion counts, on the scale of log odds.

    Attributes:
        bias: added to every detection.
        detector: the detector's log odds that a digit is there.
        reject_weight: the classifier's log probability that the tile shows a digit.
        accept_weight: minus the classifier's log probability that it shows no digit.
        detector_digit: the detector's log probability of each digit.
        classifier_digit: the classifier's log probability of each digit.
        neighbour: an accepted digit of about the same height beside it.
    """

    bias: float
    detector: float
    reject_weight: float
    accept_weight: float
    detector_digit: float
    classifier_digit: float
    neighbour: float


# For a classifier that can say "no digit", as the cnn can, and for one that cannot
WITH_REJECT = Weights(
    bias=0.18,
    detector=2.23,
    reject_weight=0.67,
    accept_weight=0.51,
    detector_digit=0.49,
    classifier_digit=0.69,
    neighbour=0.43,
)
WITHOUT_REJECT = Weights(
    bias=0.34,
    detector=3.36,
    reject_weight=0.0,
    accept_weight=0.0,
    detector_digit=0.87,
    classifier_digit=0.17,
    neighbour=0.53,
)


def weights_for(*, rejects: bool, single: bool, trust: float = 0.0) -> Weights:
    """The weights for a classifier, and for pictures known to hold a single digit.

    Args:
        rejects: whether the classifier can say "no digit".
        single: whether a picture is known to hold one digit.
        trust: how far the classifier decides alone which digit it is, 0..1. One that
            has learned a user's digits knows them better than the detector, which has
            not; its card says how far it is to be trusted.
    """
    weights = WITH_REJECT if rejects else WITHOUT_REJECT
    if trust:
        weights = replace(
            weights,
            detector_digit=(1 - trust) * weights.detector_digit,
            classifier_digit=(1 - trust) * weights.classifier_digit + trust,
        )
    return replace(weights, neighbour=0.0) if single else weights


def fuse(
    detections: Sequence[Detections], classified: NDArray[np.float32], weights: Weights
) -> NDArray[np.float32]:
    """Fuse detector, classifier and neighbours for each detection.

    Args:
        detections: of each picture, N in all.
        classified: (N, 10) the classifier's probabilities; where a row sums to less
            than 1, the rest is the probability of no digit.
        weights: how much each term counts.

    Returns:
        (N, 10) probabilities; a row's sum is the probability of any digit at all.
    """
    fused = fuse_each(Detections.merge(detections), classified, weights)
    if not weights.neighbour:
        return fused
    return boost_neighbours(detections, fused, weights.neighbour)


def classify_and_fuse(
    pictures: Sequence[NDArray[np.uint8]],
    detections: Sequence[Detections],
    classifier: AnyClassifier,
    weights: Weights,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Cut what was detected into tiles, classify these, and fuse the two opinions.

    Args:
        pictures: (H, W) uint8 each.
        detections: of each picture, N in all.
        classifier: which digit each tile shows.
        weights: how much each opinion counts.

    Returns:
        (N, 28, 28) tiles and (N, 10) probabilities.
    """
    boxes = [found.boxes for found in detections]
    tiles = cut_tiles_of_each(pictures, boxes, context=classifier.names_signs)
    fused = fuse(detections, classifier(tiles), weights)
    return without_context(tiles), fused


def fuse_each(
    detections: Detections, classified: NDArray[np.float32], weights: Weights
) -> NDArray[np.float32]:
    """Fuse detector and classifier, without neighbours: (N, 10)."""
    if not len(detections):
        return np.zeros((0, 10), np.float32)
    any_digit = classified.sum(axis=1)
    each = classified / (any_digit[:, None] + FLOOR)
    log_digits = weights.classifier_digit * np.log(each + FLOOR)
    log_digits += weights.detector_digit * np.log(detections.digits + FLOOR)
    digits = np.exp(log_digits - log_digits.max(axis=1, keepdims=True))
    digits /= digits.sum(axis=1, keepdims=True)
    log_odds = (
        weights.bias
        + weights.detector * log_odds_of(detections.scores, FLOOR)
        + weights.reject_weight * np.log(np.clip(any_digit, FLOOR, 1))
        - weights.accept_weight * np.log(np.clip(1 - any_digit, MIN_REJECT, 1))
    )
    return np.asarray(digits * probability_of(log_odds)[:, None], np.float32)


def accepted(probabilities: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which of (N, 10) probabilities are high enough to accept a digit: (N,)."""
    return np.asarray(probabilities.sum(axis=1) >= ACCEPT_FROM, np.bool_)


def boost_neighbours(
    detections: Sequence[Detections], fused: NDArray[np.float32], weight: float
) -> NDArray[np.float32]:
    """Raise the probability of detections that stand beside an accepted digit.

    For a doubtful thin 1, the 0 beside it says more than its own pixels do.
    A lone detection keeps its probability.

    Args:
        detections: of each picture, N in all.
        fused: (N, 10) probabilities of each digit.
        weight: what a neighbour adds to the log odds.

    Returns:
        (N, 10); within a row, the ratios of the digits do not change.
    """
    is_digit = fused.sum(axis=1)
    odds = np.exp(weight * _have_neighbour(detections, accepted(fused)))
    return np.asarray(fused * (odds / (1 + is_digit * (odds - 1)))[:, None], np.float32)


def _have_neighbour(
    detections: Sequence[Detections], are_digits: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which of N detections stand beside an accepted digit: (N,)."""
    beside = np.zeros(len(are_digits), np.bool_)
    start = 0
    for own in detections:
        part = slice(start, start + len(own))
        if len(own) > 1:
            beside[part] = _beside(own.boxes, own.boxes[are_digits[part]])
        start = part.stop
    return beside


def _beside(
    boxes: NDArray[np.float32], digits: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Which of (N, 4) boxes stand beside one of (M, 4) digits of similar height."""
    reach = NEIGHBOUR_GAP * NEIGHBOUR_RATIO * boxes[:, 3:]
    around = np.hstack([boxes[:, :2] - reach, boxes[:, 2:] + 2 * reach])
    one, other = overlapping_pairs(around, digits)
    heights, other_heights = boxes[one, 3], digits[other, 3]
    taller = np.maximum(heights, other_heights)
    gap = -shared_sides(boxes[one], digits[other]).min(axis=-1)
    alike = taller <= NEIGHBOUR_RATIO * np.minimum(heights, other_heights)
    same_ink = overlaps(boxes[one], digits[other])[0] > SAME_INK  # with itself, too
    beside = np.zeros(len(boxes), np.bool_)
    beside[one[(gap <= NEIGHBOUR_GAP * taller) & alike & ~same_ink]] = True
    return beside
