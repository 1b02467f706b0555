"""Trains one network with Keras: by inkten's recipes, the script or Keras's example.

    python keras_training.py 'mlp, fast' mnist.npz --epochs 5 --seed 0

Started by training.py for each training; prints the results as JSON.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from training import KERAS, SCRIPT, Figures

from inkten.datasets import mnist
from inkten.datasets.mnist import Mnist
from inkten.evaluation.measure import measure
from inkten.training.backend import keras
from inkten.training.fit import fit
from inkten.training.keras_classifier import as_classifier
from inkten.training.networks import ARCHITECTURES
from inkten.training.recipes import find_recipe
from inkten.training.runs import Run, TrainingPlan


def original_script(data: Mnist, epochs: int | None) -> Figures:
    """Train as the original system does: plain Keras, batches of 32."""
    model = keras.Sequential(
        [
            keras.layers.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(50, activation="relu"),
            keras.layers.Dense(50, activation="relu"),
            keras.layers.Dense(10, activation="sigmoid"),
        ]
    )
    return _fitted(model, data, data.train_images / 255.0, epochs=epochs)


def keras_example(data: Mnist, epochs: int | None) -> Figures:
    """Train by the recipe of Keras's example mnist_convnet (keras.io, F. Chollet)."""
    model = keras.Sequential(
        [
            keras.layers.Input((28, 28, 1)),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    pictures = mnist.as_tiles(data.train_images)[..., None]
    options = {"batch_size": 128, "validation_split": 0.1}
    return _fitted(model, data, pictures, epochs=epochs, **options)


def inkten_recipe(network: str, name: str, data: Mnist, epochs: int | None) -> Figures:
    """Train by one of inkten's recipes, on all of MNIST's training pictures."""
    recipe = find_recipe(network, name)
    if epochs:
        recipe = replace(recipe, epochs=epochs)
    model = ARCHITECTURES[recipe.architecture]()
    with tempfile.TemporaryDirectory() as folder:
        plan = TrainingPlan(network, recipe, seed=0, data_checksum=data.checksum)
        run = Run.start(Path(folder) / "run", plan)
        clock = _Clock()
        history = fit(model, data.train_part, run)
        seconds, processor = clock.read()
    tiles = mnist.as_tiles(data.test_images)
    test = measure(as_classifier(model)(tiles), data.test_labels)
    return Figures(
        epochs=recipe.epochs,
        seconds=seconds,
        processor_seconds=processor,
        train_accuracy=history[-1]["accuracy"],
        train_loss=history[-1]["loss"],
        test_accuracy=test.accuracy.value,
        test_loss=test.log_loss,
    )


class _Clock:
    """Wall time and processor time since it was created."""

    def __init__(self) -> None:
        self._start = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        wall, processor = self._start
        return time.perf_counter() - wall, time.process_time() - processor


def _fitted(
    model: Any, data: Mnist, pictures: Any, *, epochs: int | None, **options: Any
) -> Figures:
    """Fit a Keras model with plain Adam, as the script and the example do."""
    model.compile(
        optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    clock = _Clock()
    history = model.fit(
        pictures, data.train_labels, epochs=epochs, verbose=0, **options
    ).history
    seconds, processor = clock.read()
    tests = mnist.as_tiles(data.test_images).reshape(-1, *pictures.shape[1:])
    test_loss, test_accuracy = model.evaluate(tests, data.test_labels, verbose=0)
    return Figures(
        epochs=len(history["loss"]),
        seconds=seconds,
        processor_seconds=processor,
        train_accuracy=history["accuracy"][-1],
        train_loss=history["loss"][-1],
        test_accuracy=test_accuracy,
        test_loss=test_loss,
    )


TRAINERS: dict[str, Callable[[Mnist, int | None], Figures]] = {
    SCRIPT: original_script,
    KERAS: keras_example,
    "mlp, original": partial(inkten_recipe, "mlp", "original"),
    "mlp, fast": partial(inkten_recipe, "mlp", "fast"),
    "cnn, fast": partial(inkten_recipe, "cnn", "fast"),
}


def main() -> None:
    """Train once and print the results as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipe", choices=TRAINERS)
    parser.add_argument(
        "data", type=Path, help="an .npz file in the form of keras.datasets"
    )
    parser.add_argument("--epochs", type=int, help="as in inkten's recipe if not given")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    keras.utils.set_random_seed(options.seed)
    train = TRAINERS[options.recipe]
    print(json.dumps(train(mnist.load(options.data), options.epochs)))


if __name__ == "__main__":
    main()
