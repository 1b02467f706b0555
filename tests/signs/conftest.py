import pytest

from inkten.reader import Reader


@pytest.fixture(scope="session")
def reader(by_shape):
    return Reader(by_shape)
