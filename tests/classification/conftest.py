import pytest

from inkten.datasets import mnist


@pytest.fixture(scope="session")
def pictures():
    """500 of MNIST's test pictures as tiles, and their digits."""
    data = mnist.load()
    return mnist.as_tiles(data.test_images[:500]), data.test_labels[:500]
