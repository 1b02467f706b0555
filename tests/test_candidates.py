import cv2
import numpy as np
import pytest

from inkten import Reader
from inkten.classification.classifier import Classifier
from inkten.datasets import mnist
from inkten.detection import Detections


class FixedDetector:
    """The same boxes on every picture, of digits it cannot tell apart."""

    def __init__(self, *boxes):
        self.boxes = np.array(boxes, np.float32).reshape(-1, 4)

    def __call__(self, gray, *, single=False, max_side=None):
        count = len(self.boxes)
        digits = np.full((count, 10), 0.1, np.float32)
        return Detections(self.boxes, np.full(count, 0.4, np.float32), digits)


@pytest.fixture(scope="module")
def digits():
    """Some test pictures of MNIST: (N, 28, 28) uint8 and their labels."""
    data = mnist.load()
    return data.test_images[:40], data.test_labels[:40]


def read_all(reader, images):
    return list(reader.read_many(images, single=True))


def test_a_picture_in_mnists_form_is_read_without_any_detection(digits):
    images, labels = digits
    readings = read_all(Reader(detector=FixedDetector(), threads=1), images)
    assert [reading.value for reading in readings] == labels.tolist()
    (digit,) = readings[0].digits
    assert (digit.box.x, digit.box.width) == (4, 20)  # MNIST's own margin
    assert np.allclose(digit.tile, images[0] / np.float32(255))


def test_a_wrong_detection_on_such_a_picture_does_not_mislead(digits):
    images, labels = digits
    corner = Reader(detector=FixedDetector((0, 0, 8, 8)), threads=1)
    pairs = zip(read_all(corner, images), labels, strict=True)
    right = [r.value == y for r, y in pairs]
    assert np.mean(right) > 0.9


def test_probabilities_stay_probabilities(digits):
    images, _ = digits
    for reading in read_all(Reader(threads=1), images):
        probabilities = np.array(reading.digits[0].probabilities)
        assert probabilities.min() >= 0
        assert probabilities.sum() <= 1 + 1e-5


@pytest.mark.parametrize(
    "change",
    [
        "dark ink",
        "larger",
        "not single",
        "no reject",
    ],
)
def test_no_other_picture_is_classified_as_a_whole(digits, change):
    images, _ = digits
    model = Classifier("mlp" if change == "no reject" else "cnn", threads=1)
    reader = Reader(model=model, detector=FixedDetector(), threads=1)
    picture = images[0]
    if change == "dark ink":
        picture = 255 - picture
    if change == "larger":
        picture = cv2.resize(picture, (32, 32))
    reading = reader.read(picture, single=change != "not single")
    assert reading.text == ""


def test_a_blank_picture_has_no_digit():
    blank = np.zeros((28, 28), np.uint8)
    assert Reader(threads=1).read(blank, single=True).text == ""


def test_ink_that_is_not_read_lowers_the_confidence_of_the_number_beside_it(write):
    gray = write("310").gray
    reader = Reader(threads=1)
    full = reader.read(gray)
    assert full.text == "310"
    assert full.numbers[0].completeness > 0.9
    first, _, last = (digit.box for digit in full.digits)
    boxes = [(box.x, box.y, box.width, box.height) for box in (first, last)]
    part = Reader(detector=FixedDetector(*boxes), threads=1).read(gray)
    assert min(number.completeness for number in part.numbers) < 0.7
    assert part.confidence < 0.7


@pytest.mark.parametrize("degrees", [-32, 24])
def test_the_rules_of_a_table_straighten_it(write, degrees):
    gray = write("3 6 4\n2 5 8\n9 3 7").gray
    height, width = gray.shape
    for across in np.linspace(8, width - 8, 4).astype(int).tolist():
        cv2.line(gray, (across, 8), (across, height - 8), 120, 2)
    for down in np.linspace(8, height - 8, 4).astype(int).tolist():
        cv2.line(gray, (8, down), (width - 8, down), 120, 2)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1)
    turn[:, 2] += 150
    size = (width + 300, height + 300)
    tilted = cv2.warpAffine(gray, turn, size, borderValue=225)
    reading = Reader(threads=1).read(tilted)
    assert reading.text == "3 6 4\n2 5 8\n9 3 7"


def test_a_tilted_page_is_read_and_its_boxes_are_on_the_page(write):
    gray = write("34725 618").gray
    height, width = gray.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), -14, 1)
    turn[:, 2] += 60
    size = (width + 120, height + 120)
    tilted = cv2.warpAffine(gray, turn, size, borderValue=int(gray[0, 0]))
    reader = Reader(threads=1)
    upright, reading = reader.read(gray), reader.read(tilted)
    assert reading.text == upright.text
    for one, other in zip(upright.digits, reading.digits, strict=True):
        middle = (one.box.x + one.box.width / 2, one.box.y + one.box.height / 2, 1)
        moved = turn @ np.array(middle)
        box = other.box
        there = np.array([box.x + box.width / 2, box.y + box.height / 2])
        assert np.abs(moved - there).max() < 0.2 * one.box.height
