"""How well photos of filled-in forms are read, and other forms refused.

    python benchmarks/forms.py
    python benchmarks/forms.py --n 200
    python benchmarks/forms.py --example examples/form

Each form is made of random words, cells, combs, boxes, lines and tick boxes, in black,
gray or a colour, filled in with MNIST's test digits and photographed askew on a table
(`made_forms.py`). A fifth of the fields stay empty. Each template is also given the
photo of another form, and of one with the same heading and a similar layout.

`--example` writes the form of docs/forms.md instead.
"""

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from figures import conditions, print_conditions, print_table, write_json
from made_forms import (
    MadeForm,
    example_form,
    fill,
    fill_with,
    make_form,
    photograph,
    similar_form,
)
from PIL import Image

from inkten import Form, Reader
from inkten.datasets import mnist
from inkten.datasets.mnist import Part
from inkten.errors import PictureError
from inkten.forms.fields import Kind

SEED = 20_261_129
EXAMPLE_SEED = 7
EXAMPLE = {
    "candidate": "3141595",
    "part_a": "21",
    "part_b": "18",
    "part_c": "43",
    "total": "82",
    "second_marker": "x",
}

Counts = Counter[tuple[str, bool]]  # (what, whether it was right)


def measure(
    reader: Reader, part: Part, count: int, seed: int
) -> tuple[Counts, list[float]]:
    """Read the photos of ``count`` forms: what was right, and the seconds of each."""
    counts: Counts = Counter()
    seconds = []
    for number in range(count):
        rng = np.random.default_rng((seed, number))
        made = make_form(rng)
        form = Form(made.template)
        page, answers = fill(rng, made, part)
        photo = photograph(rng, page)
        start = time.perf_counter()
        for what, right in compared(form, reader, photo, answers):
            counts[what, right] += 1
        seconds.append(time.perf_counter() - start)
        for other in (make_form(rng), similar_form(rng, made)):
            wrong, _ = fill(rng, other, part)
            refused = is_refused(form, reader, photograph(rng, wrong))
            counts["wrong forms refused", refused] += 1
    return counts, seconds


def compared(
    form: Form, reader: Reader, photo: np.ndarray, answers: dict[str, str]
) -> Iterator[tuple[str, bool]]:
    """What is to be right on one form, and whether it is."""
    try:
        reading = form.read(photo, reader=reader)
    except PictureError:
        reading = None
    yield "forms found", reading is not None
    for field in form.fields:
        answer = answers[field.name]
        read = reading[field.name].text if reading else None
        yield "fields right", read == answer
        yield f"{field.kind}", read == answer
        if field.kind is Kind.TICK or read is None:
            continue
        # What finding, cutting and emptiness do alone, whatever the digits are read as
        yield "as many digits as written", len(read) == len(answer)
        if answer and len(read) == len(answer):
            for one, other in zip(read, answer, strict=True):
                yield "single digits of these", one == other


def is_refused(form: Form, reader: Reader, photo: np.ndarray) -> bool:
    """Whether a photo of another form is refused."""
    try:
        form.read(photo, reader=reader)
    except PictureError:
        return True
    return False


def write_example(folder: Path, part: Part) -> None:
    """Write the blank form of docs/forms.md, its template, and a photo of it."""
    folder.mkdir(parents=True, exist_ok=True)
    made: MadeForm = example_form()
    Image.fromarray(made.picture).save(folder / "blank.png", optimize=True)
    Form(made.template).save(folder / "form.json")
    rng = np.random.default_rng(EXAMPLE_SEED)
    page = fill_with(rng, made, part, EXAMPLE)
    photo = photograph(rng, page, tilt=8, turn=False)
    Image.fromarray(photo).save(folder / "filled.jpg", quality=80)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=100, help="forms (default 100)")
    parser.add_argument("--seed", type=int, default=SEED, help="of the forms")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--example", type=Path, help="write the example to this folder")
    options = parser.parse_args()
    part = mnist.load().test_part
    if options.example:
        write_example(options.example, part)
        return
    reader = Reader(min_confidence=0)
    counts, seconds = measure(reader, part, options.n, options.seed)
    figures = {
        what: (counts[what, True], counts[what, True] + counts[what, False])
        for what in dict.fromkeys(what for what, _ in counts)
    }
    where = conditions(n=options.n, seed=options.seed)
    print_conditions(where)
    print_table(
        ("", "right", "of", "share"),
        [
            [what, f"{right:,}", f"{of:,}", f"{right / of:.4f}"]
            for what, (right, of) in figures.items()
        ],
    )
    median = statistics.median(seconds)
    print(f"\nseconds for one form of 3 megapixels, warm: {median:.2f} (median)")
    write_json(options.json, where, {"forms": figures, "seconds": median})


if __name__ == "__main__":
    main()
