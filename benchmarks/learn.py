"""How much a writer's own digits help: errors before and after, for writers never seen.

    python benchmarks/learn.py PACKS
    python benchmarks/learn.py PACKS --each 10 --models cnn

PACKS holds the pack ``swiss_numbers`` (docs/packs.md). For each of its test writers, a
few digits of each value are learned from, and all others are read, as pictures of one
digit each, before and after. Wrong labels: one label in ten is shuffled first. MNIST:
the share of its validation digits that is named wrongly.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from figures import conditions, print_conditions, print_table, write_json

from inkten import Learned, Reader, learn
from inkten.classification.classifier import Classifier
from inkten.datasets.packs import load_packs
from inkten.datasets.pictures import Pictures
from inkten.learning.remember import RememberingDetector

PACK = "swiss_numbers"
SHUFFLED = 0.1  # of the labels
SEED = 0


class Row(NamedTuple):
    """What one writer's digits changed."""

    model: str
    writer: str
    shuffled: bool
    digits: int
    before: float
    after: float
    mnist_before: float
    mnist_after: float


def split(pictures: Pictures, writer: str, each: int) -> tuple[list[int], list[int]]:
    """The pictures of a writer to learn from, and the others."""
    rng = np.random.default_rng(SEED)
    own = np.flatnonzero(pictures.writers == writer)
    chosen: list[int] = []
    for value in "0123456789":
        places = own[pictures.texts[own] == value]
        chosen += rng.permutation(places)[:each].tolist()
    return chosen, [place for place in own.tolist() if place not in chosen]


def shuffled(texts: Sequence[str]) -> list[str]:
    """The labels with one in ten replaced by another digit."""
    rng = np.random.default_rng(SEED)
    wrong = list(texts)
    for place in rng.permutation(len(wrong))[: round(SHUFFLED * len(wrong))]:
        wrong[place] = str((int(wrong[place]) + rng.integers(1, 10)) % 10)
    return wrong


def error(reader: Reader, pictures: Pictures, places: Sequence[int]) -> float:
    """The share of pictures of one digit that are read wrongly."""
    readings = reader.read_many([pictures[place] for place in places], single=True)
    right = [
        reading.text == str(pictures.texts[place])
        for reading, place in zip(readings, places, strict=True)
    ]
    return 1 - float(np.mean(right))


def taught(
    model: str, pictures: Pictures, places: list[int], *, wrong: bool
) -> Learned:
    """The model, taught some pictures."""
    texts = [str(pictures.texts[place]) for place in places]
    if wrong:
        texts = shuffled(texts)
    pairs = [(pictures[place], text) for place, text in zip(places, texts, strict=True)]
    return learn(*pairs, model=model)


def measure(
    model: str,
    pictures: Pictures,
    writer: str,
    each: int,
    detector: RememberingDetector,
) -> list[Row]:
    """Teach a writer's digits with right labels and with some wrong ones."""
    chosen, others = split(pictures, writer, each)
    before = error(Reader(model, detector, min_confidence=0), pictures, others)
    rows = []
    for wrong in (False, True):
        learned = taught(model, pictures, chosen, wrong=wrong)
        classifier = Classifier.from_bytes(learned.content, "taught")
        reader = Reader(classifier, detector, min_confidence=0)
        after = error(reader, pictures, others)
        report = learned.report
        mnist = 1 - report.mnist_before.value, 1 - report.mnist_after.value
        rows.append(Row(model, writer, wrong, len(others), before, after, *mnist))
    return rows


def main() -> None:
    """Measure each model on each test writer, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packs", type=Path, help="a folder of pack folders")
    parser.add_argument("--each", type=int, default=5, help="examples of each digit")
    parser.add_argument("--models", nargs="+", default=["cnn", "mlp"])
    parser.add_argument("--writers", nargs="+", help="only these (default all)")
    parser.add_argument("--part", default="test", help="validation or test")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    packs = {pack.name: pack for pack in load_packs([options.packs])}
    pictures = packs[PACK].glyphs(options.part) if PACK in packs else None
    if pictures is None:
        sys.exit(f"{options.packs} holds no pack {PACK} with a part {options.part}")
    where = conditions(each=options.each, part=options.part)
    detector = RememberingDetector()  # each picture is read three times by each model
    rows = [
        row
        for model in options.models
        for writer in options.writers or np.unique(pictures.writers).tolist()
        for row in measure(model, pictures, writer, options.each, detector)
    ]
    print_conditions(where)
    header = (
        "model",
        "writer",
        "labels",
        "digits",
        "error",
        "taught",
        "MNIST",
        "taught",
    )
    print_table(header, map(_cells, rows))
    write_json(options.json, where, {"learn": [row._asdict() for row in rows]})


def _cells(row: Row) -> list[str]:
    figures = (row.before, row.after, row.mnist_before, row.mnist_after)
    labels = "one in ten wrong" if row.shuffled else "right"
    shown = [f"{figure:.4f}" for figure in figures]
    return [row.model, row.writer, labels, str(row.digits), *shown]


if __name__ == "__main__":
    main()
