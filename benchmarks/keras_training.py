"""Trains by Keras: inkten's recipes, the script and Keras's own example.

    python keras_training.py 'mlp, fast' mnist.npz --epochs 5 --seed 0

Started by training.py, once for each training; prints what it came to as JSON.
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
from inkten.training import networks
from inkten.training.backend import keras
from inkten.training.fit import fit
from inkten.training.keras_classifier import as_classifier
from inkten.training.recipes import RECIPES
from inkten.training.runs import Plan, Run


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
    """Train by one of inkten's recipes, as `inkten train` does."""
    recipe = next(recipe for recipe in RECIPES[network] if recipe.name == name)
    if epochs:
        recipe = replace(recipe, epochs=epochs)
    model = networks.fast_cnn() if network == "cnn" else networks.mlp()
    with tempfile.TemporaryDirectory() as folder:
        run = Run.start(Path(folder) / "run", Plan(network, recipe, 0, data.checksum))
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
    """Wall time and processor time from here on."""

    def __init__(self) -> None:
        self._start = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        wall, processor = self._start
        return time.perf_counter() - wall, time.process_time() - processor


def _fitted(
    model: Any, data: Mnist, pictures: Any, *, epochs: int | None, **options: Any
) -> Figures:
    """Fit a peer's Keras model by plain Adam, as both of them do."""
    model.compile(
        optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    clock = _Clock()
    told = model.fit(pictures, data.train_labels, epochs=epochs, verbose=0, **options)
    seconds, processor = clock.read()
    tests = mnist.as_tiles(data.test_images).reshape(-1, *pictures.shape[1:])
    test_loss, test_accuracy = model.evaluate(tests, data.test_labels, verbose=0)
    return Figures(
        epochs=len(told.history["loss"]),
        seconds=seconds,
        processor_seconds=processor,
        train_accuracy=told.history["accuracy"][-1],
        train_loss=told.history["loss"][-1],
        test_accuracy=test_accuracy,
        test_loss=test_loss,
    )


RECIPES_BY_NAME: dict[str, Callable[[Mnist, int | None], Figures]] = {
    SCRIPT: original_script,
    KERAS: keras_example,
    "mlp, original": partial(inkten_recipe, "mlp", "original"),
    "mlp, fast": partial(inkten_recipe, "mlp", "fast"),
    "cnn, fast": partial(inkten_recipe, "cnn", "fast"),
}


def main() -> None:
    """Train once and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipe", choices=RECIPES_BY_NAME)
    parser.add_argument("data", type=Path, help="an .npz as keras.datasets has it")
    parser.add_argument("--epochs", type=int, help="else inkten's recipe's own")
    parser.add_argument("--seed", type=int, default=0)
    told = parser.parse_args()
    keras.utils.set_random_seed(told.seed)
    train = RECIPES_BY_NAME[told.recipe]
    print(json.dumps(train(mnist.load(told.data), told.epochs)))


if __name__ == "__main__":
    main()
