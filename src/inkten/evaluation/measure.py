"""Scores of probabilities and texts, as pure functions."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FLOOR = 1e-7  # as Keras clips: one sure mistake costs 16, not infinity
BINS = 15  # of equal width, as in Guo et al., "On calibration", ICML 2017
SUREST = 0.95  # of the answers: the rest, one in twenty, can be checked by hand
Z95 = 1.959964  # standard normal: 95 % lie within this many deviations


@dataclass(frozen=True)
class Share:
    """A part of a total, with the 95 % confidence interval of the share."""

    part: int
    total: int

    @property
    def value(self) -> float:
        """The share, 0 to 1; NaN if the total is 0."""
        return self.part / self.total if self.total else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval (JASA 22, 1927), which also holds near 0 and 1."""
        if not self.total:
            return (0.0, 1.0)
        share, spread = self.value, Z95**2 / self.total
        middle = share + spread / 2
        half = math.sqrt(share * (1 - share) * spread + spread**2 / 4)
        return (
            max(0.0, (middle - half) / (1 + spread)),
            min(1.0, (middle + half) / (1 + spread)),
        )


@dataclass(frozen=True, eq=False)
class Scores:
    """How well probabilities match the true digits."""

    accuracy: Share
    log_loss: float  # mean of -log p(true digit), in nats
    calibration_error: float  # mean gap between confidence and accuracy, 0 to 1
    confusion: NDArray[np.int64]  # (10, 10): row = true digit, column = answer


@dataclass(frozen=True)
class TextScores:
    """How well texts match the true texts."""

    exact: Share
    character_error_rate: float  # edits per true character


def measure(probabilities: NDArray[np.float32], labels: NDArray[np.integer]) -> Scores:
    """Compare probabilities with the true digits.

    Args:
        probabilities: (N, 10); the remaining probability of a row is that of no digit.
        labels: (N,) digits, 0 to 9.
    """
    answers = probabilities.argmax(axis=1)
    correct = answers == labels
    of_true = probabilities[np.arange(len(labels)), labels]  # (N,)
    confusion = np.zeros((10, 10), np.int64)
    np.add.at(confusion, (labels, answers), 1)
    return Scores(
        accuracy=Share(int(correct.sum()), len(labels)),
        log_loss=float(-np.log(np.clip(of_true, FLOOR, 1), dtype=np.float64).mean()),
        calibration_error=calibration_error(probabilities.max(axis=1), correct),
        confusion=confusion,
    )


def recall_and_precision(
    confusion: NDArray[np.int64],
) -> tuple[list[Share], list[Share]]:
    """Of each digit: how much of it is found, and how much of what is found is it.

    Args:
        confusion: (10, 10): row = true digit, column = answer.

    Returns:
        Recall and precision, ten shares each.
    """
    right = np.diag(confusion).tolist()
    written, read = confusion.sum(axis=1).tolist(), confusion.sum(axis=0).tolist()
    return (
        [Share(*pair) for pair in zip(right, written, strict=True)],
        [Share(*pair) for pair in zip(right, read, strict=True)],
    )


def calibration_error(
    confidence: NDArray[np.float32], correct: NDArray[np.bool_]
) -> float:
    """Compute the expected calibration error: how far confidence is from accuracy.

    Args:
        confidence: (N,) 0 to 1, of each answer.
        correct: (N,) whether that answer was correct.

    Returns:
        The gap between mean confidence and accuracy in each of 15 bins of equal
        width, weighted by the number of answers in the bin (Guo et al. 2017).
    """
    # A bin holds its upper edge, as in the paper: (0, 1/15], (1/15, 2/15], ...
    bins = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    gap = np.bincount(bins, weights=confidence - correct, minlength=BINS)
    return float(np.abs(gap).sum() / len(confidence))


def surest(confidence: NDArray[np.float32], correct: NDArray[np.bool_]) -> Share:
    """Count the correct ones among the most confident 95 % of the answers.

    Args:
        confidence: (N,) 0 to 1, of each answer.
        correct: (N,) whether that answer was correct.
    """
    count = round(SUREST * len(confidence))
    kept = np.argsort(-confidence, kind="stable")[:count]
    return Share(int(correct[kept].sum()), count)


def measure_texts(true: Sequence[str], read: Sequence[str]) -> TextScores:
    """Compare texts; spaces and the separators of lines do not count."""
    pairs = [
        (without_separators(one), without_separators(other))
        for one, other in zip(true, read, strict=True)
    ]
    characters = sum(len(one) for one, _ in pairs)
    edits = sum(edit_distance(one, other) for one, other in pairs)
    return TextScores(
        exact=Share(sum(one == other for one, other in pairs), len(pairs)),
        character_error_rate=edits / max(characters, 1),
    )


def without_separators(text: str) -> str:
    """Remove what only separates numbers and lines: '|', spaces, newlines."""
    return "".join(text.replace("|", "").split())


def edit_distance(one: str, other: str) -> int:
    """Count the insertions, deletions and substitutions (Levenshtein distance)."""
    row = list(range(len(other) + 1))
    for place, character in enumerate(one, 1):
        diagonal, row[0] = row[0], place
        for column, match in enumerate(other, 1):
            diagonal, row[column] = (
                row[column],
                min(
                    row[column] + 1,
                    row[column - 1] + 1,
                    diagonal + (character != match),
                ),
            )
    return row[-1]
