"""How fast, and how well, classifiers are trained on MNIST: to 97.01 % and to 99.0 %.

    python benchmarks/training.py
    python benchmarks/training.py --only script 'mlp, original' 'mlp, fast'

inkten's recipes stand beside what they are measured against, each in its own words:

- `script`, the system that inkten started from: plain Keras, batches of 32;
- `Keras example`, its mnist_convnet: two convolutions, batches of 128, dropout, a
  tenth of the training pictures held back to look at after each epoch (both in
  keras_training.py);
- `PyTorch example`, its mnist (torch_training.py), in an environment made for it.

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
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias, TypedDict

import numpy as np
from environments import own_python, packages_of
from tables import Row, conditions, print_conditions, print_rows, write_json

from inkten.datasets import mnist

HERE = Path(__file__).parent
KERAS_TRAINING = HERE / "keras_training.py"
TORCH_TRAINING = HERE / "torch_training.py"
TORCH = "torch==2.13.0"
QUICK = 2_000  # training pictures of a smoke run


class Way(NamedTuple):
    """A recipe on its way to a test accuracy."""

    target: float
    name: str
    epochs: int | None = None  # else the recipe's own


SCRIPT, KERAS, PYTORCH = "script", "Keras example", "PyTorch example"
EXAMPLES = (KERAS, PYTORCH)
WAYS = (
    Way(0.9701, SCRIPT, 10),
    Way(0.9701, "mlp, original"),
    Way(0.9701, "mlp, fast"),
    Way(0.9701, PYTORCH, 1),
    Way(0.9701, KERAS, 1),
    Way(0.99, "cnn, fast"),
    Way(0.99, PYTORCH, 4),
    Way(0.99, KERAS, 8),
)
NAMES = tuple(dict.fromkeys(way.name for way in WAYS))


class Figures(TypedDict):
    """What one training came to."""

    epochs: int
    seconds: float
    processor_seconds: float
    train_accuracy: float
    train_loss: float
    test_accuracy: float
    test_loss: float


Results: TypeAlias = dict[Way, list[Figures]]


def in_own_process(way: Way, seed: int, data: Path, pytorch: str | None) -> Figures:
    """Train once in a fresh Python, on the processor alone."""
    if way.name == PYTORCH:
        command = [str(pytorch), str(TORCH_TRAINING), str(data)]
    else:
        command = [sys.executable, str(KERAS_TRAINING), way.name, str(data)]
    command += ["--seed", str(seed)]
    if way.epochs:
        command += ["--epochs", str(way.epochs)]
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


def train_all(
    asked: Mapping[Way, int], data: Path, pytorch: str | None
) -> Iterator[tuple[Way, Figures]]:
    """Train each way with so many seeds, in turns; one that fails is left out."""
    failed = set()
    for seed in range(max(asked.values())):
        for way, seeds in asked.items():
            if seed >= seeds or way in failed:
                continue
            try:
                yield way, in_own_process(way, seed, data, pytorch)
            except subprocess.CalledProcessError as error:
                print(f"{way.name} is left out from here: {error}", file=sys.stderr)
                failed.add(way)


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


def rows(results: Results) -> list[Row]:
    """Give a row per way to one target; the spread is one standard deviation."""
    by_name = {way.name: trainings for way, trainings in results.items()}
    bases = [base for base in (SCRIPT, KERAS) if base in by_name]
    return [
        {
            "recipe": way.name,
            "epochs": trainings[0]["epochs"],
            "seeds": len(trainings),
            "seconds, mean": _mean(trainings, "seconds"),
            "spread": _spread(trainings, "seconds"),
            "processor, s": _mean(trainings, "processor_seconds"),
            "test accuracy, mean": f"{_mean(trainings, 'test_accuracy'):.4f}",
            "lowest": f"{min(one['test_accuracy'] for one in trainings):.4f}",
            "train accuracy": f"{_mean(trainings, 'train_accuracy'):.4f}",
            "train loss": f"{_mean(trainings, 'train_loss'):.4f}",
            "test loss": f"{_mean(trainings, 'test_loss'):.4f}",
            **{
                f"times faster than the {base}": _mean(by_name[base], "seconds")
                / _mean(trainings, "seconds")
                for base in bases
            },
        }
        for way, trainings in results.items()
    ]


def tell(results: Results, peers: Mapping[str, list[str]], path: Path | None) -> None:
    """Print a table for each target, and write every figure to a file if asked."""
    where = conditions(pytorch=TORCH if peers else "-")
    print_conditions(where)
    figures = []
    for target in dict.fromkeys(way.target for way in results):
        there = {way: told for way, told in results.items() if way.target == target}
        print(f"to {target:.2%} of the test pictures\n")
        print_rows(rows(there))
        print()
        figures += [
            {"recipe": way.name, "target": target, "trainings": told}
            for way, told in there.items()
        ]
    write_json(path, where, {"recipes": figures, "environments": peers})


def main() -> None:
    """Train all ways with all seeds, then print a table for each target."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=10, help="of ours and the script")
    parser.add_argument("--peer-seeds", type=int, default=3, help="of the examples")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--quick", action="store_true", help="one epoch, no PyTorch")
    parser.add_argument("--cache", type=Path, help="keep PyTorch's environment here")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    told = parser.parse_args()
    asked = {
        way: told.peer_seeds if way.name in EXAMPLES else told.seeds
        for way in WAYS
        if way.name in told.only
    }
    if told.quick:
        asked = {way._replace(epochs=1): 1 for way in asked if way.name != PYTORCH}
    results: Results = {}
    peers: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory(prefix="inkten-") as folder:
        pytorch = None
        if any(way.name == PYTORCH for way in asked):
            pytorch = own_python((told.cache or Path(folder)) / TORCH, TORCH, "numpy")
        if pytorch:
            peers[PYTORCH] = packages_of(pytorch)
        else:
            asked = {way: count for way, count in asked.items() if way.name != PYTORCH}
        if not asked:
            sys.exit("nothing is left to train")
        data = Path(folder) / "mnist.npz"
        write_data(data, QUICK if told.quick else None)
        try:
            for way, one in train_all(asked, data, pytorch):
                results.setdefault(way, []).append(one)
                print(f"{way.name}: {one}", file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            print("Stopped; the table tells what was trained.", file=sys.stderr)
    tell(results, peers, told.json)


def _mean(trainings: Sequence[Figures], name: str) -> float:
    return statistics.fmean(one[name] for one in trainings)  # type: ignore[literal-required]


def _spread(trainings: Sequence[Figures], name: str) -> float | None:
    several = [one[name] for one in trainings]  # type: ignore[literal-required]
    return statistics.stdev(several) if len(several) > 1 else None


if __name__ == "__main__":
    main()
