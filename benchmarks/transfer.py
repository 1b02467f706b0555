"""How well inkten reads digits that are not MNIST's, and rejects other symbols.

    python benchmarks/transfer.py FOLDER

FOLDER holds the data sets; those that are missing are left out:

- `usps/zip.test.gz`: USPS (Le Cun et al. 1990); in each line a digit and 256 grays,
  -1..1;
- `semeion/semeion_clean.csv.gz`: Semeion (Tattile, Brescia 1998); in each line a digit
  and 256 bits;
- `nondigit_symbols/labels.csv`: handwritten letters and Greek symbols, with the columns
  `file` and `symbol`.

Digits are read in two ways. "tile": a tile is cut at the box of the ink, and only the
classifier reads it. "read": `Reader.read(single=True)` finds the digit itself. The
16x16 digits fill their pictures, so for both they get the margin that MNIST has.

A symbol is rejected if `Reader.read` gives no digit, or only `?`. The figure is the
mean over the symbols; those that resemble a digit are counted separately.
"""

import argparse
import csv
import gzip
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from figures import conditions, print_conditions, print_table, write_json
from numpy.typing import NDArray

from inkten import Reader
from inkten.classification.tiles import cut_tiles

SIDE = 16  # px: the digits of USPS and Semeion
MARGIN = 6  # px of paper on each side: 28x28, as MNIST has it
FAINTEST_INK = 64  # of 255: the soft edge of a stroke is not its box
EXPECTED = "usps/, semeion/ or nondigit_symbols/, as described in this file"
LOOK_ALIKES = {*"olizsbqg", "theta", "sigma", "beta", "delta", "epsilon"}


class Digits(NamedTuple):
    """Pictures (N, 28, 28) uint8, ink = 255, and their digits (N,)."""

    pictures: NDArray[np.uint8]
    labels: NDArray[np.int64]


class Share(NamedTuple):
    """A row of the table: what was measured, on how many, the share correct."""

    measured: str
    count: int
    share: float


def load_digits(path: Path, *, separator: str | None, paper: float) -> Digits:
    """Load lines of a digit and 256 values between ``paper`` and 1, ink."""
    with gzip.open(path, "rt", encoding="ascii") as file:
        rows = np.loadtxt(file, delimiter=separator)
    ink = (rows[:, 1:].reshape(-1, SIDE, SIDE) - paper) / (1 - paper)
    margins = ((0, 0), (MARGIN, MARGIN), (MARGIN, MARGIN))
    pictures = np.pad(np.round(ink * 255).astype(np.uint8), margins)
    return Digits(pictures, rows[:, 0].astype(np.int64))


def measure_digits(name: str, digits: Digits, reader: Reader) -> Iterator[Share]:
    """Measure digits read in both ways."""
    count = len(digits.labels)
    tiles = np.concatenate([_tile(picture) for picture in digits.pictures])
    predicted = reader.classifier(tiles).argmax(axis=1)
    yield Share(f"{name}, tile", count, float((predicted == digits.labels).mean()))
    texts = [reading.text for reading in reader.read_many(digits.pictures, single=True)]
    correct = np.array(texts) == digits.labels.astype(str)
    yield Share(f"{name}, read", count, float(correct.mean()))


def measure_symbols(labels: Path, reader: Reader) -> Iterator[Share]:
    """Measure how many symbols are rejected; those that resemble digits separately."""
    rejected: dict[str, list[bool]] = defaultdict(list)
    with labels.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            reading = reader.read(labels.parent / row["file"])
            no_digit = all(digit.value is None for digit in reading.digits)
            rejected[row["symbol"]].append(no_digit)
    for name, symbols in (
        ("symbols rejected", rejected.keys() - LOOK_ALIKES),
        ("look-alikes rejected", rejected.keys() & LOOK_ALIKES),
    ):
        count = sum(len(rejected[symbol]) for symbol in symbols)
        shares = [statistics.fmean(rejected[symbol]) for symbol in symbols]
        yield Share(name, count, statistics.fmean(shares))


def measure(folder: Path, reader: Reader) -> Iterator[Share]:
    """Measure on each data set in the folder."""
    usps = folder / "usps" / "zip.test.gz"
    if usps.is_file():
        digits = load_digits(usps, separator=None, paper=-1)
        yield from measure_digits("USPS test", digits, reader)
    semeion = folder / "semeion" / "semeion_clean.csv.gz"
    if semeion.is_file():
        digits = load_digits(semeion, separator=",", paper=0)
        yield from measure_digits("Semeion", digits, reader)
    symbols = folder / "nondigit_symbols" / "labels.csv"
    if symbols.is_file():
        yield from measure_symbols(symbols, reader)


def main() -> None:
    """Measure each model, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="the data sets")
    parser.add_argument("--model", nargs="+", default=["cnn", "mlp"])
    parser.add_argument(
        "--min-confidence",
        type=float,
        help="a symbol of lower confidence is rejected; default: that of the Reader",
    )
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    options = parser.parse_args()
    readers = {
        model: Reader(model, min_confidence=options.min_confidence)
        for model in options.model
    }
    shares = {
        model: list(measure(options.folder, reader))
        for model, reader in readers.items()
    }
    rows = list(zip(*shares.values(), strict=True))
    if not rows:
        sys.exit(f"{options.folder}: no data set; expected {EXPECTED}.")
    measured_on = conditions(
        min_confidence=next(iter(readers.values())).options.min_confidence
    )
    print_conditions(measured_on)
    print_table(
        ("", "n", *shares),
        (
            (
                row[0].measured,
                f"{row[0].count:,}",
                *(f"{share.share:.4f}" for share in row),
            )
            for row in rows
        ),
    )
    write_json(
        options.json,
        measured_on,
        {
            model: [share._asdict() for share in column]
            for model, column in shares.items()
        },
    )


def _tile(picture: NDArray[np.uint8]) -> NDArray[np.float32]:
    box = cv2.boundingRect((picture >= FAINTEST_INK).astype(np.uint8))
    return cut_tiles(picture, np.array([box], np.float32))  # (1, 28, 28)


if __name__ == "__main__":
    main()
