import cv2
import numpy as np
import pytest

from inkten.datasets import mnist

EACH = 5  # pictures of a digit
SLANT = 0.8  # to the left: nobody in MNIST writes so


@pytest.fixture(scope="session")
def strange_hand(tmp_path_factory):
    """A folder per digit: five MNIST digits of each, steeply slanted, dark on light."""
    folder = tmp_path_factory.mktemp("digits")
    data = mnist.load()
    for digit in range(10):
        (folder / str(digit)).mkdir()
        images = data.test_images[data.test_labels == digit][:EACH]
        for number, image in enumerate(images):
            shear = np.array([[3, 3 * SLANT, 10 - 42 * SLANT], [0, 3, 10]], np.float32)
            large = cv2.warpAffine(image, shear, (104, 104), flags=cv2.INTER_CUBIC)
            framed = 240 - (large * 0.8).astype(np.uint8)
            cv2.imwrite(str(folder / str(digit) / f"{number}.png"), framed)
    return folder


@pytest.fixture(scope="session")
def learned(strange_hand):
    """The mlp, taught the strange hand."""
    from inkten.learning.learn import learn

    return learn(strange_hand, model="mlp")
