"""Accuracy on MNIST's test pictures under sixteen corruptions.

    python benchmarks/corruptions.py --n 1000
    python benchmarks/corruptions.py --preview corruptions.png

Each corruption (see corrupt.py) is applied to the same pictures, sampled evenly from
the test set. They are read with `single=True` by both classifiers, and by the plain
recipe. The best guess counts, however unsure, as in `inkten evaluate`. The mean is over
the corruptions, without the clean pictures.
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
from figures import conditions, print_conditions, print_table, write_json
from numpy.typing import NDArray

from inkten import Reader, Reading
from inkten.baseline import read_as_is
from inkten.classification.classifier import Classifier
from inkten.datasets import mnist

Images: TypeAlias = NDArray[np.uint8]  # (N, 28, 28), ink = 255
ReadAll: TypeAlias = Callable[[Images], Iterable[Reading]]

CLEAN = "(clean)"
SHOWN = 12  # pictures per corruption in the preview
ZOOM = 3
CAPTION = 150  # px


def readers() -> dict[str, ReadAll]:
    """The functions that read pictures (N, 28, 28), by their names in the table."""
    classifiers: dict[str, ReadAll] = {
        model: partial(Reader(model, min_confidence=0).read_many, single=True)
        for model in ("cnn", "mlp")
    }
    plain = partial(read_as_is, classifier=Classifier("mlp"))
    return classifiers | {"plain recipe": partial(map, plain)}


def evenly(part: mnist.Part, count: int) -> mnist.Part:
    """Take ``count`` evenly spaced pictures; the first half of the set is easier."""
    chosen = np.linspace(0, len(part) - 1, min(count, len(part))).round().astype(int)
    return mnist.Part(part.images[chosen], part.labels[chosen])


def corrupted(images: Images, seed: int) -> Iterator[tuple[str, Images]]:
    """The name and pictures of each corruption; a seed always gives the same."""
    yield CLEAN, images
    for name, corruption in CORRUPTIONS.items():
        yield name, _corrupt_all(corruption, images, seed)


def accuracy(read: ReadAll, part: mnist.Part) -> float:
    """The share of the pictures that are read correctly."""
    pairs = zip(read(part.images), part.labels, strict=True)
    return statistics.fmean(reading.text == str(digit) for reading, digit in pairs)


def preview(images: Images, seed: int) -> NDArray[np.uint8]:
    """Draw a row of pictures per corruption: (H, W) gray."""
    rows = []
    for name, pictures in corrupted(images, seed):
        caption = np.zeros((28 * ZOOM, CAPTION), np.uint8)
        font = cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(caption, name, (6, 48), font, 0.55, 255, 1, cv2.LINE_AA)
        row = np.hstack(list(np.pad(pictures, ((0, 0), (0, 0), (0, 1)))))
        large = cv2.resize(row, None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_NEAREST)
        rows.append(np.pad(np.hstack([caption, large]), ((0, ZOOM), (0, 0))))
    return np.vstack(rows)


def main() -> None:
    """Corrupt, read and print the table; or draw the preview."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=1000, help="number of test pictures")
    parser.add_argument(
        "--seed", type=int, default=0, help="random seed of the corruptions (default 0)"
    )
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    parser.add_argument("--preview", type=Path, help="only draw them to this PNG file")
    args = parser.parse_args()
    if args.preview:
        images = evenly(mnist.load().test_part, SHOWN).images
        args.preview.write_bytes(
            cv2.imencode(".png", preview(images, args.seed))[1].tobytes()
        )
        return
    part = evenly(mnist.load().test_part, args.n)
    read_by = readers()
    accuracies: dict[str, dict[str, float]] = {}
    for name, images in corrupted(part.images, args.seed):
        same = mnist.Part(images, part.labels)
        accuracies[name] = {
            reader: accuracy(read, same) for reader, read in read_by.items()
        }
    mean = {
        reader: statistics.fmean(accuracies[name][reader] for name in CORRUPTIONS)
        for reader in read_by
    }
    where = conditions(n=len(part), seed=args.seed)
    print_conditions(where)
    print_table(
        ("corruption", *read_by),
        (
            (name, *(f"{share:.4f}" for share in shares.values()))
            for name, shares in {**accuracies, "mean": mean}.items()
        ),
    )
    write_json(args.json, where, {"accuracy": accuracies, "mean": mean})


def _corrupt_all(corruption: Corruption, images: Images, seed: int) -> Images:
    """Corrupt each picture with its own generator, the same for every corruption."""
    return np.stack(
        [
            corrupt(corruption, image, np.random.default_rng((seed, place)))
            for place, image in enumerate(images)
        ]
    )


if __name__ == "__main__":
    main()
