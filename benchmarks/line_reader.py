"""What the line reader adds: numbers read by boxes alone, by lines alone, and by both.

    python benchmarks/line_reader.py PACKS
    python benchmarks/line_reader.py PACKS --part validation --model model.onnx

PACKS holds pack folders as docs/packs.md describes them; the pictures of numbers of one
part are read. A text is right if every digit is; none is held back as too unsure. Sure
are the readings at a confidence of 0.9 or more. Also says how long the line reader
takes for a line, cutting included, on all cores.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from figures import conditions, print_conditions, print_table, write_json
from numpy.typing import NDArray

from inkten import Reader, Reading
from inkten.datasets.packs import load_packs
from inkten.layout.lines import find_lines
from inkten.models.registry import LINE
from inkten.recognition.decoding import peaks
from inkten.recognition.line_reader import LineReader
from inkten.recognition.strips import cut_strip

SURE = 0.9


def numbers_of(packs: Path, part: str) -> list[tuple[NDArray[np.uint8], str]]:
    """The pictures of numbers of all packs, and their texts."""
    folders = [path.parent for path in sorted(packs.glob("*/pack.toml"))]
    return [
        (pictures[index], str(pictures.texts[index]))
        for pack in load_packs(folders)
        if (pictures := pack.numbers(part)) is not None
        for index in range(len(pictures))
    ]


def text_of(reading: Reading) -> str:
    """The digits of a reading, without spaces."""
    return "".join(reading.text.split())


def by_lines(line_reader: LineReader, reading: Reading) -> str:
    """What the line reader alone reads on the lines of a reading's boxes."""
    scale = np.float32(reading.scale)
    boxes = np.array(
        [(d.box.x, d.box.y, d.box.width, d.box.height) for d in reading.digits],
        np.float32,
    ).reshape(-1, 4)
    strips = [cut_strip(reading.gray, line) for line in find_lines(boxes / scale)]
    return "".join(
        str(peak.probabilities.argmax())
        for answers in line_reader(strips)
        for peak in peaks(answers)
    )


def sure(
    name: str, readings: Sequence[Reading], right: Sequence[bool]
) -> list[tuple[str, int, float]]:
    """How many readings are sure, and how many of these are right."""
    chosen = [
        hit
        for reading, hit in zip(readings, right, strict=True)
        if reading.confidence >= SURE
    ]
    share = len(chosen) / max(len(right), 1)
    return [
        (f"{name}, sure", len(right), share),
        (f"{name}, right where sure", len(chosen), statistics.mean(chosen or [0])),
    ]


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("packs", type=Path, help="a folder of pack folders")
    parser.add_argument("--part", default="test", help="of the packs (default test)")
    parser.add_argument("--model", default=LINE, help="a line reader's ONNX file")
    parser.add_argument("--every", type=int, default=1, help="every n-th picture")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    cases = numbers_of(options.packs, options.part)[:: options.every]
    if not cases:
        sys.exit(f"{options.packs} holds no numbers in its part {options.part}")
    pictures, texts = [picture for picture, _ in cases], [text for _, text in cases]
    line_reader = LineReader(options.model)
    where = conditions(part=options.part, every=options.every)
    alone = list(Reader(line_reader=False, min_confidence=0).read_many(pictures))
    both = list(Reader(line_reader=line_reader, min_confidence=0).read_many(pictures))
    started = time.perf_counter()
    lines = [by_lines(line_reader, reading) for reading in alone]
    seconds = (time.perf_counter() - started) / max(sum(len(r.lines) for r in alone), 1)
    boxes_right = [text_of(r) == t for r, t in zip(alone, texts, strict=True)]
    lines_right = [line == text for line, text in zip(lines, texts, strict=True)]
    both_right = [text_of(r) == t for r, t in zip(both, texts, strict=True)]
    either = [one or other for one, other in zip(boxes_right, lines_right, strict=True)]
    agreed = [
        hit
        for reading, line, hit in zip(alone, lines, lines_right, strict=True)
        if text_of(reading) == line
    ]
    count = len(texts)
    rows = [
        ("boxes alone", count, statistics.mean(boxes_right)),
        ("lines alone", count, statistics.mean(lines_right)),
        ("either right", count, statistics.mean(either)),
        ("both, fused", count, statistics.mean(both_right)),
        ("right where both agree", len(agreed), statistics.mean(agreed or [0])),
        *sure("boxes alone", alone, boxes_right),
        *sure("both, fused", both, both_right),
    ]
    print_conditions(where)
    print_table(
        ("numbers", "n", "share"),
        [(name, f"{of:,}", f"{share:.4f}") for name, of, share in rows],
    )
    print(f"\n{seconds * 1e3:.1f} ms a line")
    figures = {name: share for name, _, share in rows} | {"seconds": seconds}
    write_json(options.json, where, {"line_reader": figures})


if __name__ == "__main__":
    main()
