"""Train the verifier of signs on what the classifier sees where signs may stand.

    python -m inkten.training.train_sign_verifier --packs FOLDER --out verifier.onnx

It learns from numbers with signs, small ones and large ones as on photos, from complete
pages and from pictures without any sign: the packs' lines of text and numbers, several
times each. No network was trained on the validation writers who write here. Every fifth
picture only measures.
"""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from inkten import __version__
from inkten.classification.classes import SIGNS
from inkten.classification.classifier import Classifier
from inkten.datasets import mnist
from inkten.datasets.packs import Pack, load_packs
from inkten.detection import Detector
from inkten.evaluation.signs import ENLARGED, each_written_page
from inkten.models.card import Card
from inkten.models.registry import DEFAULT, DETECTOR, LINE, VERIFIER, sha256_of
from inkten.recognition.line_reader import LineReader
from inkten.recognition.verifier import Verifier
from inkten.signs.find import VERIFIED_FROM
from inkten.signs.verifier import FEATURES, SignVerifier
from inkten.synthesis.handwriting import Handwriting
from inkten.synthesis.page import numbered_pages
from inkten.training import verifier_training
from inkten.training.parts import credits_of
from inkten.training.sign_observations import SignObserver
from inkten.training.verifier_observations import Observer
from inkten.training.verifier_training import (
    Floats,
    Labelled,
    fit,
    learned_and_measured,
    write_verifier,
)

SEED = 2_000_003  # of the pages: not those that measure
NUMBERS, PAGES = 20_000, 6_000
COPIES = 3  # how often pictures without signs are learned from
UNITS, EPOCHS = 128, 40

# The figures on the card
figures_of = partial(verifier_training.figures_of, things="signs", least=VERIFIED_FROM)


def before(features: Floats) -> Floats:
    """What the classifier alone makes of each place, (N, 13)."""
    return np.exp(features[:, [FEATURES.index(sign) for sign in SIGNS]])


def observe_all(
    observer: SignObserver, packs: Sequence[Pack], numbers: int, pages: int
) -> tuple[Labelled, Labelled]:
    """What to learn from, and what to measure."""
    part = mnist.load().validation_part
    writers = Handwriting.of(packs, "validation") if packs else None
    small = each_written_page(part, writers, seed=SEED)
    large = each_written_page(part, writers, seed=SEED + 1, enlarged=ENLARGED)
    any_pages = numbered_pages(part, pages, seed=SEED, handwriting=writers)
    return learned_and_measured(
        [
            (1, list(observer.pages(islice(small, numbers // 2)))),
            (1, list(observer.pages(islice(large, numbers - numbers // 2)))),
            (1, list(observer.pages(any_pages))),
            (COPIES, list(observer.no_signs(packs))),
        ]
    )


def main() -> None:
    """Train, measure and write the verifier of signs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--packs", type=Path, help="a folder of handwriting packs")
    parser.add_argument("--numbers", type=int, default=NUMBERS, help="how many numbers")
    parser.add_argument("--pages", type=int, default=PAGES, help="how many pages")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True, help="the ONNX file")
    given = parser.parse_args()
    packs = load_packs([given.packs]) if given.packs else ()
    networks = Observer(Detector(), Classifier(), LineReader())
    observer = SignObserver(networks, Verifier())
    learned, unseen = observe_all(observer, packs, given.numbers, given.pages)
    classes = 1 + len(SIGNS)
    network = fit(learned, classes=classes, units=UNITS, epochs=EPOCHS, seed=given.seed)
    card = Card(
        task="which sign of a number stands at a place, if any, given its line",
        input_form=f"(N, {len(FEATURES)}) float32: " + ", ".join(FEATURES),
        classes=f"{classes} logits: none, " + " ".join(SIGNS),
        training_data=f"what is seen on {given.numbers:,} synthetic numbers and "
        f"{given.pages:,} synthetic pages of MNIST's validation digits"
        f"{credits_of(packs)}; of these packs also the lines of text and the pictures "
        "of numbers. Read by the models of SHA-256 "
        + ", ".join(map(sha256_of, (DETECTOR, DEFAULT, LINE, VERIFIER))),
        figures={},
        recipe=f"sign verifier, {EPOCHS} epochs, seed {given.seed}",
        version=__version__,
        parameters=network.count_params(),
    )
    sys.stdout.write(f"{len(learned.truth):,} places to learn from, ")
    write_verifier(network, given.out, card, unseen, SignVerifier, figures_of, before)


if __name__ == "__main__":
    main()
