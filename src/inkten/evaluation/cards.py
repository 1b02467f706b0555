"""The figures on a model's card, measured again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from inkten.classification.classifier import Classify
from inkten.datasets.mnist import Part, as_tiles
from inkten.evaluation.measure import Scores, measure

# Cards are rounded to four places. Other processors add in another order, which can
# change the answer to one or two borderline pictures of MNIST's 10,000.
TOLERANCE = 0.0003
MEASURES: dict[str, Callable[[Scores], float]] = {
    "test_accuracy": lambda scores: scores.accuracy.value,
    "test_log_loss": lambda scores: scores.log_loss,
    "test_calibration_error": lambda scores: scores.calibration_error,
}


@dataclass(frozen=True)
class Remeasured:
    """A figure as the card states it and as it was measured now."""

    name: str
    stated: float
    measured: float

    @property
    def agrees(self) -> bool:
        """Whether the two are equal within the tolerance."""
        return abs(self.stated - self.measured) <= TOLERANCE


def remeasure(
    classifier: Classify, figures: Mapping[str, float], part: Part
) -> list[Remeasured]:
    """Measure the figures of a card that come from MNIST's test pictures.

    Args:
        classifier: tiles (N, 28, 28) to probabilities (N, 10).
        figures: the card's figures. Only those in `MEASURES` are measured; a detector's
            figures come from synthetic pages.
        part: the test pictures.
    """
    names = [name for name in figures if name in MEASURES]
    if not names:
        return []
    scores = measure(classifier(as_tiles(part.images)), part.labels)
    return [
        Remeasured(name, figures[name], round(MEASURES[name](scores), 4))
        for name in names
    ]
