"""Train the verifier on what the other networks read.

    python -m inkten.training.train_verifier --packs FOLDER --out verifier.onnx

Most of it is seen on pages of the packs' validation writers, which no network was
trained on. Made pages hold little text, and real digits are less alike than made ones.
So the packs' lines of text are added, where whatever is seen is false, and their
pictures of numbers and of one character, several times each. Every fifth page, line and
picture only measures what was learned.
"""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from inkten import __version__
from inkten.classification.classifier import Classifier
from inkten.datasets import mnist
from inkten.datasets.packs import Pack, load_packs
from inkten.detection import Detector
from inkten.evaluation.detection import validation_pages
from inkten.fusion import ACCEPT_FROM
from inkten.log_odds import probability_of
from inkten.models.card import Card
from inkten.models.registry import DEFAULT, DETECTOR, LINE, sha256_of
from inkten.recognition.line_reader import LineReader
from inkten.recognition.verifier import Features, Verifier
from inkten.synthesis.handwriting import Handwriting
from inkten.training import verifier_training
from inkten.training.parts import credits_of
from inkten.training.verifier_observations import Observer
from inkten.training.verifier_training import (
    Floats,
    Labelled,
    fit,
    learned_and_measured,
    write_verifier,
)

PAGES = 4_000
# How often each picture is learned from
TEXT_COPIES, NUMBER_COPIES, CHARACTER_COPIES = 10, 4, 4
UNITS, EPOCHS = 16, 10

# The figures on the card
figures_of = partial(verifier_training.figures_of, things="digits", least=ACCEPT_FROM)


def before(features: Floats) -> Floats:
    """The probability of each digit before it is verified, (N,)."""
    return probability_of(features[:, 0])


def observe_all(
    observer: Observer, packs: Sequence[Pack], count: int
) -> tuple[Labelled, Labelled]:
    """What to learn from, and what to measure: pages and pictures of the packs."""
    unseen = Handwriting.of(packs, "validation") if packs else None
    pages = validation_pages(mnist.load().validation_part, count, unseen)
    return learned_and_measured(
        [
            (1, list(observer.pages(pages))),
            (TEXT_COPIES, list(observer.text(packs))),
            (NUMBER_COPIES, list(observer.numbers(packs))),
            (CHARACTER_COPIES, list(observer.characters(packs))),
        ]
    )


def main() -> None:
    """Train, measure and write the verifier."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packs", type=Path, help="a folder of handwriting packs")
    parser.add_argument("--pages", type=int, default=PAGES, help="how many pages")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True, help="the ONNX file")
    given = parser.parse_args()
    packs = load_packs([given.packs]) if given.packs else ()
    observer = Observer(Detector(), Classifier(), LineReader())
    learned, unseen = observe_all(observer, packs, given.pages)
    network = fit(learned, units=UNITS, epochs=EPOCHS, seed=given.seed)
    card = Card(
        task="whether a digit stands at a place of a line, given the rest of the line",
        input_form=f"(N, {len(Features._fields)}) float32: "
        + ", ".join(Features._fields),
        classes="one logit: there is a digit",
        training_data=f"what is seen on {given.pages:,} synthetic pages of MNIST's "
        f"validation digits{credits_of(packs)}; of these packs also the lines of "
        "text and the pictures of numbers and characters. Seen by models of SHA-256 "
        + ", ".join(sha256_of(model) for model in (DETECTOR, DEFAULT, LINE)),
        figures={},
        recipe=f"verifier, {EPOCHS} epochs, seed {given.seed}",
        version=__version__,
        parameters=network.count_params(),
    )
    sys.stdout.write(f"{len(learned.truth):,} places to learn from, ")
    write_verifier(network, given.out, card, unseen, Verifier, figures_of, before)


if __name__ == "__main__":
    main()
