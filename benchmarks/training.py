"""Training time of classifiers on MNIST to 97.01 % and to 99.0 % test accuracy.

    python benchmarks/training.py
    python benchmarks/training.py --only script 'mlp, original' 'mlp, fast'

inkten's recipes are compared with:

- `script`, the system that inkten started from: plain Keras, batches of 32;
- `Keras example`, Keras's mnist_convnet: two convolutions, batches of 128, dropout, a
  tenth of the training pictures held back for validation after each epoch (this and
  the script are in keras_training.py);
- `PyTorch example`, PyTorch's mnist (torch_training.py), in an environment of its own.

97.01 % is the accuracy that the script's authors report. The number of epochs is fixed:
for inkten as in the recipe, for the examples the fewest with which they should reach
the target. The table says what they reached, and the JSON what PyTorch reached after
each epoch.

Every training runs in a fresh process, so that each pays for tracing and compiling.
They take turns, so that a busy minute of the machine affects all of them. Timed is
`fit`, without imports and without loading the data; for inkten it includes the
checkpoint after every epoch. Processor time is reported too, as it varies less on a
busy machine.
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
from figures import Row, conditions, print_conditions, print_rows, write_json

from inkten.datasets import mnist

HERE = Path(__file__).parent
KERAS_TRAINING = HERE / "keras_training.py"
TORCH_TRAINING = HERE / "torch_training.py"
TORCH = "torch==2.13.0"
QUICK = 2_000  # training pictures in a smoke run


class Training(NamedTuple):
    """A recipe, and the test accuracy that it should reach."""

    target: float
    name: str
    epochs: int | None = None  # as in the recipe if None


SCRIPT, KERAS, PYTORCH = "script", "Keras example", "PyTorch example"
EXAMPLES = (KERAS, PYTORCH)
TRAININGS = (
    Training(0.9701, SCRIPT, 10),
    Training(0.9701, "mlp, original"),
    Training(0.9701, "mlp, fast"),
    Training(0.9701, PYTORCH, 1),
    Training(0.9701, KERAS, 1),
    Training(0.99, "cnn, fast"),
    Training(0.99, PYTORCH, 4),
    Training(0.99, KERAS, 8),
)
NAMES = tuple(dict.fromkeys(training.name for training in TRAININGS))


class Figures(TypedDict):
    """The results of one training with one seed."""

    epochs: int
    seconds: float
    processor_seconds: float
    train_accuracy: float
    train_loss: float
    test_accuracy: float
    test_loss: float


Results: TypeAlias = dict[Training, list[Figures]]


def in_own_process(
    training: Training, seed: int, data: Path, pytorch: str | None
) -> Figures:
    """Train once in a fresh Python process, without a GPU."""
    if training.name == PYTORCH:
        command = [str(pytorch), str(TORCH_TRAINING), str(data)]
    else:
        command = [sys.executable, str(KERAS_TRAINING), training.name, str(data)]
    command += ["--seed", str(seed)]
    if training.epochs:
        command += ["--epochs", str(training.epochs)]
    environment = {
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "CUDA_VISIBLE_DEVICES": "",
    }
    output = subprocess.run(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    ).stdout
    figures: Figures = json.loads(output.splitlines()[-1])
    return figures


def train_all(
    seeds: Mapping[Training, int], data: Path, pytorch: str | None
) -> Iterator[tuple[Training, Figures]]:
    """Run each training with so many seeds, in turns; one that fails is left out."""
    failed = set()
    for seed in range(max(seeds.values())):
        for training, count in seeds.items():
            if seed >= count or training in failed:
                continue
            try:
                yield training, in_own_process(training, seed, data, pytorch)
            except subprocess.CalledProcessError as error:
                print(
                    f"{training.name} is left out from here: {error}", file=sys.stderr
                )
                failed.add(training)


def write_data(path: Path, count: int | None) -> None:
    """Write MNIST, or its first training pictures, in the form that all read."""
    data = mnist.load()
    np.savez(
        path,
        x_train=data.train_images[:count],
        y_train=data.train_labels[:count],
        x_test=data.test_images,
        y_test=data.test_labels,
    )


def rows(results: Results) -> list[Row]:
    """One row per training to one target; the spread is one standard deviation."""
    by_name = {training.name: figures for training, figures in results.items()}
    bases = [base for base in (SCRIPT, KERAS) if base in by_name]
    return [
        {
            "recipe": training.name,
            "epochs": figures[0]["epochs"],
            "seeds": len(figures),
            "seconds, mean": _mean(figures, "seconds"),
            "spread": _spread(figures, "seconds"),
            "processor, s": _mean(figures, "processor_seconds"),
            "test accuracy, mean": f"{_mean(figures, 'test_accuracy'):.4f}",
            "lowest": f"{min(one['test_accuracy'] for one in figures):.4f}",
            "train accuracy": f"{_mean(figures, 'train_accuracy'):.4f}",
            "train loss": f"{_mean(figures, 'train_loss'):.4f}",
            "test loss": f"{_mean(figures, 'test_loss'):.4f}",
            **{
                f"times faster than the {base}": _mean(by_name[base], "seconds")
                / _mean(figures, "seconds")
                for base in bases
            },
        }
        for training, figures in results.items()
    ]


def report(
    results: Results, packages: Mapping[str, list[str]], path: Path | None
) -> None:
    """Print a table for each target, and write every figure to a JSON file."""
    where = conditions(pytorch=TORCH if packages else "-")
    print_conditions(where)
    figures = []
    for target in dict.fromkeys(training.target for training in results):
        to_target = {
            key: value for key, value in results.items() if key.target == target
        }
        print(f"to a test accuracy of {target:.2%}\n")
        print_rows(rows(to_target))
        print()
        figures += [
            {"recipe": training.name, "target": target, "trainings": by_seed}
            for training, by_seed in to_target.items()
        ]
    write_json(path, where, {"recipes": figures, "environments": packages})


def main() -> None:
    """Run all trainings with all seeds, then print a table for each target."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--seeds", type=int, default=10, help="for inkten and the script"
    )
    parser.add_argument("--peer-seeds", type=int, default=3, help="for the examples")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--quick", action="store_true", help="one epoch, no PyTorch")
    parser.add_argument("--cache", type=Path, help="keep PyTorch's environment here")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    options = parser.parse_args()
    seeds = {
        training: options.peer_seeds if training.name in EXAMPLES else options.seeds
        for training in TRAININGS
        if training.name in options.only
    }
    if options.quick:
        seeds = {
            training._replace(epochs=1): 1
            for training in seeds
            if training.name != PYTORCH
        }
    results: Results = {}
    packages: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory(prefix="inkten-") as folder:
        pytorch = None
        if any(training.name == PYTORCH for training in seeds):
            cache = options.cache or Path(folder)
            pytorch = own_python(cache / TORCH, TORCH, "numpy")
        if pytorch:
            packages[PYTORCH] = packages_of(pytorch)
        else:
            seeds = {key: count for key, count in seeds.items() if key.name != PYTORCH}
        if not seeds:
            sys.exit("nothing is left to train")
        data = Path(folder) / "mnist.npz"
        write_data(data, QUICK if options.quick else None)
        try:
            for training, figures in train_all(seeds, data, pytorch):
                results.setdefault(training, []).append(figures)
                print(f"{training.name}: {figures}", file=sys.stderr, flush=True)
        except KeyboardInterrupt:
            print("Stopped; the table shows what was finished.", file=sys.stderr)
    report(results, packages, options.json)


def _mean(figures: Sequence[Figures], name: str) -> float:
    return statistics.fmean(one[name] for one in figures)  # type: ignore[literal-required]


def _spread(figures: Sequence[Figures], name: str) -> float | None:
    values = [one[name] for one in figures]  # type: ignore[literal-required]
    return statistics.stdev(values) if len(values) > 1 else None


if __name__ == "__main__":
    main()
