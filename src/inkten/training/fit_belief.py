"""Fit how much finder and classifier count in the joined answer.

    python -m inkten.training.fit_belief

Looks at synthetic pages of MNIST's validation digits, which neither has learned from,
and prints the weights for ``inkten.belief``, and the least confidence there: one that
keeps all but 1 % of the digits that are read rightly.
"""

import sys
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from inkten.belief import FITTED, FLOOR, Weights, are_digits, join
from inkten.datasets import mnist
from inkten.finder import Finder, Finds
from inkten.finder.overlap import intersection_over_union
from inkten.models.session import Classifier
from inkten.tiles import cut_tiles
from inkten.training.finding import HIT, validation_pages

PAGES = 2_000
STEPS = (1.0, 0.3, 0.1, 0.03)  # of the search, coarse to fine
NO_DIGIT = -1
UNSURE_SHARE = 0.01  # of the digits read rightly, which are read as "?" all the same


def main() -> None:
    """Print the fitted weights."""
    finder, classifier = Finder(), Classifier("cnn")
    finds, seen, truth = gather(finder, classifier, PAGES)
    weights = fit_weights(finds, seen, truth)
    sys.stdout.write(f"FITTED = {weights}\n")
    before, after = (log_loss(finds, seen, truth, each) for each in (FITTED, weights))
    sys.stdout.write(f"log loss {before:.4f} before, {after:.4f} after\n")
    least = least_confidence(join(finds, seen, weights), truth)
    sys.stdout.write(f"MIN_CONFIDENCE = {least:.2f}\n")


def gather(
    finder: Finder, classifier: Classifier, count: int
) -> tuple[Finds, NDArray[np.float32], NDArray[np.int64]]:
    """Search pages; return all finds, what the classifier says, and the truth (N,)."""
    finds, seen, truth = [], [], []
    for page in validation_pages(mnist.load().validation_part, count):
        found = finder(page.gray)
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
    return Finds.joined(finds), np.concatenate(seen), np.concatenate(truth)


def log_loss(
    finds: Finds,
    seen: NDArray[np.float32],
    truth: NDArray[np.int64],
    weights: Weights,
) -> float:
    """The mean surprise at the truth, in nats."""
    joined = join(finds, seen, weights)
    none = np.clip(1 - joined.sum(axis=1), FLOOR, 1)
    right = np.clip(joined[np.arange(len(truth)), truth], FLOOR, 1)
    return float(-np.log(np.where(truth == NO_DIGIT, none, right)).mean())


def least_confidence(joined: NDArray[np.float32], truth: NDArray[np.int64]) -> float:
    """The confidence that all but few of the digits read rightly have."""
    right = are_digits(joined) & (joined.argmax(axis=1) == truth)
    return float(np.quantile(joined[right].max(axis=1), UNSURE_SHARE))


def fit_weights(
    finds: Finds, seen: NDArray[np.float32], truth: NDArray[np.int64]
) -> Weights:
    """Descend along one weight after the other: five are few enough for that."""
    best, least = FITTED, log_loss(finds, seen, truth, FITTED)
    for step in STEPS:
        improved = True
        while improved:
            improved = False
            for name in Weights.__dataclass_fields__:
                for change in (-step, step):
                    value = round(getattr(best, name) + change, 3)
                    tried = replace(best, **{name: value})
                    loss = log_loss(finds, seen, truth, tried)
                    if loss < least - 1e-6:
                        best, least, improved = tried, loss, True
    return best


if __name__ == "__main__":
    main()
