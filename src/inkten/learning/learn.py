"""Teach a classifier a user's own digits.

learned = inkten.learn("my-digits")
learned.save("mine.onnx")
inkten.Reader("mine.onnx")

pictures --> examples --> embedded --> head --> held-back pictures read --> ONNX
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from inkten import __version__
from inkten.classification.classifier import DIGITS, Classifier
from inkten.datasets import mnist
from inkten.datasets.mnist import as_tiles
from inkten.errors import ModelError
from inkten.evaluation.measure import Share
from inkten.files import write_whole
from inkten.image.source import Limits
from inkten.learning.examples import (
    Examples,
    Source,
    cut_examples,
    is_correct,
    own_pictures,
    read_each,
)
from inkten.learning.head import Body, Embedded, Head
from inkten.learning.lessons import NOT_DOUBTFUL, Fold, Lessons, Mask
from inkten.learning.remember import RememberingDetector
from inkten.learning.report import DoubtfulLabel, LearningReport
from inkten.learning.trust import choose_trust
from inkten.models.card import Card
from inkten.models.registry import DEFAULT, MODEL_SUFFIX, read_model
from inkten.reader import Reader

# Of one of the user's digits, beside one of MNIST's: the largest that MNIST allows
OWN_WEIGHTS = (100.0, 50.0, 30.0, 20.0, 10.0, 5.0, 2.0, 1.0)
MNIST_LOST = 0.0005  # of MNIST's validation digits that may be lost: 2 of 5,000
REPLAYED = 2_000  # MNIST digits that are learned beside the user's
SEED = 0

Progress = Callable[[int, int], None]  # pictures done, pictures in all


@dataclass(frozen=True, eq=False)
class Learned:
    """A classifier that has learned a user's digits, in memory.

    Attributes:
        content: its ONNX file.
        card: its card, which is in the file, too.
        report: what it learned from, and the figures before and after.
    """

    content: bytes
    card: Card
    report: LearningReport

    def save(self, path: str | os.PathLike[str], *, anyway: bool = False) -> None:
        """Write the ONNX file, which every way in takes as its model.

        Args:
            path: the file, ending in ``.onnx``.
            anyway: write it although something got worse.

        Raises:
            ModelError: something got worse; ``report.worse`` says what.
            InktenError: the file cannot be written.
        """
        check_path(path)
        if self.report.worse and not anyway:
            raise ModelError(
                f"not written, as it got worse: {self.report.worse}. Add pictures, or "
                "correct their labels",
                name=os.fspath(path),
                parameter="anyway",
            )
        write_whole(Path(path), self.content)


def learn(
    *sources: Source,
    model: str | os.PathLike[str] | None = None,
    limits: Limits | None = None,
    on_picture: Progress | None = None,
) -> Learned:
    """Teach a classifier your own digits; seconds for a hundred pictures.

    Args:
        sources: folders with a subfolder for each digit, ``labels.csv`` files or
            folders with one, or pairs of a picture and the text written on it.
        model: the classifier to teach: the name of a shipped one, or an ONNX file that
            ends in a fully connected layer and a softmax or sigmoids.
        limits: the largest pictures that are read.
        on_picture: called after each picture with the pictures done and all of them.

    Raises:
        DataError: a source is missing or in another format, or there are too few digits
            that can be used.
        ModelError: the model is missing, damaged, or cannot be taught.
    """
    name = os.fspath(DEFAULT if model is None else model)
    classifier = Classifier(name)
    body = Body(read_model(name), name)
    detector = RememberingDetector()  # each picture is read before and after
    pictures = own_pictures(sources)
    done = iter(range(1, len(pictures) + 1))

    def count() -> None:
        if on_picture:
            on_picture(next(done), len(pictures))

    reader = Reader(classifier, detector, limits=limits)
    examples = cut_examples(reader, pictures, count, context=classifier.names_signs)
    digits = _MnistDigits.embedded(body)
    lessons = Lessons(body, examples, digits.replayed, digits.replayed_labels)
    weight, head = _fit_to_all(lessons, digits)
    folds = list(lessons.folds(weight))
    doubtful = lessons.doubtful(folds)
    trusted = doubtful == NOT_DOUBTFUL
    if not trusted.all():
        folds = list(lessons.folds(weight, trusted))
        head = lessons.fit(weight, trusted)
    trust = _trust(lessons, folds, trusted, classifier)

    def reader_with(head: Head) -> Reader:
        card = replace(_card_of(classifier), trust=trust)  # it reads as the final one
        content = body.with_head(head, card.to_metadata())
        taught = Classifier.from_bytes(content, name)
        return Reader(taught, detector, limits=limits)

    before, after = _read_held_back(folds, examples, reader_with)
    report = LearningReport(
        pictures=len(examples.pictures),
        digits=int(trusted.sum()),
        held_back=before.total,
        before=before,
        after=after,
        mnist_before=_share(digits.validation.logits, digits.validation_labels),
        mnist_after=_share(head.logits(digits.validation), digits.validation_labels),
        doubtful=_doubtful_labels(examples, doubtful),
        left_out=examples.left_out,
    )
    card = replace(_taught_card(_card_of(classifier), report), trust=trust)
    return Learned(body.with_head(head, card.to_metadata()), card, report)


def check_path(path: str | os.PathLike[str]) -> None:
    """Refuse the name of a file that could not be used as a model.

    Raises:
        ModelError: it has another ending.
    """
    if Path(path).suffix != MODEL_SUFFIX:
        raise ModelError(
            f"not the name of a model; expected one that ends in {MODEL_SUFFIX}",
            name=os.fspath(path),
            parameter="out",
        )


@dataclass(frozen=True, eq=False)
class _MnistDigits:
    """MNIST's digits, which are not to be forgotten, as the head sees them."""

    replayed: Embedded
    replayed_labels: NDArray[np.uint8]
    validation: Embedded
    validation_labels: NDArray[np.uint8]

    @classmethod
    def embedded(cls, body: Body) -> "_MnistDigits":
        data = mnist.load()
        part = data.fit_part
        chosen = np.random.default_rng(SEED).permutation(len(part))[:REPLAYED]
        return cls(
            replayed=body.embed(as_tiles(part.images[chosen])),
            replayed_labels=part.labels[chosen],
            validation=body.embed(as_tiles(data.validation_part.images)),
            validation_labels=data.validation_part.labels,
        )


