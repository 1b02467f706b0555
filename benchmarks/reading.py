"""Reads pictures with one reader, in that reader's own environment.

    python reading.py READER < paths.txt > answers.json

Started by readers.py, once for each reader; beyond the standard library it imports that
reader alone. Each picture is read from its file, and what is not a digit is left out of
the answer; why a picture cannot be read is told beside an empty text. The first
pictures are read twice: loading and first calls are not timed.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable

WARM_UP = 3  # pictures
Read = Callable[[str], str]  # path -> text, lines in reading order


def inkten() -> Read:
    """Give inkten as it is installed; no digit is held back as too unsure."""
    from inkten import Reader

    reader = Reader(min_confidence=0)
    return lambda path: reader.read(path).text


def plain_recipe() -> Read:
    """Give the script that inkten started from: one digit, whatever is shown."""
    from inkten.baseline import read_as_is
    from inkten.classification.classifier import Classifier

    classifier = Classifier("mlp")
    return lambda path: read_as_is(path, classifier).text


def rapidocr() -> Read:
    """Give RapidOCR with the models that come with it."""
    from rapidocr_onnxruntime import RapidOCR

    engine = RapidOCR()

    def read(path: str) -> str:
        lines, _ = engine(path)
        return "\n".join(text for _, text, _ in lines or ())

    return read


def tesseract() -> Read:
    """Give the program tesseract, told to expect a block of digits and nothing else.

    Each call starts it anew, as a script would; that start is in its time.
    """
    digits_only = ("--psm", "6", "-c", "tessedit_char_whitelist=0123456789")

    def read(path: str) -> str:
        command = ["tesseract", path, "stdout", *digits_only]
        return subprocess.run(
            command, capture_output=True, text=True, check=True
        ).stdout

    return read


READERS: dict[str, Callable[[], Read]] = {
    reader.__name__: reader for reader in (inkten, plain_recipe, rapidocr, tesseract)
}


def answer(read: Read, path: str) -> dict[str, str | float | None]:
    """Read one picture and take the time."""
    text, problem = "", None
    start = time.perf_counter()
    try:
        text = read(path)
    except Exception as error:  # each reader has its own kinds
        problem = f"{type(error).__name__}: {error}"
    seconds = time.perf_counter() - start
    digits = re.sub(r"[^0-9\n]", "", text)
    return {"text": digits, "error": problem, "seconds": seconds}


def main() -> None:
    """Read what is named on standard input, a path a line."""
    read = READERS[sys.argv[1]]()
    paths = sys.stdin.read().splitlines()
    for path in paths[:WARM_UP]:
        answer(read, path)
    json.dump([answer(read, path) for path in paths], sys.stdout)


if __name__ == "__main__":
    main()
