"""How fast, and how well, classifiers are trained on MNIST: to 97.01 % and to 99.0 %.

    python benchmarks/training.py --seeds 10 --peer-seeds 3
    python benchmarks/training.py --seeds 10 --only script 'mlp, original' 'mlp, fast'

inkten's recipes stand beside what they are measured against, each in its own words:

- `script`, the system that inkten started from: plain Keras, batches of 32;
- `Keras example`, its mnist_convnet: two convolutions, batches of 128, dropout, a
  tenth of the training pictures held back to look at after each epoch;
- `PyTorch example`, its mnist (see peer_training.py), in an environment made for it.

97.01 % is what the script tells of itself. The epochs are fixed: inkten's are its
recipes', the examples' the fewest in which each is to come to the target; the table
says what it came to, and the JSON what PyTorch's came to after each epoch.

Every training has a process of its own, so that each pays for tracing and compiling;
they take turns, so that a busy minute of the machine meets all of them. What is timed
is the training itself, the whole of `fit`: neither imports nor loading the data, for
any of them. For inkten it includes the state kept after every epoch. Processor time is
told too: it changes less when the machine is busy.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypedDict

import numpy as np
from environments import own_python
from tables import conditions, print_conditions, print_table, write_json

from inkten.datasets import mnist
from inkten.datasets.mnist import Mnist

PEER_TRAINING = Path(__file__).with_name("peer_training.py")
TORCH = "torch==2.13.0"
QUICK = 2_000  # training pictures of a smoke run


class Figures(TypedDict):
    """What one training came to."""

    epochs: int
    seconds: float
    processor_seconds: float
    train_accuracy: float
    train_loss: float
    test_accuracy: float
    test_loss: float


class Way(NamedTuple):
    """A recipe, and for the peers' the epochs in which it is to reach a target."""

    name: str
    epochs: int | None = None  # else the recipe's own


SCRIPT = Way("script", 10)
EXAMPLES = KERAS, PYTORCH = "Keras example", "PyTorch example"
TARGETS = {
    0.9701: (
        SCRIPT,
        Way("mlp, original"),
        Way("mlp, fast"),
        Way(PYTORCH, 1),
        Way(KERAS, 1),
    ),
    0.990: (
        Way("cnn, fast"),
        Way(PYTORCH, 4),
        Way(KERAS, 8),
    ),
}
WAYS = tuple(way for ways in TARGETS.values() for way in ways)
NAMES = tuple(dict.fromkeys(way.name for way in WAYS))


def original_script(data: Mnist, epochs: int | None) -> Figures:
    """Train as the original system does: plain Keras, batches of 32."""
    import keras

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
    import keras

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
    from dataclasses import replace

    from inkten.evaluation.measure import measure
    from inkten.training import networks
    from inkten.training.classify import as_classifier
    from inkten.training.fit import fit
    from inkten.training.recipes import RECIPES
    from inkten.training.runs import Plan, Run

    recipe = {recipe.name: recipe for recipe in RECIPES[network]}[name]
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


Training = Callable[[Mnist, int | None], Figures]
IN_KERAS: dict[str, Training] = {
    SCRIPT.name: original_script,
    KERAS: keras_example,
    "mlp, original": lambda *told: inkten_recipe("mlp", "original", *told),
    "mlp, fast": lambda *told: inkten_recipe("mlp", "fast", *told),
    "cnn, fast": lambda *told: inkten_recipe("cnn", "fast", *told),
}


def train_here(name: str, data: Path, seed: int, epochs: int | None) -> Figures:
    """Train by Keras in this process."""
    import keras

    keras.utils.set_random_seed(seed)
    return IN_KERAS[name](mnist.load(data), epochs)


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


def in_own_process(way: Way, seed: int, data: Path, pytorch: str | None) -> Figures:
    """Train once in a fresh Python, on the processor alone."""
    words = [str(data), "--seed", str(seed)]
    if way.epochs:
        words += ["--epochs", str(way.epochs)]
    if way.name == PYTORCH:
        command = [str(pytorch), str(PEER_TRAINING), *words]
    else:
        command = [sys.executable, __file__, "--train", way.name, "--data", *words]
    environment = {
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "CUDA_VISIBLE_DEVICES": "",
    }
    told = subprocess.run(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    ).stdout
    figures: Figures = json.loads(told.splitlines()[-1])
    return figures