def _fit_to_all(lessons: Lessons, digits: _MnistDigits) -> tuple[float, Head]:
    """The largest weight with which MNIST's validation digits are read as before."""
    before = _share(digits.validation.logits, digits.validation_labels).value
    for weight in OWN_WEIGHTS:
        head = lessons.fit(weight)
        after = _share(head.logits(digits.validation), digits.validation_labels).value
        if before - after <= MNIST_LOST:
            break
    return weight, head


def _trust(
    lessons: Lessons, folds: Sequence[Fold], trusted: Mask, classifier: Classifier
) -> float:
    """How far the taught classifier decides alone, by the digits held back."""
    examples = lessons.examples
    places, after = lessons.held_back(folds)
    after, places = after[trusted[places]], places[trusted[places]]
    return choose_trust(
        examples.probabilities[places],
        classifier(examples.tiles[places]),
        after,
        examples.digits[places],
        rejects=classifier.rejects,
        trust=classifier.trust,
    )


def _share(logits: NDArray[np.float32], labels: NDArray[np.uint8]) -> Share:
    """How many tiles are named correctly."""
    named = logits[:, :DIGITS].argmax(axis=1)
    return Share(int((named == labels).sum()), len(labels))


def _read_held_back(
    folds: Iterable[Fold], examples: Examples, reader_with: Callable[[Head], Reader]
) -> tuple[Share, Share]:
    """How many pictures held back are read correctly: before, and with the heads."""
    before = after = total = 0
    for places, head in folds:
        held_back = [examples.pictures[place] for place in places]
        answers = read_each(reader_with(head), held_back)
        after += sum(is_correct(held_back[place], answer) for place, answer in answers)
        before += int(examples.correct[places].sum())
        total += len(held_back)
    return Share(before, total), Share(after, total)


def _doubtful_labels(
    examples: Examples, doubtful: NDArray[np.int64]
) -> list[DoubtfulLabel]:
    starts = np.searchsorted(examples.owners, examples.owners)  # of each tile's picture
    return [
        DoubtfulLabel(
            name=examples.pictures[examples.owners[place]].name,
            label=int(examples.digits[place]),
            place=int(place - starts[place]) + 1,
            reads=int(doubtful[place]),
        )
        for place in np.flatnonzero(doubtful != NOT_DOUBTFUL)
    ]


def _card_of(classifier: Classifier) -> Card:
    """The card of the classifier, or of one without a card."""
    try:
        return classifier.card
    except ModelError:
        return Card(
            task="which handwritten digit is in a tile",
            input_form="(N, 28, 28) float32 in 0..1, ink = 1",
            classes="0 1 2 3 4 5 6 7 8 9",
            training_data="unknown",
            figures={},
            recipe="unknown",
            version=__version__,
        )


def _taught_card(card: Card, report: LearningReport) -> Card:
    return replace(
        card,
        training_data=f"{card.training_data}; {report.digits:,} digits of a user",
        recipe=f"{card.recipe}; a head fitted by inkten learn",
        figures={"mnist_validation_accuracy": round(report.mnist_after.value, 4)},
        version=__version__,
        parameters=None,
        learned=card.learned + report.digits,
    )
