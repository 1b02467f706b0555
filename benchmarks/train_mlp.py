"""How fast, and how well, the small network is trained.

    python benchmarks/train_mlp.py --seeds 10

Three ways are set side by side: the original script in its own words, inkten's
`original` recipe, which learns the same, and its default, `fast`. Every training has a
process of its own, so that each pays for tracing and compiling; the ways take turns,
so that a busy minute of the machine meets all of them. "fit" is the wall time of the
whole fit call; for inkten it includes the state kept after every epoch.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TypedDict

from tables import conditions, print_conditions, print_table, write_json

SCRIPT = "script"
WAYS = (SCRIPT, "original", "fast")


class Figures(TypedDict):
    """What one training came to."""

    fit_seconds: float
    train_accuracy: float
    train_loss: float
    test_accuracy: float
    test_loss: float


def original_script(seed: int) -> Figures:
    """Train as the original system does: plain Keras, 10 epochs, batches of 32."""
    import keras

    from inkten.datasets import mnist

    data = mnist.load()
    keras.utils.set_random_seed(seed)
    x_train, x_test = data.train_images / 255.0, data.test_images / 255.0
    model = keras.Sequential(
        [
            keras.layers.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(50, activation="relu"),
            keras.layers.Dense(50, activation="relu"),
            keras.layers.Dense(10, activation="sigmoid"),
        ]
    )
    model.compile(
        optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    start = time.perf_counter()
    history = model.fit(x_train, data.train_labels, epochs=10, verbose=0).history
    fit_seconds = time.perf_counter() - start
    test_loss, test_accuracy = model.evaluate(x_test, data.test_labels, verbose=0)
    return Figures(
        fit_seconds=fit_seconds,
        train_accuracy=history["accuracy"][-1],
        train_loss=history["loss"][-1],
        test_accuracy=test_accuracy,
        test_loss=test_loss,
    )


def inkten_recipe(name: str, seed: int) -> Figures:
    """Train by one of inkten's recipes, as `inkten train mlp` does."""
    import keras

    from inkten.datasets import mnist
    from inkten.evaluation.measure import measure
    from inkten.training.classify import as_classifier
    from inkten.training.fit import fit
    from inkten.training.networks import mlp
    from inkten.training.recipes import RECIPES
    from inkten.training.runs import Plan, Run

    data = mnist.load()
    keras.utils.set_random_seed(seed)
    network = mlp()
    with tempfile.TemporaryDirectory() as folder:
        recipes = {recipe.name: recipe for recipe in RECIPES["mlp"]}
        plan = Plan("mlp", recipes[name], seed, data.checksum)
        run = Run.start(Path(folder) / "run", plan)
        start = time.perf_counter()
        history = fit(network, data.train_part, run)
        fit_seconds = time.perf_counter() - start
    test = measure(as_classifier(network)(data.test_images / 255.0), data.test_labels)
    return Figures(
        fit_seconds=fit_seconds,
        train_accuracy=history[-1]["accuracy"],
        train_loss=history[-1]["loss"],
        test_accuracy=test.accuracy.value,
        test_loss=test.log_loss,
    )


def in_own_process(way: str, seed: int) -> Figures:
    """Train once in a fresh Python on TensorFlow."""
    told = subprocess.run(
        [sys.executable, __file__, "--train", way, "--seed", str(seed)],
        env={**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "2"},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    ).stdout
    figures: Figures = json.loads(told.splitlines()[-1])
    return figures


HEADER = (
    *("way", "test accuracy, mean", "lowest", "train accuracy", "train loss"),
    *("test loss", "fit, s", "times faster"),
)


def rows(results: dict[str, list[Figures]]) -> list[list[str]]:
    """Give a row per way: means over the seeds, and the time beside the script's."""
    script = statistics.mean(one["fit_seconds"] for one in results[SCRIPT])
    told = []
    for way, trainings in results.items():
        mean = {
            name: statistics.mean(one[name] for one in trainings)  # type: ignore[literal-required]
            for name in Figures.__annotations__
        }
        lowest = min(one["test_accuracy"] for one in trainings)
        told.append(
            [
                way,
                f"{mean['test_accuracy']:.4f}",
                f"{lowest:.4f}",
                f"{mean['train_accuracy']:.4f}",
                f"{mean['train_loss']:.4f}",
                f"{mean['test_loss']:.4f}",
                f"{mean['fit_seconds']:.2f}",
                f"{script / mean['fit_seconds']:.1f}",
            ]
        )
    return told


def main() -> None:
    """Train all ways with all seeds, then print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3, help="trainings of each way")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    parser.add_argument("--train", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.train:
        seed, way = told.seed, told.train
        one = original_script(seed) if way == SCRIPT else inkten_recipe(way, seed)
        print(json.dumps(one))
        return
    results: dict[str, list[Figures]] = {way: [] for way in WAYS}
    for seed in range(told.seeds):
        for way in WAYS:
            one = in_own_process(way, seed)
            results[way].append(one)
            print(f"{way}, seed {seed}: {one}", file=sys.stderr, flush=True)
    where = conditions(seeds=told.seeds)
    print_conditions(where)
    print_table(HEADER, rows(results))
    write_json(told.json, where, {"trainings": results})


if __name__ == "__main__":
    main()
