"""The score by which detector and classifier are chosen: validation parts alone.

    python benchmarks/choose.py PACKS

Prints eight shares, each of digits, writers or pages that no network learned from, and
their mean, which is the score. The rule is in docs/models.md: of two pairs, the one
with the higher score ships, unless one of its shares is more than 0.01 lower.
"""

import argparse
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from pathlib import Path

import numpy as np
from figures import conditions, print_conditions, print_table, write_json
from packs import claimed, digits_in, exact, is_digit, texts_of

from inkten import Reader
from inkten.datasets import mnist
from inkten.datasets.packs import Pack, load_packs
from inkten.detection.boxes import intersection_over_union
from inkten.digits import Digit
from inkten.evaluation.detection import HIT, validation_pages
from inkten.reading import Reading
from inkten.synthesis.handwriting import Handwriting
from inkten.synthesis.page import Page

PART = "validation"
DIGITS = 5_000  # of MNIST: all of its validation part


def shares(packs: Sequence[Pack], count: int) -> Iterator[tuple[str, float]]:
    """The eight shares of which the score is the mean.

    Args:
        packs: with validation parts.
        count: synthetic pages of each kind.
    """
    exact_reader, shipped = Reader(min_confidence=0), Reader()
    part = mnist.load().validation_part
    digits = part.images[:DIGITS]
    read = [reading.text for reading in exact_reader.read_many(digits)]
    right = np.array(read) == part.labels[:DIGITS].astype(str)
    yield "MNIST, end to end", float(right.mean())

    yield "synthetic pages, MNIST alone", f1(shipped, validation_pages(part, count))
    handwriting = Handwriting.of(packs, PART)
    pages = validation_pages(part, count, handwriting)
    yield "synthetic pages, with packs", f1(shipped, pages)

    for name, single in (("digits, single", True), ("digits", False)):
        yield name, mean_of_packs(digits_right(exact_reader, packs, single=single))
    yield "numbers", mean_of_packs(numbers_right(exact_reader, packs))
    yield "characters not claimed", mean_of_packs(characters_left(shipped, packs))
    yield "lines not claimed", mean_of_packs(lines_left(shipped, packs))


def f1(reader: Reader, pages: Iterable[Page]) -> float:
    """The harmonic mean of recall and precision of correctly named digits."""
    digits = found = right = 0
    for page in pages:
        read = list(digits_of(reader.read(page.gray, rotate=0)))
        digits, found = digits + len(page.boxes), found + len(read)
        if read and len(page.boxes):
            boxes = np.array([astuple(digit.box) for digit in read], np.float32)
            overlap = intersection_over_union(page.boxes, boxes)
            closest = overlap.argmax(axis=1)
            named = np.array([digit.value for digit in read])[closest] == page.values
            right += int((named & (overlap.max(axis=1) >= HIT)).sum())
    return 2 * right / max(digits + found, 1)


def digits_of(reading: Reading) -> Iterator[Digit]:
    """The digits of a reading that are not held back as ``?``."""
    return (digit for digit in reading.digits if digit.value is not None)


def digits_right(
    reader: Reader, packs: Sequence[Pack], *, single: bool
) -> Iterator[float]:
    """Of each pack with digits, the share that is read correctly, by writer."""
    for pack in packs:
        if (glyphs := pack.glyphs(PART)) is not None:
            texts = glyphs.texts.tolist()
            if chosen := [i for i, text in enumerate(texts) if is_digit(text)]:
                read = texts_of(reader, glyphs, chosen, single=single)
                yield exact(pack.name, glyphs, chosen, read).by_writer or 0.0


def numbers_right(reader: Reader, packs: Sequence[Pack]) -> Iterator[float]:
    """Of each pack with numbers, the share that is read exactly, by page."""
    for pack in packs:
        if (numbers := pack.numbers(PART)) is not None:
            chosen = range(len(numbers))
            read = texts_of(reader, numbers, chosen)
            yield exact(pack.name, numbers, chosen, read).by_writer or 0.0


def characters_left(reader: Reader, packs: Sequence[Pack]) -> Iterator[float]:
    """Of each pack with characters, the share on which no digit is claimed."""
    for pack in packs:
        if (glyphs := pack.glyphs(PART)) is not None:
            chosen = [
                index
                for index, text in enumerate(glyphs.texts.tolist())
                if not is_digit(text) and text not in pack.ambiguous
            ]
            if chosen:
                texts = texts_of(reader, glyphs, chosen)
                yield 1 - claimed(pack.name, texts)[0].share


def lines_left(reader: Reader, packs: Sequence[Pack]) -> Iterator[float]:
    """Of each pack with lines of text, the share on which no digit is claimed."""
    for pack in packs:
        lines = [line.gray for line in pack.lines(PART) if not digits_in(line.text)]
        if lines:
            texts = [digits_in(reading.text) for reading in reader.read_many(lines)]
            yield 1 - claimed(pack.name, texts)[0].share


def mean_of_packs(each: Iterable[float]) -> float:
    """The mean over the packs that have such a part."""
    return statistics.mean(each)


def main() -> None:
    """Print the shares and the score."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packs", type=Path, help="a folder of pack folders")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument(
        "--pages", type=int, default=600, help="synthetic pages of each kind"
    )
    options = parser.parse_args()
    where = conditions(pages=options.pages)
    figures = dict(shares(load_packs([options.packs]), options.pages))
    figures["score"] = statistics.mean(figures.values())
    print_conditions(where)
    rows = [(name, f"{share:.4f}") for name, share in figures.items()]
    print_table(("validation part", "share"), rows)
    write_json(options.json, where, {"choose": figures})


if __name__ == "__main__":
    main()
