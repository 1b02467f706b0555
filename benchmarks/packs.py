"""How well the test parts of handwriting packs are read.

    python benchmarks/packs.py PACKS
    python benchmarks/packs.py PACKS --every 5
    python benchmarks/packs.py PACKS --part validation

PACKS holds pack folders as docs/packs.md describes them. Of each pack that has a test
part, and whose writers no network learned from:

- digits: single ones, with ``single=True`` and without;
- numbers: texts that match the label exactly;
- characters: letters and signs on which a digit is claimed, and those on which a digit
  or a ``?`` comes out. Those that alone could pass for a digit are counted apart;
- lines: lines of text that hold no digit, counted as the characters are;
- synthetic pages that hold no digit, but signs, words, scribbles, rules and objects of
  all packs, counted likewise.

Texts are compared with no digit held back as too unsure (``min_confidence=0``); claims
are counted at the setting that ships. By writer: the mean over the writers or pages.
"""

import argparse
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from figures import conditions, print_conditions, print_table, write_json

from inkten import Reader
from inkten.datasets import mnist
from inkten.datasets.packs import Pack, load_packs
from inkten.datasets.pictures import Pictures
from inkten.evaluation.detection import validation_pages
from inkten.options import ReadOptions
from inkten.synthesis.handwriting import Handwriting

PAGES = 2_000  # synthetic; about one in four holds no digit


class Row(NamedTuple):
    """A row of the table: what was measured, on how many, and the shares."""

    measured: str
    count: int
    share: float
    by_writer: float | None = None


def digits_in(text: str) -> str:
    """The digits of a text, and its ``?``."""
    return "".join(sign for sign in text if sign.isdigit() or sign == "?")


def texts_of(
    reader: Reader, pictures: Pictures, chosen: Sequence[int], *, single: bool = False
) -> list[str]:
    """What is read of the chosen pictures."""
    options = ReadOptions(single=single)
    readings = reader.read_many([pictures[index] for index in chosen], options)
    return [digits_in(reading.text) for reading in readings]


def exact(
    measured: str, pictures: Pictures, chosen: Sequence[int], texts: Iterable[str]
) -> Row:
    """The share of texts that match their label, also by writer."""
    by_writer: dict[str, list[bool]] = defaultdict(list)
    for index, text in zip(chosen, texts, strict=True):
        by_writer[str(pictures.writers[index])].append(
            text == str(pictures.texts[index])
        )
    right = [hit for hits in by_writer.values() for hit in hits]
    means = [statistics.mean(hits) for hits in by_writer.values()]
    return Row(measured, len(right), statistics.mean(right), statistics.mean(means))


def claimed(measured: str, texts: Sequence[str]) -> list[Row]:
    """The shares of texts with a digit, and with a digit or a question mark."""
    certain = [any(sign.isdigit() for sign in text) for text in texts]
    marked = [bool(text) for text in texts]
    return [
        Row(f"{measured}, claimed", len(texts), statistics.mean(certain)),
        Row(f"{measured}, marked", len(texts), statistics.mean(marked)),
    ]


def measure_pack(
    pack: Pack, part: str, guessing: Reader, shipped: Reader, every: int
) -> list[Row]:
    """All that a part of a pack can tell."""
    rows: list[Row] = []
    if (glyphs := pack.glyphs(part)) is not None:
        texts = glyphs.texts.tolist()
        single = [index for index, text in enumerate(texts) if is_digit(text)][::every]
        if single:
            for words in ({"single": True}, {}):
                read = texts_of(guessing, glyphs, single, **words)
                how = "digits, single" if words else "digits"
                rows.append(exact(f"{pack.name}: {how}", glyphs, single, read))
        others = [index for index, text in enumerate(texts) if not is_digit(text)]
        for alike in (False, True):
            chosen = [i for i in others if (texts[i] in pack.ambiguous) == alike]
            if chosen := chosen[::every]:
                what = "look-alikes" if alike else "characters"
                read = texts_of(shipped, glyphs, chosen)
                rows += claimed(f"{pack.name}: {what}", read)
    if (numbers := pack.numbers(part)) is not None and len(numbers):
        chosen = range(0, len(numbers), every)
        read = texts_of(guessing, numbers, chosen)
        rows.append(exact(f"{pack.name}: numbers", numbers, chosen, read))
    lines = [line.gray for line in pack.lines(part) if not digits_in(line.text)]
    if lines := lines[::every]:
        readings = shipped.read_many(lines)
        texts = [digits_in(reading.text) for reading in readings]
        rows += claimed(f"{pack.name}: lines", texts)
    return rows


def measure_pages(
    packs: Sequence[Pack], part: str, shipped: Reader, every: int
) -> list[Row]:
    """The synthetic pages without a digit on which one is claimed."""
    digits, writers = mnist.load().validation_part, Handwriting.of(packs, part)
    pages = validation_pages(digits, PAGES // every, writers)
    readings = shipped.read_many([page.gray for page in pages if not len(page.boxes)])
    texts = [digits_in(reading.text) for reading in readings]
    return claimed("synthetic pages without digits", texts)


def is_digit(text: str) -> bool:
    """Whether a label is one of the ten digits."""
    return len(text) == 1 and text in "0123456789"


def main() -> None:
    """Measure what is there, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packs", type=Path, help="a folder of pack folders")
    parser.add_argument("--every", type=int, default=1, help="every n-th picture")
    parser.add_argument("--part", choices=("validation", "test"), default="test")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    folders = [path.parent for path in sorted(options.packs.glob("*/pack.toml"))]
    packs = [pack for pack in load_packs(folders) if options.part in pack.parts]
    if not packs:
        sys.exit(f"{options.packs} holds no pack with a {options.part} part")
    where = conditions(every=options.every, part=options.part)
    guessing, shipped = Reader(min_confidence=0), Reader()
    rows = [
        row
        for pack in packs
        for row in measure_pack(pack, options.part, guessing, shipped, options.every)
    ]
    rows += measure_pages(packs, options.part, shipped, options.every)
    print_conditions(where)
    print_table((f"{options.part} part", "n", "share", "by writer"), map(_cells, rows))
    figures = {row.measured: row._asdict() for row in rows}
    write_json(options.json, where, {"packs": figures})


def _cells(row: Row) -> tuple[str, str, str, str]:
    by_writer = "-" if row.by_writer is None else f"{row.by_writer:.4f}"
    return row.measured, f"{row.count:,}", f"{row.share:.4f}", by_writer


if __name__ == "__main__":
    main()
