"""Trains one network by the recipe of PyTorch's MNIST example.

    python torch_training.py mnist.npz --epochs 14 --seed 0

Started by training.py in an environment that has only NumPy and PyTorch.
The recipe (github.com/pytorch/examples, mnist): two convolutions of 32 and 64 channels,
pooling, dropout of 0.25, 128 units, dropout of 0.5; batches of 64, Adadelta at a rate
of 1, times 0.7 after each epoch. The pictures are tensors in memory and batches are
taken from them by index, which is faster than the example's DataLoader.
"""

import argparse
import json
import time
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import nn

BATCH = 64
MEAN, SPREAD = 0.1307, 0.3081  # of MNIST's gray levels, as the example has them


def network() -> nn.Sequential:
    """Build the example's network: (N, 1, 28, 28) to (N, 10), before the softmax."""
    return nn.Sequential(
        *(nn.Conv2d(1, 32, 3), nn.ReLU()),
        *(nn.Conv2d(32, 64, 3), nn.ReLU()),
        *(nn.MaxPool2d(2), nn.Dropout(0.25), nn.Flatten()),
        *(nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5)),
        nn.Linear(128, 10),
    )


class Data(NamedTuple):
    """Pictures (N, 1, 28, 28), normalized as in the example, and their digits (N,)."""

    x_train: torch.Tensor
    y_train: torch.Tensor
    x_test: torch.Tensor
    y_test: torch.Tensor

    @classmethod
    def load(cls, path: str) -> "Data":
        """Read an .npz file in the form of keras.datasets."""
        with np.load(path) as arrays:
            tensors = {name: torch.from_numpy(arrays[name]) for name in cls._fields}
        for name in ("x_train", "x_test"):
            tensors[name] = ((tensors[name].float() / 255 - MEAN) / SPREAD)[:, None]
        return cls(
            tensors["x_train"],
            tensors["y_train"].long(),
            tensors["x_test"],
            tensors["y_test"].long(),
        )


def train(data: Data, epochs: int) -> dict[str, Any]:
    """Train, and measure on the test pictures after each epoch, which is not timed."""
    model, loss_of = network(), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adadelta(model.parameters(), lr=1.0)
    schedule = torch.optim.lr_scheduler.StepLR(optimizer, step_size=1, gamma=0.7)
    seconds = processor = 0.0
    accuracies = []
    for _ in range(epochs):
        wall_before, processor_before = time.perf_counter(), time.process_time()
        model.train()
        correct = loss_sum = 0.0
        for chosen in torch.randperm(len(data.x_train)).split(BATCH):
            optimizer.zero_grad()
            logits = model(data.x_train[chosen])
            loss = loss_of(logits, data.y_train[chosen])
            loss.backward()
            optimizer.step()
            correct += (logits.argmax(1) == data.y_train[chosen]).sum().item()
            loss_sum += loss.item() * len(chosen)
        schedule.step()
        seconds += time.perf_counter() - wall_before
        processor += time.process_time() - processor_before
        test_accuracy, test_loss = measure(model, data)
        accuracies.append(test_accuracy)
    return {
        "epochs": epochs,
        "seconds": seconds,
        "processor_seconds": processor,
        "train_accuracy": correct / len(data.x_train),
        "train_loss": loss_sum / len(data.x_train),
        "test_accuracy": test_accuracy,
        "test_loss": test_loss,
        "test_accuracy_by_epoch": accuracies,
    }


def measure(model: nn.Module, data: Data) -> tuple[float, float]:
    """Accuracy and loss on the test pictures."""
    model.eval()
    with torch.no_grad():
        logits = torch.cat([model(batch) for batch in data.x_test.split(1000)])
    accuracy = (logits.argmax(1) == data.y_test).float().mean().item()
    return accuracy, nn.functional.cross_entropy(logits, data.y_test).item()


def main() -> None:
    """Train once and print the results as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", help="an .npz file in the form of keras.datasets")
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    data = Data.load(options.data)
    torch.manual_seed(options.seed)
    print(json.dumps(train(data, options.epochs)))


if __name__ == "__main__":
    main()
