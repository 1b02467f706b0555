from importlib.util import find_spec

import pytest

from inkten.datasets.mnist import Mnist, load

# Without the extra "train" the synthetic pages are still tested.
NEED_KERAS = [
    "test_export.py",
    "test_networks.py",
    "test_packs.py",
    "test_processes.py",
    "test_targets.py",
    "test_train.py",
]
collect_ignore = [] if find_spec("keras") else NEED_KERAS


@pytest.fixture(scope="session")
def few() -> Mnist:
    """A slice of MNIST that trains in a second."""
    whole = load()
    return Mnist(
        whole.train_images[:1280],
        whole.train_labels[:1280],
        whole.test_images[:200],
        whole.test_labels[:200],
    )
