"""A network of someone else as a classifier: its form is found by trial.

    classifier = AdaptedClassifier(OnnxNetwork("theirs.onnx"))
    classifier.form        # ModelForm(ink='dark', pixels='0..255', scores='logits')
    classifier.accuracy    # 0.97, on 300 digits that come with inkten

A model file does not say whether it wants dark ink or light, bytes or fractions. So it
is given digits in every way that models are trained in, and the way that it reads best
is the one that it was trained in.
"""

from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inkten.classification.classifier import DIGITS, CheckedClassifier
from inkten.classification.form import FLOOR, Ink, ModelForm, Pixels, Scores
from inkten.classification.network import Network
from inkten.classification.tiles import TILE_SIDE
from inkten.errors import ModelError
from inkten.models import registry

# 30 MNIST digits of each value, a column each, from its last 5,000 training pictures
TRIAL_FILE = registry.HERE / "trial_digits.png"
# The usual ways first: where several do as well, the first is taken. The margins were
# set on 14 networks of known form, see docs/own_model.md.
INKS: tuple[Ink, ...] = ("light", "dark")
RANGES: tuple[Pixels, ...] = ("0..1", "normalized", "-1..1", "0..255")
BYTES: tuple[Pixels, ...] = ("0..255",)
ACCURACY_MARGIN = 0.02  # six of 300 digits: less may be chance
LOSS_MARGIN = 0.01  # nats
LEAST_ACCURACY = 0.5  # below it, a trial says nothing about a form
USABLE_ACCURACY = 0.9
SUM_TOLERANCE = 1e-2  # of probabilities, which float16 rounds


@dataclass(frozen=True)
class Trial:
    """How a network does on the trial digits in one form.

    Attributes:
        form: how it was given them.
        accuracy: the share of them that it reads right.
        log_loss: the mean of -log p(true digit), in nats.
    """

    form: ModelForm
    accuracy: float
    log_loss: float


class AdaptedClassifier(CheckedClassifier):
    """A network of someone else: tiles (N, 28, 28), ink = 1, to probabilities (N, 10).

    Attributes:
        network: the network itself.
        form: how it takes pictures, and what its scores mean.
        accuracy: its share of right answers on 300 MNIST digits, by which the form was
            found; None if the form was given.
        rejects: whether it has an eleventh class, "no digit".
    """

    def __init__(self, network: Network, form: ModelForm | None = None) -> None:
        """Wrap a network.

        Args:
            network: takes 28x28 pictures and gives 10 or 11 scores.
            form: how it takes them; found by trial if None.

        Raises:
            ModelError: the network cannot be run, or gives NaN.
        """
        super().__init__(self._classify, network.name)
        self.network = network
        tiles, labels = trial_digits()
        self.accuracy: float | None = None
        if form is None:
            trial = find_form(network, tiles, labels)
            form, self.accuracy = trial.form, trial.accuracy
        self.form = form
        scores = network(form.encode(tiles[:1]))
        self.rejects = scores.shape[1] > DIGITS

    @property
    def assumption(self) -> str:
        """What was assumed about the form, in a sentence; empty if it was given."""
        if self.accuracy is None:
            return ""
        right = f"right on {self.accuracy:.1%} of {len(trial_digits()[1])} MNIST digits"
        if self.accuracy < LEAST_ACCURACY:
            return f"{right}, however it is given them; taken as: {self.form}"
        only = "only " if self.accuracy < USABLE_ACCURACY else ""
        return f"taken as: {self.form} ({only}{right})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the network and the form: the copy tries nothing."""
        return AdaptedClassifier, (self.network, self.form)

    def _classify(self, tiles: NDArray[np.float32]) -> NDArray[np.float32]:
        scores = self.network(self.form.encode(tiles))
        return self.form.decode(scores)[:, :DIGITS]


def find_form(
    network: Network, tiles: NDArray[np.float32], labels: NDArray[np.integer]
) -> Trial:
    """Give a network digits in every usual form; return the trial that went best.

    Among those that are right as often, the surest in its right answers is the best;
    among those that do as well in both, the most usual.

    Args:
        network: what to try.
        tiles: (N, 28, 28) in 0..1, ink = 1.
        labels: (N,) their digits.

    Raises:
        ModelError: the network cannot be run, or gives NaN.
    """
    ranges = BYTES if network.takes_bytes else RANGES
    ways = [ModelForm(ink, pixels) for pixels, ink in product(ranges, INKS)]
    answers = [network(way.encode(tiles)) for way in ways]
    if not all(np.isfinite(scores).all() for scores in answers):
        raise ModelError("gives NaN or infinity; expected scores", name=network.name)
    kind = _kind(np.concatenate(answers))
    trials = []
    for way, scores in zip(ways, answers, strict=True):
        form = replace(way, scores=kind)
        digits = form.decode(scores)[:, :DIGITS]
        right = float((digits.argmax(axis=1) == labels).mean())
        true = digits[np.arange(len(labels)), labels]
        loss = float(-np.log(np.clip(true, FLOOR, 1)).mean())
        trials.append(Trial(form, right, loss))
    most = max(trial.accuracy for trial in trials)
    if most < LEAST_ACCURACY:
        return trials[0]
    best = [trial for trial in trials if trial.accuracy >= most - ACCURACY_MARGIN]
    least = min(trial.log_loss for trial in best)
    return next(trial for trial in best if trial.log_loss <= least + LOSS_MARGIN)


def _kind(scores: NDArray[np.float32]) -> Scores:
    """What (N, classes) scores are, by their range and their sums."""
    if scores.min() < 0 or scores.max() > 1 + SUM_TOLERANCE:
        return "logits"
    sums = scores.sum(axis=1)
    return "probabilities" if np.abs(sums - 1).max() < SUM_TOLERANCE else "sigmoids"


@cache
def trial_digits() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The digits of the trial: (N, 28, 28) float32 in 0..1, ink = 1, and (N,) values.

    Raises:
        ModelError: the file is missing or damaged.
    """
    sheet = cv2.imread(str(TRIAL_FILE), cv2.IMREAD_GRAYSCALE)
    if sheet is None:
        raise ModelError("is missing. Reinstall inkten.", name=str(TRIAL_FILE))
    rows = len(sheet) // TILE_SIDE
    cells = sheet.reshape(rows, TILE_SIDE, DIGITS, TILE_SIDE).swapaxes(1, 2)
    tiles = cells.reshape(-1, TILE_SIDE, TILE_SIDE).astype(np.float32) / np.float32(255)
    return tiles, np.tile(np.arange(DIGITS), rows)
