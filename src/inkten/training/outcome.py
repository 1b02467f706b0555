"""What a training came to, beside the figures of the system it started from."""

from dataclasses import dataclass

from inkten.evaluation.measure import Scores
from inkten.evaluation.report import Table, percent

ORIGINAL_NOTE = (
    "The original test loss of 0.01188 does not go with a test accuracy of 97.01%: "
    "about 0.12 is measured there, so a decimal place seems to have slipped."
)


@dataclass(frozen=True, eq=False)
class Outcome:
    """The figures of a finished training.

    Those of the training set are the last epoch's running averages, as Keras prints
    them: taken while the weights were still moving.
    """

    train_accuracy: float
    train_loss: float
    test: Scores

    def table(self) -> Table:
        """Set the figures beside those that the original system gave for itself."""
        return Table(
            header=("", "this run", "original"),
            rows=(
                ("train accuracy", f"{self.train_accuracy:.2%}", "98.99%"),
                ("train loss", f"{self.train_loss:.4f}", "0.0337"),
                ("test accuracy (95% interval)", percent(self.test.accuracy), "97.01%"),
                ("test loss", f"{self.test.log_loss:.4f}", "0.01188"),
                ("calibration error", f"{self.test.calibration_error:.4f}", "-"),
            ),
        )
