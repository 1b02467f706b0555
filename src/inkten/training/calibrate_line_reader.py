"""Fit how much the line reader's opinion counts beside that of boxes.

    python -m inkten.training.calibrate_line_reader [--packs FOLDER] [--model FILE]

Reads synthetic pages of MNIST's validation digits and, with a folder of handwriting
packs, of the packs' validation writers. No network was trained on either. Prints the
weights for ``inkten.recognition.fusion``.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inkten.classification.classifier import NO_DIGIT, Classifier
from inkten.datasets import mnist
from inkten.datasets.packs import load_packs
from inkten.detection import Detector
from inkten.evaluation.detection import validation_pages
from inkten.log_odds import log_odds_of
from inkten.models.registry import LINE
from inkten.recognition.fusion import (
    FLOOR,
    WITH_BOX,
    WITHOUT_BOX,
    Floats,
    MissedWeights,
    Weights,
    fuse_line,
)
from inkten.recognition.line_reader import LineReader
from inkten.recognition.verifier import Verifier
from inkten.synthesis.handwriting import Handwriting
from inkten.training.calibrate import min_confidence
from inkten.training.calibrate_lines import logistic_regression
from inkten.training.line_observations import Observed, observe

PAGES = 2_000
NAME_WEIGHTS = np.arange(0.0, 1.55, 0.05)  # that are tried for either opinion


def main() -> None:
    """Print the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packs", type=Path, help="a folder of handwriting packs")
    parser.add_argument("--model", default=LINE, help="a line reader's ONNX file")
    parser.add_argument("--pages", type=int, default=PAGES, help="how many pages")
    given = parser.parse_args()
    packs = load_packs([given.packs]) if given.packs else []
    unseen = Handwriting.of(packs, "validation") if packs else None
    pages = validation_pages(mnist.load().validation_part, given.pages, unseen)
    networks = Detector(), Classifier(), LineReader(given.model), Verifier()
    observed = observe(pages, *networks)
    with_box = _print_fitted("WITH_BOX", observed.boxed, WITH_BOX)
    fused = fuse_line(observed.boxed.own, observed.boxed.line, with_box)
    least = min_confidence(fused, observed.boxed.truth)
    sys.stdout.write(f"MIN_CONFIDENCE = {least:.2f}\n")
    _print_fitted("WITHOUT_BOX", observed.implied, WITHOUT_BOX)
    own, line, missed = observed.ink
    columns = _columns(own, line)
    weights_of_ink = MissedWeights(*logistic_regression(columns, missed.astype(float)))
    sys.stdout.write(f"MISSED = {weights_of_ink}\n{missed.sum()} of {len(missed)}\n")


def _print_fitted(name: str, observed: Observed, before: Weights) -> Weights:
    weights = fit(observed)
    losses = observed.log_loss(before), observed.log_loss(weights)
    sys.stdout.write(
        f"{name} = {weights}\n{len(observed.truth)} places, log loss "
        "{:.4f} before, {:.4f} after\n".format(*losses)
    )
    return weights


def fit(observed: Observed) -> Weights:
    """Fit the weights: whether it is a digit, then which."""
    any_own, any_line = observed.own.sum(axis=1), observed.line.sum(axis=1)
    columns = _columns(any_own, any_line)
    is_digit = observed.truth != NO_DIGIT
    bias, own, line = logistic_regression(columns, is_digit.astype(float))
    of_digits = Observed(*(part[is_digit] for part in observed))
    _, own_digit, line_digit = min(
        (of_digits.log_loss(Weights(bias, own, line, one, other)), one, other)
        for one in NAME_WEIGHTS.round(2).tolist()
        for other in NAME_WEIGHTS.round(2).tolist()
    )
    return Weights(bias, own, line, own_digit, line_digit)


def _columns(own: Floats, line: Floats) -> NDArray[np.float64]:
    """What the bias and the two opinions are multiplied by, (N, 3)."""
    opinions = log_odds_of(own, FLOOR), log_odds_of(line, FLOOR)
    return np.stack([np.ones(len(own)), *opinions], axis=1)


if __name__ == "__main__":
    main()
