"""Fit how much detector and classifier count in the joined answer.

    python -m inkten.training.calibrate

Looks at synthetic pages of MNIST's validation digits, which neither the detector nor the
cnn has learned from, and prints the weights for ``inkten.fusion``, and the least
confidence there: one that keeps all but 1 % of the digits that are read rightly.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from inkten.classification.tiles import cut_tiles
from inkten.company import boost_neighbours
from inkten.datasets import mnist
from inkten.datasets.mnist import Part
from inkten.detection import Detections, Detector
from inkten.detection.boxes import intersection_over_union
from inkten.evaluation.detection import HIT, validation_pages
from inkten.fusion import (
    FLOOR,
    WITH_REJECT,
    WITHOUT_REJECT,
    Weights,
    accepted,
    join,
)
from inkten.models.onnx import Classifier

PAGES = 2_000
STEPS = (1.0, 0.3, 0.1, 0.03)  # of the search, coarse to fine
WITHOUT_DOUBT = ("bias", "detector", "detector_digit", "classifier_digit")
WITH_DOUBT = (*WITHOUT_DOUBT, "reject_weight", "accept_weight")
NO_DIGIT = -1
UNSURE_SHARE = 0.01  # of the digits read rightly, which are read as "?" all the same


@dataclass(frozen=True)
class Gathered:
    """N finds on many pages.

    Attributes:
        finds: of each page.
        seen: (N, 10) what the classifier says of them.
        truth: (N,) the digit each shows, or NO_DIGIT.
    """

    finds: list[Detections]
    seen: NDArray[np.float32]
    truth: NDArray[np.int64]

    def joined(self, weights: Weights) -> NDArray[np.float32]:
        """Join both opinions, and the company, as in reading: (N, 10)."""
        joined = join(Detections.joined(self.finds), self.seen, weights)
        if not weights.neighbour:  # the same, sooner
            return joined
        return boost_neighbours(self.finds, joined, weights.neighbour)

    def log_loss(self, weights: Weights) -> float:
        """The mean surprise at the truth, in nats."""
        joined, truth = self.joined(weights), self.truth
        none = np.clip(1 - joined.sum(axis=1), FLOOR, 1)
        right = np.clip(joined[np.arange(len(truth)), truth], FLOOR, 1)
        return float(-np.log(np.where(truth == NO_DIGIT, none, right)).mean())


def main() -> None:
    """Print the weights for a classifier that can doubt, and for one that cannot."""
    detector, part = Detector(), mnist.load().validation_part
    found = gather(detector, Classifier("cnn"), part)
    weights = fit_weights(found, WITH_REJECT, WITH_DOUBT)
    _tell(
        "WITH_REJECT",
        weights,
        [found.log_loss(each) for each in (WITH_REJECT, weights)],
    )
    least = least_confidence(found.joined(weights), found.truth)
    sys.stdout.write(f"MIN_CONFIDENCE = {least:.2f}\n")
    found = gather(detector, Classifier("mlp"), part)
    weights = fit_weights(found, WITHOUT_REJECT, WITHOUT_DOUBT)
    losses = [found.log_loss(each) for each in (WITHOUT_REJECT, weights)]
    _tell("WITHOUT_REJECT", weights, losses)


def _tell(name: str, weights: Weights, losses: Sequence[float]) -> None:
    sys.stdout.write(f"{name} = {weights}\n")
    sys.stdout.write("log loss {:.4f} before, {:.4f} after\n".format(*losses))


def gather(detector: Detector, classifier: Classifier, part: Part) -> Gathered:
    """Search pages, and note what is known of all finds."""
    finds, seen, truth = [], [], []
    for page in validation_pages(part, PAGES):
        found = detector(page.gray)
        if not len(found):
            continue
        finds.append(found)
        seen.append(classifier(cut_tiles(page.gray, found.boxes)))
        overlap = intersection_over_union(found.boxes, page.boxes)
        hit = overlap.max(axis=1, initial=0) >= HIT
        shown = np.full(len(found), NO_DIGIT)
        if hit.any():
            shown[hit] = page.values[overlap[hit].argmax(axis=1)]
        truth.append(shown)
    return Gathered(finds, np.concatenate(seen), np.concatenate(truth))


def fit_weights(found: Gathered, start: Weights, names: Sequence[str]) -> Weights:
    """Fit the weights of the opinions, then what company adds to them.

    One after the other, so that a lone find is believed as if there were no such
    weight: a picture of one digit has no company, and is none the worse for it.
    """
    alone = _descend(found, replace(start, neighbour=0.0), names)
    return _descend(found, alone, ["neighbour"])


def _descend(found: Gathered, best: Weights, names: Sequence[str]) -> Weights:
    """Descend along one weight after the other: they are few enough for that."""
    least = found.log_loss(best)
    for step in STEPS:
        improved = True
        while improved:
            improved = False
            for name in names:
                for change in (-step, step):
                    value = round(getattr(best, name) + change, 3)
                    tried = replace(best, **{name: value})
                    loss = found.log_loss(tried)
                    if loss < least - 1e-6:
                        best, least, improved = tried, loss, True
    return best


def least_confidence(joined: NDArray[np.float32], truth: NDArray[np.int64]) -> float:
    """The confidence that all but few of the digits read rightly have."""
    right = accepted(joined) & (joined.argmax(axis=1) == truth)
    return float(np.quantile(joined[right].max(axis=1), UNSURE_SHARE))


if __name__ == "__main__":
    main()
