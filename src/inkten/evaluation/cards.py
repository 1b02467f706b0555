"""The figures of a model's card, measured once more."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from inkten.classification.classifier import Classify
from inkten.datasets.mnist import Part, as_tiles
from inkten.evaluation.measure import Scores, measure

# Cards are rounded to four places. Other processors add in another order, which may
# turn over a picture or two of MNIST's 10,000 that stand on the edge.
CLOSE = 0.0003
MEASURES: dict[str, Callable[[Scores], float]] = {
    "test_accuracy": lambda scores: scores.accuracy.value,
    "test_log_loss": lambda scores: scores.log_loss,
    "test_calibration_error": lambda scores: scores.calibration_error,
}


@dataclass(frozen=True)
class Remeasured:
    """One figure of a card, and what was found now."""

    name: str
    told: float
    found: float

    @property
    def agrees(self) -> bool:
        """Whether the card tells what is found."""
        return abs(self.told - self.found) <= CLOSE


def remeasure(
    classifier: Classify, figures: Mapping[str, float], part: Part
) -> list[Remeasured]:
    """Measure those of a card's figures that stem from MNIST's test pictures.

    Args:
        classifier: tiles (N, 28, 28) to probabilities (N, 10).
        figures: the card's. Others than `MEASURES` are left out: a detector's stem from
            synthetic pages.
        part: the test pictures.
    """
    wanted = [name for name in figures if name in MEASURES]
    if not wanted:
        return []
    scores = measure(classifier(as_tiles(part.images)), part.labels)
    return [
        Remeasured(name, figures[name], round(MEASURES[name](scores), 4))
        for name in wanted
    ]
