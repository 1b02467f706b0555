"""Read pictures with one reader, in that reader's own environment.

    python reading.py READER

readers.py starts this once for each reader; besides the standard library it imports
only that reader. The first line that it prints says what the reader is (or why it
cannot be loaded). Then it reads the path of a picture from standard input, and answers
with a line of JSON: what was read and where, the time, and an error if the picture
could not be read.
"""

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from reading_order import Piece

Read = Callable[[str], Sequence[Piece]]  # path -> what was read on the picture
PLAIN = "mlp"  # the model of the plain recipe
ANYWHERE = (0.0, 0.0, 1.0, 1.0)  # the box of a reader that reads one digit


def inkten() -> tuple[Read, str]:
    """Read with inkten as installed; every digit counts, however unsure."""
    from inkten import Number, Reader

    reader = Reader(min_confidence=0)

    def piece(number: Number) -> Piece:
        boxes = [digit.box for digit in number.digits]
        middles = [(box.x + box.width / 2, box.y + box.height / 2) for box in boxes]
        height = sum(box.height for box in boxes) / len(boxes)
        return Piece(number.text, middles[0], middles[-1], height)

    about = f"inkten {version('inkten')}, {_models(lambda name: name != PLAIN)}"
    return lambda path: [piece(each) for each in reader.read(path).numbers], about


def plain_recipe() -> tuple[Read, str]:
    """Read as the script that inkten started from: one digit in any picture."""
    from inkten.baseline import read_as_is
    from inkten.classification.classifier import Classifier

    classifier = Classifier(PLAIN)

    def read(path: str) -> list[Piece]:
        return [Piece.in_box(read_as_is(path, classifier).text, *ANYWHERE)]

    return read, f"inkten.baseline, {_models(lambda name: name == PLAIN)}"


def _models(chosen: Callable[[str], bool]) -> str:
    """The chosen models of those that ship, and the start of their SHA-256."""
    from inkten.models.registry import shipped_models

    digests = shipped_models().items()
    return ", ".join(f"{name} {digest[:8]}" for name, digest in digests if chosen(name))


def rapidocr() -> tuple[Read, str]:
    """Read with RapidOCR, its default models and settings; a piece is a line."""
    from rapidocr import RapidOCR

    engine = RapidOCR(params={"Global.log_level": "error"})

    def read(path: str) -> list[Piece]:
        output = engine(path)
        if output.boxes is None:
            return []
        return [
            _in_corners(text, corners.tolist())
            for text, corners in zip(output.txts, output.boxes, strict=True)
        ]

    parts = (engine.cfg.Det, engine.cfg.Cls, engine.cfg.Rec)
    models = [
        f"{part.ocr_version.value} {part.task_type.value} {part.model_type.value}"
        for part in parts
    ]
    packages = f"rapidocr {version('rapidocr')}, onnxruntime {version('onnxruntime')}"
    return read, f"{packages}, {', '.join(models)}"


def _in_corners(text: str, corners: list[list[float]]) -> Piece:
    """Text in four corners, clockwise from the top left one."""
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners
    left, right = ((x0 + x3) / 2, (y0 + y3) / 2), ((x1 + x2) / 2, (y1 + y2) / 2)
    height = ((x3 - x0) ** 2 + (y3 - y0) ** 2) ** 0.5
    return Piece(text, left, right, height)


def tesseract() -> tuple[Read, str]:
    """Read with Tesseract, set to expect a block of digits and nothing else.

    Each call starts the program, as a script would; its time includes that start.
    """
    digits_only = ("--psm", "6", "-c", "tessedit_char_whitelist=0123456789")

    def read(path: str) -> list[Piece]:
        table = _output("tesseract", path, "stdout", *digits_only, "tsv")
        rows = csv.DictReader(
            table.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE
        )
        sides = ("left", "top", "width", "height")
        return [
            Piece.in_box(row["text"], *(float(row[side]) for side in sides))
            for row in rows
            if row["text"]
        ]

    name = _output("tesseract", "--version").splitlines()[0]
    return read, f"{name}, eng, digits only"


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def digit_recognizer_py() -> tuple[Read, str]:
    """Read with digit-recognizer-py: one digit in any picture."""
    from digit_recognizer import DigitRecognizer
    from digit_recognizer.recognizer import DEFAULT_MODEL_PATH

    recognizer = DigitRecognizer(device="cpu")

    def read(path: str) -> list[Piece]:
        return [Piece.in_box(str(recognizer.predict(path)), *ANYWHERE)]

    packages = ("digit-recognizer-py", "torch")
    about = [f"{package} {version(package)}" for package in packages]
    return read, ", ".join([*about, Path(DEFAULT_MODEL_PATH).stem])


READERS: dict[str, Callable[[], tuple[Read, str]]] = {
    reader.__name__: reader
    for reader in (inkten, plain_recipe, rapidocr, tesseract, digit_recognizer_py)
}


def answer(read: Read, path: str) -> dict[str, Any]:
    """Read one picture and measure the time."""
    pieces: Sequence[Piece] = ()
    problem = ""
    start = time.perf_counter()
    try:
        pieces = read(path)
    except Exception as error:  # each reader raises its own kinds
        problem = f"{type(error).__name__}: {error}"
    seconds = time.perf_counter() - start
    return {"pieces": pieces, "error": problem, "seconds": seconds}


def main() -> None:
    """Load the reader, then answer each path on standard input."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what the readers print
    try:
        read, about = READERS[sys.argv[1]]()
    except Exception as error:  # a missing library, a model that does not load
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), file=answers)
        sys.exit(1)
    print(json.dumps({"about": about}), file=answers)
    for line in sys.stdin:
        print(json.dumps(answer(read, line.rstrip("\n"))), file=answers)


if __name__ == "__main__":
    main()
