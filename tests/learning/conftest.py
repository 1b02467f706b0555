import cv2
import numpy as np
import pytest

from inkten.datasets import mnist

EACH = 5  # pictures of a digit


@pytest.fixture(scope="session")
def strange_hand(tmp_path_factory):
    """A folder per digit: five mirrored MNIST digits of each, dark on light."""
    folder = tmp_path_factory.mktemp("digits")
    data = mnist.load()
    for digit in range(10):
        (folder / str(digit)).mkdir()
        images = data.test_images[data.test_labels == digit][:EACH]
        for number, image in enumerate(images):
            large = cv2.resize(image[:, ::-1], (84, 84), interpolation=cv2.INTER_CUBIC)
            framed = np.full((104, 104), 240, np.uint8)
            framed[10:94, 10:94] -= (large * 0.8).astype(np.uint8)
            cv2.imwrite(str(folder / str(digit) / f"{number}.png"), framed)
    return folder


@pytest.fixture(scope="session")
def learned(strange_hand):
    """The mlp, taught the strange hand."""
    from inkten.learning.learn import learn

    return learn(strange_hand, model="mlp")
