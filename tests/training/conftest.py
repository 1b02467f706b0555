import pytest

from inkten.datasets.mnist import Mnist, load


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
