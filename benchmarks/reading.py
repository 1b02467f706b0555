"""Read pictures with one reader, in that reader's own environment.

    python reading.py READER < paths.txt > answers.json

readers.py starts this once for each reader; besides the standard library it imports
only that reader. Each picture is read from its file, and everything but digits is
removed from the answer. For a picture that cannot be read, the text is empty and an
error says why. The first pictures are read twice, so that loading and first calls are
not timed.
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
    """Read with inkten as installed; every digit counts, however unsure."""
    from inkten import Reader

    reader = Reader(min_confidence=0)
    return lambda path: reader.read(path).text


def plain_recipe() -> Read:
    """Read as the script that inkten started from: one digit in any picture."""
    from inkten.baseline import read_as_is
    from inkten.classification.classifier import Classifier

    classifier = Classifier("mlp")
    return lambda path: read_as_is(path, classifier).text


def rapidocr() -> Read:
    """Read with RapidOCR and its default models."""
    from rapidocr_onnxruntime import RapidOCR

    engine = RapidOCR()

    def read(path: str) -> str:
        lines, _ = engine(path)
        return "\n".join(text for _, text, _ in lines or ())

    return read


def tesseract() -> Read:
    """Read with Tesseract, set to expect a block of digits and nothing else.

    Each call starts the program, as a script would; its time includes that start.
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
    """Read one picture and measure the time."""
    text, problem = "", None
    start = time.perf_counter()
    try:
        text = read(path)
    except Exception as error:  # each reader raises its own kinds
        problem = f"{type(error).__name__}: {error}"
    seconds = time.perf_counter() - start
    digits = re.sub(r"[^0-9\n]", "", text)
    return {"text": digits, "error": problem, "seconds": seconds}


def main() -> None:
    """Read the pictures whose paths are on standard input, one per line."""
    read = READERS[sys.argv[1]]()
    paths = sys.stdin.read().splitlines()
    for path in paths[:WARM_UP]:
        answer(read, path)
    json.dump([answer(read, path) for path in paths], sys.stdout)


if __name__ == "__main__":
    main()
