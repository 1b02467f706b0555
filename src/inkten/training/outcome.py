"""The figures of a finished training, for people and for model cards."""

from dataclasses import asdict, dataclass
from typing import ClassVar, Protocol

from inkten.evaluation.detection import DetectionScores
from inkten.evaluation.lines import LineScores
from inkten.evaluation.measure import Scores, Share
from inkten.evaluation.report import Table, percent

ORIGINAL_NOTE = (
    "The original test loss of 0.01188 does not fit a test accuracy of 97.01%: about "
    "0.12 is measured at that accuracy, so a decimal place was probably lost."
)


class Outcome(Protocol):
    """The figures of a finished training.

    Attributes:
        terms: the words of the table that a report explains.
    """

    terms: ClassVar[tuple[str, ...]]

    @property
    def note(self) -> str:
        """A remark on the table; may be empty."""

    def table(self) -> Table:
        """The figures for people."""

    def figures(self) -> dict[str, float]:
        """The figures for the model's card."""


@dataclass(frozen=True, eq=False)
class ClassifierOutcome:
    """The figures of a classifier.

    Accuracy and loss on the training set are the running averages of the last epoch,
    as Keras prints them: taken while the weights were still changing.

    Attributes:
        train_accuracy: on the training part.
        train_loss: on the training part.
        test: on the test pictures.
        is_original: whether it was trained as the original system was.
        validation_accuracy: after the last epoch, on the validation part; None if all
            of the training pictures were learned from.
        written: the synthetic numbers of unseen digits that are read right, signs
            included; None if the classifier names no signs.
    """

    terms: ClassVar[tuple[str, ...]] = (
        *("train accuracy", "epoch", "training part", "validation part"),
        *("test pictures", "accuracy", "95% interval", "loss", "calibration error"),
        *("confusion matrix", "recall", "precision", "layer", "parameters"),
    )

    train_accuracy: float
    train_loss: float
    test: Scores
    is_original: bool = False
    validation_accuracy: float | None = None
    written: Share | None = None

    @property
    def note(self) -> str:
        """What is wrong with the original system's figures, where they are shown."""
        return ORIGINAL_NOTE if self.is_original else ""

    def table(self) -> Table:
        """The figures; for the original's recipe, beside those it reported."""
        rows = [
            ("train accuracy", f"{self.train_accuracy:.2%}", "98.99%"),
            ("train loss", f"{self.train_loss:.4f}", "0.0337"),
            ("test accuracy (95% interval)", percent(self.test.accuracy), "97.01%"),
            ("test loss", f"{self.test.log_loss:.4f}", "0.01188"),
            ("calibration error", f"{self.test.calibration_error:.4f}", "-"),
        ]
        if self.validation_accuracy is not None:
            accuracy = f"{self.validation_accuracy:.2%}"
            rows.insert(2, ("validation accuracy", accuracy, "-"))
        if self.is_original:
            return Table(("", "this run", "original"), rows)
        shown = [row[:2] for row in rows]
        if self.written:
            shown.append(("synthetic numbers with signs", percent(self.written)))
        return Table(("", "this run"), shown)

    def figures(self) -> dict[str, float]:
        """The test figures."""
        figures = {
            "test_accuracy": round(self.test.accuracy.value, 4),
            "test_log_loss": round(self.test.log_loss, 4),
        }
        if self.written:
            figures["written_numbers"] = round(self.written.value, 4)
        return figures


@dataclass(frozen=True)
class DetectorOutcome:
    """The figures of a detector, on pages of digits that it was not trained on."""

    train_loss: float
    found: DetectionScores
    note: str = ""
    terms: ClassVar[tuple[str, ...]] = (
        *("epoch", "training part", "validation part", "loss", "layer", "parameters"),
    )

    def table(self) -> Table:
        """The figures for people."""
        return Table(
            header=("on synthetic pages", "this run"),
            rows=(
                ("train loss", f"{self.train_loss:.4f}"),
                ("detected digits (recall)", f"{self.found.recall:.2%}"),
                ("correct detections (precision)", f"{self.found.precision:.2%}"),
                ("detected digits named correctly", f"{self.found.named:.2%}"),
                ("pages without digits left empty", f"{self.found.clean:.2%}"),
            ),
        )

    def figures(self) -> dict[str, float]:
        """Recall, precision and the other shares of ``DetectionScores``."""
        return {name: round(share, 4) for name, share in asdict(self.found).items()}


@dataclass(frozen=True)
class LineOutcome:
    """The figures of a line reader, on strips of writers it was not trained on.

    Attributes:
        train_loss: the running average of the last epoch.
        pages: the scores on strips of synthetic pages.
        numbers: those on pictures of numbers from packs; None without such packs.
    """

    train_loss: float
    pages: LineScores
    numbers: LineScores | None = None
    note: str = ""
    terms: ClassVar[tuple[str, ...]] = (
        *("epoch", "training part", "loss", "layer", "parameters"),
    )

    def table(self) -> Table:
        """The figures for people."""
        rows = [
            ("train loss", f"{self.train_loss:.4f}"),
            ("lines read exactly", f"{self.pages.exact:.2%}"),
            ("errors per digit", f"{self.pages.character_error_rate:.2%}"),
            ("lines without digits left empty", f"{self.pages.clean:.2%}"),
        ]
        if self.numbers:
            rows.append(("pictures of numbers, exactly", f"{self.numbers.exact:.2%}"))
        return Table(header=("on synthetic pages", "this run"), rows=rows)

    def figures(self) -> dict[str, float]:
        """The figures for the model's card."""
        figures = asdict(self.pages)
        if self.numbers:
            figures["numbers_exact"] = self.numbers.exact
        return {name: round(share, 4) for name, share in figures.items()}
