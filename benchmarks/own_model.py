"""Does inkten measure a model of someone else as its own library does?

    python benchmarks/own_model.py
    python benchmarks/own_model.py --epochs 2

Trains Keras's example mnist_convnet with its own program, examples/mnist_convnet.py, on
the MNIST that ships with inkten, saves it as .keras, .h5 and ONNX, and converts it.
Prints the accuracy on MNIST's test pictures by Keras's `evaluate` and by
`inkten evaluate --bare`, and the form that inkten found.
"""

import argparse
import runpy
import tempfile
from contextlib import chdir
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from figures import conditions, print_conditions, print_rows, write_json

from inkten.classification.adapt import AdaptedClassifier
from inkten.classification.loading import load_classifier
from inkten.datasets import mnist
from inkten.evaluation.measure import measure
from inkten.training.backend import keras
from inkten.training.convert import convert

EXAMPLE = Path(__file__).parents[1] / "examples" / "mnist_convnet.py"
CLOSE = 0.0005  # of accuracy: five of 10,000 pictures


def train(folder: Path, pictures: int, epochs: int) -> Any:
    """Run the example's program in a folder, on the first pictures of MNIST."""
    data = mnist.load()
    train_part = data.train_images[:pictures], data.train_labels[:pictures]
    loaded = train_part, (data.test_images, data.test_labels)
    fit_as_written = keras.Sequential.fit

    def fit(self: Any, *arguments: Any, **options: Any) -> Any:
        options |= {"epochs": epochs, "verbose": 0}
        return fit_as_written(self, *arguments, **options)

    with (
        patch.object(keras.datasets.mnist, "load_data", lambda: loaded),
        patch.object(keras.Sequential, "fit", fit),
        chdir(folder),
    ):
        return runpy.run_path(str(EXAMPLE))["model"]


def main() -> None:
    """Train, save in each format, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=15, help="of the training")
    parser.add_argument("--pictures", type=int, default=60_000, help="to train on")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    args = parser.parse_args()
    where = conditions(epochs=args.epochs, pictures=args.pictures)
    print_conditions(where)
    keras.utils.set_random_seed(0)
    data = mnist.load()
    tiles = mnist.as_tiles(data.test_images)
    with tempfile.TemporaryDirectory(prefix="inkten-") as name:
        folder = Path(name)
        model = train(folder, args.pictures, args.epochs)
        one_hot = np.eye(10)[data.test_labels]
        _, own = model.evaluate(tiles[..., None], one_hot, verbose=0)
        model.save(folder / "mnist_convnet.h5")
        model.export(folder / "exported.onnx", format="onnx", verbose=False)
        convert(folder / "mnist_convnet.keras", folder / "converted.onnx")
        rows = []
        for path in sorted(folder.glob("*.*")):
            classifier = load_classifier(path)
            ours = measure(classifier(tiles), data.test_labels).accuracy.value
            adapted = isinstance(classifier, AdaptedClassifier)
            rows.append(
                {
                    "file": path.name,
                    "evaluate of Keras": f"{own:.4f}",
                    "inkten": f"{ours:.4f}",
                    "agree": abs(own - ours) <= CLOSE,
                    "taken as": str(classifier.form) if adapted else "inkten's own",
                }
            )
    print_rows(rows)
    write_json(args.json, where, {"files": rows})


if __name__ == "__main__":
    main()
