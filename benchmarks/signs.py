"""How well numbers with signs are read.

    python benchmarks/signs.py --n 1000 --packs PACKS
    python benchmarks/signs.py --model runs/mine/model.onnx --labels my-digits

On synthetic pages of MNIST's validation digits, and of the validation parts of packs:
the complete texts that are right, signs included, also of numbers in three times the
pixels, as on photos; false signs among bare digits, of the gaps before, between and
after them; slashes read as a 1. With labels, also the false
signs on your own pictures of digits alone; those that a ``written.csv`` beside the
``labels.csv`` lists have signs and are left out.
"""

import argparse
import csv
from pathlib import Path

from figures import conditions, print_conditions, print_table, write_json

from inkten import Reader
from inkten.datasets import mnist
from inkten.datasets.labels import load_labels
from inkten.datasets.packs import load_packs
from inkten.evaluation.measure import Share
from inkten.evaluation.report import percent
from inkten.evaluation.signs import ENLARGED, OPTIONS, measure_signs, written_pages
from inkten.synthesis.handwriting import Handwriting


def false_signs(reader: Reader, folder: Path) -> Share:
    """The signs read on labelled pictures of digits alone, of their gaps."""
    listed: set[str] = set()
    if (path := folder / "written.csv").is_file():
        with path.open(newline="", encoding="utf-8") as file:
            listed = {row["file"] for row in csv.DictReader(file)}
    found = gaps = 0
    for picture in load_labels(folder):
        if picture.file not in listed:
            reading = reader.read(picture.path, OPTIONS)
            found += sum(len(number.signs) for number in reading.numbers)
            gaps += len(reading.digits) + len(reading.lines)
    return Share(found, gaps)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=1000, help="pages (default 1000)")
    parser.add_argument("--model", help="the classifier (default: the one that ships)")
    parser.add_argument("--packs", type=Path, help="a folder of handwriting packs")
    parser.add_argument("--labels", type=Path, help="a folder with a labels.csv")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    arguments = parser.parse_args()
    reader = Reader(arguments.model)
    if reader.sign_classifier is None:
        parser.error("the classifiers know only digits; train one that names signs")
    packs = load_packs([arguments.packs]) if arguments.packs else ()
    handwriting = Handwriting.of(packs, "validation") if packs else None
    part = mnist.load().validation_part
    scores = measure_signs(reader, written_pages(part, arguments.n, handwriting))
    photos = written_pages(part, arguments.n, handwriting, enlarged=ENLARGED)
    on_photos = measure_signs(reader, photos)
    shares = {
        "complete texts": scores.texts.exact,
        "complete texts, as on photos": on_photos.texts.exact,
        "false signs among digits": scores.false_signs,
        "slashes read as 1": scores.slashes_as_ones,
    }
    if arguments.labels:
        name = f"false signs on {arguments.labels.name}"
        shares[name] = false_signs(reader, arguments.labels)
    where = conditions(n=arguments.n, packs=len(packs))
    print_conditions(where)
    rows = [(name, f"{each.total:,}", percent(each)) for name, each in shares.items()]
    rate = f"{scores.texts.character_error_rate:.4f}"
    rows.insert(1, ("character error rate", f"{arguments.n:,}", rate))
    print_table(("numbers with signs", "of", "share (95% interval)"), rows)
    figures = {name: [each.part, each.total] for name, each in shares.items()}
    write_json(arguments.json, where, figures | {"character error rate": rate})


if __name__ == "__main__":
    main()
