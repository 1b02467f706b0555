"""Arrays and texts to numbers; nothing is read, written or drawn here."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FLOOR = 1e-7  # as Keras clips: one sure mistake costs 16, not infinity
BINS = 15  # of equal width, as in Guo et al., "On calibration", ICML 2017
SUREST = 0.95  # of the answers: what is left when one in twenty is looked at by hand
Z95 = 1.959964  # standard normal: 95 % lie within


@dataclass(frozen=True)
class Share:
    """So many of so many, with the interval that holds the true share at 95 %."""

    right: int
    count: int

    @property
    def value(self) -> float:
        """The share, 0 to 1; NaN of nothing."""
        return self.right / self.count if self.count else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval (JASA 22, 1927): sound near 0 and 1 as well."""
        if not self.count:
            return (0.0, 1.0)
        share, spread = self.value, Z95**2 / self.count
        middle = share + spread / 2
        half = math.sqrt(share * (1 - share) * spread + spread**2 / 4)
        return (
            max(0.0, (middle - half) / (1 + spread)),
            min(1.0, (middle + half) / (1 + spread)),
        )


@dataclass(frozen=True, eq=False)
class Scores:
    """What probabilities are worth beside the true digits."""

    accuracy: Share
    log_loss: float  # mean of -log p(true digit), in nats
    calibration_error: float  # mean gap between confidence and accuracy, 0 to 1
    confusion: NDArray[np.int64]  # (10, 10): row = true digit, column = said


@dataclass(frozen=True)
class TextScores:
    """What texts are worth beside the true texts."""

    exact: Share
    character_error_rate: float  # edits per true character


def measure(probabilities: NDArray[np.float32], labels: NDArray[np.integer]) -> Scores:
    """Compare probabilities with the true digits.

    Args:
        probabilities: (N, 10); what a row lacks to 1 is the belief in no digit.
        labels: (N,) digits, 0 to 9.
    """
    said = probabilities.argmax(axis=1)
    right = said == labels
    given = probabilities[np.arange(len(labels)), labels]  # (N,) to the true digit
    confusion = np.zeros((10, 10), np.int64)
    np.add.at(confusion, (labels, said), 1)
    return Scores(
        accuracy=Share(int(right.sum()), len(labels)),
        log_loss=float(-np.log(np.clip(given, FLOOR, 1), dtype=np.float64).mean()),
        calibration_error=calibration_error(probabilities.max(axis=1), right),
        confusion=confusion,
    )


def calibration_error(
    confidence: NDArray[np.float32], right: NDArray[np.bool_]
) -> float:
    """Tell how far confidence lies from accuracy: the expected calibration error.

    Args:
        confidence: (N,) 0 to 1, of each answer.
        right: (N,) whether that answer was right.

    Returns:
        The gap between mean confidence and accuracy in each of 15 bins of equal
        width, averaged by how many answers fall into the bin (Guo et al. 2017).
    """
    # A bin holds its upper edge, as in the paper: (0, 1/15], (1/15, 2/15], ...
    bins = np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)
    gap = np.bincount(bins, weights=confidence - right, minlength=BINS)
    return float(np.abs(gap).sum() / len(confidence))


def surest(confidence: NDArray[np.float32], right: NDArray[np.bool_]) -> Share:
    """Count the right ones among the surest 95 % of the answers.

    Args:
        confidence: (N,) 0 to 1, of each answer.
        right: (N,) whether that answer was right.
    """
    count = round(SUREST * len(confidence))
    kept = np.argsort(-confidence, kind="stable")[:count]
    return Share(int(right[kept].sum()), count)


def measure_texts(wanted: Sequence[str], got: Sequence[str]) -> TextScores:
    """Compare texts; spaces and the marks between lines do not count."""
    pairs = [(bare(want), bare(said)) for want, said in zip(wanted, got, strict=True)]
    characters = sum(len(want) for want, _ in pairs)
    edits = sum(edit_distance(want, said) for want, said in pairs)
    return TextScores(
        exact=Share(sum(want == said for want, said in pairs), len(pairs)),
        character_error_rate=edits / max(characters, 1),
    )


def bare(text: str) -> str:
    """Take out all that only parts numbers and lines: '|', spaces, newlines."""
    return "".join(text.replace("|", "").split())


def edit_distance(one: str, other: str) -> int:
    """Count the insertions, deletions and exchanges between two texts (Levenshtein)."""
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