def write_data(path: Path, count: int | None) -> None:
    """Write MNIST, or its first training pictures, as every process reads it."""
    data = mnist.load()
    np.savez(
        path,
        x_train=data.train_images[:count],
        y_train=data.train_labels[:count],
        x_test=data.test_images,
        y_test=data.test_labels,
    )


Results = dict[Way, list[Figures]]
HEADER = (
    *("recipe", "epochs", "seeds", "seconds, mean", "spread", "processor, s"),
    *("test accuracy, mean", "lowest", "times faster than the Keras example"),
)
MORE = (
    *("recipe", "train accuracy", "train loss", "test loss"),
    "times faster than the script",
)


def rows(results: Results) -> list[list[str]]:
    """Give a row per way to one target; the spread is one standard deviation."""
    return [
        [
            way.name,
            str(trainings[0]["epochs"]),
            str(len(trainings)),
            f"{_mean(trainings, 'seconds'):.2f}",
            f"{statistics.pstdev(one['seconds'] for one in trainings):.2f}",
            f"{_mean(trainings, 'processor_seconds'):.1f}",
            f"{_mean(trainings, 'test_accuracy'):.4f}",
            f"{min(one['test_accuracy'] for one in trainings):.4f}",
            _times(results, KERAS, trainings),
        ]
        for way, trainings in results.items()
    ]


def more_rows(results: Results) -> list[list[str]]:
    """Give the figures that the original system tells of itself, and the losses."""
    return [
        [
            way.name,
            f"{_mean(trainings, 'train_accuracy'):.4f}",
            f"{_mean(trainings, 'train_loss'):.4f}",
            f"{_mean(trainings, 'test_loss'):.4f}",
            _times(results, SCRIPT.name, trainings),
        ]
        for way, trainings in results.items()
    ]


def main() -> None:
    """Train all ways with all seeds, then print a table for each target."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=3, help="of inkten and the script")
    parser.add_argument("--peer-seeds", type=int, default=1, help="of the examples")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--quick", action="store_true", help="one epoch of a few")
    parser.add_argument("--cache", type=Path, help="keep PyTorch's environment here")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    parser.add_argument("--train", choices=IN_KERAS, help=argparse.SUPPRESS)
    parser.add_argument("--data", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--epochs", type=int, help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.train:
        print(json.dumps(train_here(told.train, told.data, told.seed, told.epochs)))
        return
    seeds, peer_seeds = (1, 1) if told.quick else (told.seeds, told.peer_seeds)
    with tempfile.TemporaryDirectory(prefix="inkten-") as folder:
        data = Path(folder) / "mnist.npz"
        write_data(data, QUICK if told.quick else None)
        ways = {
            way: peer_seeds if way.name in EXAMPLES else seeds
            for way in WAYS
            if way.name in told.only
        }
        pytorch = None
        if PYTORCH in told.only:
            pytorch = own_python((told.cache or Path(folder)) / TORCH, TORCH, "numpy")
            if not pytorch:
                ways = {
                    way: count for way, count in ways.items() if way.name != PYTORCH
                }
        results: Results = {way: [] for way in ways}
        for seed in range(max(ways.values())):
            for way in (way for way, count in ways.items() if seed < count):
                asked = way._replace(epochs=1) if told.quick else way
                one = in_own_process(asked, seed, data, pytorch)
                results[way].append(one)
                print(f"{way.name}, seed {seed}: {one}", file=sys.stderr, flush=True)
    where = conditions(
        seeds=seeds, peer_seeds=peer_seeds, pytorch=TORCH if pytorch else "-"
    )
    print_conditions(where)
    for target, ways_there in TARGETS.items():
        there = {way: results[way] for way in ways_there if way in results}
        print(f"to {target:.2%} of the test pictures\n")
        print_table(HEADER, rows(there))
        print()
        print_table(MORE, more_rows(there))
        print()
    trainings = [
        {"recipe": way.name, "target": target, "trainings": results[way]}
        for target, ways_there in TARGETS.items()
        for way in ways_there
        if way in results
    ]
    write_json(told.json, where, {"recipes": trainings})


def _mean(trainings: Sequence[Figures], name: str) -> float:
    return statistics.fmean(one[name] for one in trainings)  # type: ignore[literal-required]


def _times(results: Results, base: str, trainings: Sequence[Figures]) -> str:
    """How many times faster than the recipe named ``base``, if that is in the table."""
    for way, theirs in results.items():
        if way.name == base:
            return f"{_mean(theirs, 'seconds') / _mean(trainings, 'seconds'):.1f}"
    return "-"


if __name__ == "__main__":
    main()
