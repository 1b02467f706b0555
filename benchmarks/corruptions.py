"""How many digits are still read when MNIST's test pictures are spoilt.

    python benchmarks/corruptions.py --n 1000
    python benchmarks/corruptions.py --preview corruptions.png

Sixteen corruptions (see corrupt.py), each on the same pictures, taken evenly from the
test set; read with `single=True` by both classifiers, and by the plain recipe. The best
guess counts, however unsure, as in `inkten evaluate`. The mean is over the corruptions;
the clean pictures stand in the table, not in the mean.
"""

import argparse
import statistics
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from corrupt import CORRUPTIONS, Corruption, corrupt
from numpy.typing import NDArray
from tables import conditions, print_conditions, print_table, write_json

from inkten import Reader, Reading
from inkten.baseline import read_as_is
from inkten.classification.classifier import Classifier
from inkten.datasets import mnist

Images: TypeAlias = NDArray[np.uint8]  # (N, 28, 28), ink = 255
ReadAll: TypeAlias = Callable[[Images], Iterable[Reading]]

CLEAN = "(clean)"
SHOWN = 12  # pictures of each corruption on the preview
ZOOM = 3
CAPTION = 150  # px


def readers() -> dict[str, ReadAll]:
    """Give what reads pictures (N, 28, 28), by its name in the table."""
    told: dict[str, ReadAll] = {
        model: partial(Reader(model, min_confidence=0).read_many, single=True)
        for model in ("cnn", "mlp")
    }
    plain = partial(read_as_is, classifier=Classifier("mlp"))
    return told | {"plain recipe": partial(map, plain)}


def evenly(part: mnist.Part, count: int) -> mnist.Part:
    """Take ``count`` pictures from all over; the first half of the set is easier."""
    chosen = np.linspace(0, len(part) - 1, min(count, len(part))).round().astype(int)
    return mnist.Part(part.images[chosen], part.labels[chosen])


def spoilt(images: Images, seed: int) -> Iterator[tuple[str, Images]]:
    """Give each corruption's name and pictures; the same seed gives the same ones."""
    yield CLEAN, images
    for name, corruption in CORRUPTIONS.items():
        yield name, _all_spoilt(corruption, images, seed)


def accuracy(read: ReadAll, part: mnist.Part) -> float:
    """Tell which share of the pictures is read as its digit."""
    pairs = zip(read(part.images), part.labels, strict=True)
    return statistics.fmean(reading.text == str(digit) for reading, digit in pairs)


def preview(images: Images, seed: int) -> NDArray[np.uint8]:
    """Lay a row of each corruption under the other: (H, W) gray."""
    rows = []
    for name, pictures in spoilt(images, seed):
        caption = np.zeros((28 * ZOOM, CAPTION), np.uint8)
        font = cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(caption, name, (6, 48), font, 0.55, 255, 1, cv2.LINE_AA)
        row = np.hstack(list(np.pad(pictures, ((0, 0), (0, 0), (0, 1)))))
        large = cv2.resize(row, None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_NEAREST)
        rows.append(np.pad(np.hstack([caption, large]), ((0, ZOOM), (0, 0))))
    return np.vstack(rows)


def main() -> None:
    """Spoil, read, print the table; or draw the preview."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=1000, help="test pictures")
    parser.add_argument("--seed", type=int, default=0, help="of the corruptions")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    parser.add_argument("--preview", type=Path, help="only draw them, to this PNG file")
    told = parser.parse_args()
    if told.preview:
        images = evenly(mnist.load().test_part, SHOWN).images
        told.preview.write_bytes(
            cv2.imencode(".png", preview(images, told.seed))[1].tobytes()
        )
        return
    part = evenly(mnist.load().test_part, told.n)
    ways = readers()
    right: dict[str, dict[str, float]] = {}
    for name, images in spoilt(part.images, told.seed):
        same = mnist.Part(images, part.labels)
        right[name] = {way: accuracy(read, same) for way, read in ways.items()}
    mean = {
        way: statistics.fmean(right[name][way] for name in CORRUPTIONS) for way in ways
    }
    where = conditions(n=len(part), seed=told.seed)
    print_conditions(where)
    print_table(
        ("corruption", *ways),
        (
            (name, *(f"{share:.4f}" for share in shares.values()))
            for name, shares in {**right, "mean": mean}.items()
        ),
    )
    write_json(told.json, where, {"accuracy": right, "mean": mean})


def _all_spoilt(corruption: Corruption, images: Images, seed: int) -> Images:
    """Spoil each picture by a generator of its own, the same for every corruption."""
    return np.stack(
        [
            corrupt(corruption, image, np.random.default_rng((seed, place)))
            for place, image in enumerate(images)
        ]
    )


if __name__ == "__main__":
    main()
