"""Fit the fusion weights of detector, classifier and neighbours.

    python -m inkten.training.calibrate
    python -m inkten.training.calibrate PACKS

Runs the detector on synthetic pages of MNIST's validation digits, which neither it nor
the cnn was trained on; with handwriting packs, every other page is written with their
validation parts. Prints the weights for ``inkten.fusion``, and MIN_CONFIDENCE for
``inkten.options``: all but 1 % of the correctly read digits have at least that.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inkten.classification.classifier import Classifier
from inkten.classification.tiles import cut_tiles
from inkten.datasets import mnist
from inkten.datasets.packs import load_packs
from inkten.detection import Detections, Detector
from inkten.evaluation.detection import true_digits, validation_pages
from inkten.fusion import (
    FLOOR,
    WITH_REJECT,
    WITHOUT_REJECT,
    Weights,
    accepted,
    fuse,
)
from inkten.synthesis.handwriting import Handwriting
from inkten.synthesis.page import Page

PAGES = 2_000
STEPS = (1.0, 0.3, 0.1, 0.03)  # step sizes of the search, coarse to fine
FITTED = ("bias", "detector", "detector_digit", "classifier_digit")
FITTED_WITH_REJECT = (*FITTED, "reject_weight", "accept_weight")
UNSURE_SHARE = 0.01  # of the correctly read digits that become "?"


@dataclass(frozen=True)
class Observations:
    """N detections on many pages.

    Attributes:
        detections: one item per page.
        classified: (N, 10) the classifier's probabilities.
        truth: (N,) the digit that each shows, or NO_DIGIT.
    """

    detections: list[Detections]
    classified: NDArray[np.float32]
    truth: NDArray[np.int64]

    def fused(self, weights: Weights) -> NDArray[np.float32]:
        """The probabilities, fused as in a reading: (N, 10)."""
        return fuse(self.detections, self.classified, weights)

    def log_loss(self, weights: Weights) -> float:
        """The mean negative log likelihood of the truth, in nats."""
        fused = self.fused(weights)
        no_digit = 1 - fused.sum(axis=1, keepdims=True)
        probabilities = np.clip(np.hstack([fused, no_digit]), FLOOR, 1)
        return float(
            -np.log(probabilities[np.arange(len(self.truth)), self.truth]).mean()
        )


def main() -> None:
    """Print the weights for a classifier that can reject, and for one that cannot."""
    detector = Detector()
    pages = calibration_pages([Path(folder) for folder in sys.argv[1:]])
    observed = observe(detector, Classifier("cnn"), pages)
    weights = fit_weights(observed, WITH_REJECT, FITTED_WITH_REJECT)
    _print("WITH_REJECT", observed, WITH_REJECT, weights)
    least = min_confidence(observed.fused(weights), observed.truth)
    sys.stdout.write(f"MIN_CONFIDENCE = {least:.2f}\n")
    observed = observe(detector, Classifier("mlp"), pages)
    weights = fit_weights(observed, WITHOUT_REJECT, FITTED)
    _print("WITHOUT_REJECT", observed, WITHOUT_REJECT, weights)


def _print(name: str, observed: Observations, before: Weights, after: Weights) -> None:
    sys.stdout.write(f"{name} = {after}\n")
    losses = observed.log_loss(before), observed.log_loss(after)
    sys.stdout.write("log loss {:.4f} before, {:.4f} after\n".format(*losses))


def calibration_pages(packs: Sequence[Path]) -> list[Page]:
    """Make pages of MNIST's validation digits, half of them with packs if any."""
    part = mnist.load().validation_part
    if not packs:
        return validation_pages(part, PAGES)
    handwriting = Handwriting.of(load_packs(packs), "validation")
    plain = validation_pages(part, PAGES // 2)
    return plain + validation_pages(part, PAGES // 2, handwriting)


def observe(
    detector: Detector, classifier: Classifier, pages: Sequence[Page]
) -> Observations:
    """Run the detector on pages; match every detection with the truth."""
    detections, classified, truth = [], [], []
    for page in pages:
        on_page = detector(page.gray)
        if not len(on_page):
            continue
        detections.append(on_page)
        classified.append(
            classifier(
                cut_tiles(page.gray, on_page.boxes, context=classifier.names_signs)
            )
        )
        truth.append(true_digits(on_page.boxes, page))
    return Observations(detections, np.concatenate(classified), np.concatenate(truth))


def fit_weights(
    observed: Observations, start: Weights, names: Sequence[str]
) -> Weights:
    """Fit the weights of both networks, then the weight of the neighbours.

    The networks' weights are fitted as if there were no neighbours, so that a picture
    of a single digit is not penalized for having none.
    """
    no_neighbours = replace(start, neighbour=0.0)
    networks_fitted = _coordinate_descent(observed, no_neighbours, names)
    return _coordinate_descent(observed, networks_fitted, ["neighbour"])


def _coordinate_descent(
    observed: Observations, best: Weights, names: Sequence[str]
) -> Weights:
    """Lower the log loss along one weight after another: there are only a few."""
    lowest = observed.log_loss(best)
    for step in STEPS:
        improved = True
        while improved:
            improved = False
            for name in names:
                for change in (-step, step):
                    value = round(getattr(best, name) + change, 3)
                    candidate = replace(best, **{name: value})
                    loss = observed.log_loss(candidate)
                    if loss < lowest - 1e-6:
                        best, lowest, improved = candidate, loss, True
    return best


def min_confidence(fused: NDArray[np.float32], truth: NDArray[np.int64]) -> float:
    """The lowest confidence of all but ``UNSURE_SHARE`` of the correct digits."""
    correct = accepted(fused) & (fused.argmax(axis=1) == truth)
    return float(np.quantile(fused[correct].max(axis=1), UNSURE_SHARE))


if __name__ == "__main__":
    main()
