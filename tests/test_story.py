"""From a picture to its text, with what ships."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import inkten
from inkten.baseline import read_as_is
from inkten.classification.classifier import Classifier
from inkten.datasets import mnist

EXAMPLES = Path(__file__).parents[1] / "examples"


@pytest.fixture(scope="module")
def reader():
    return inkten.Reader()


def test_the_example_of_one_digit_is_read():
    reading = inkten.read(EXAMPLES / "digit.jpg")
    assert (reading.text, reading.value) == ("7", 7)
    box = reading.digits[0].box
    assert box.height > box.width > 0
    assert box.right < 1200
    assert box.bottom < 900
    assert inkten.read(EXAMPLES / "digit.jpg", single=True).text == "7"


def test_the_phone_number_is_read():
    reading = inkten.read(str(EXAMPLES / "phone_number.jpg"))
    assert reading.text == "555 0134"


def test_a_relative_path_counts_from_the_working_directory(
    tmp_path, monkeypatch, write
):
    Image.fromarray(write("42").gray).save(tmp_path / "here.png")
    monkeypatch.chdir(tmp_path)
    assert inkten.read("here.png").value == 42
    assert [path.name for path in Path().iterdir()] == ["here.png"]


def test_every_digit_is_read(reader, write):
    page = write("01234\n56789")
    reading = reader.read(page.gray)
    assert reading.text == "01234\n56789"
    for digit, (x, y, width, height) in zip(reading.digits, page.boxes, strict=True):
        assert abs(digit.box.x + digit.box.width / 2 - (x + width / 2)) < 12
        assert abs(digit.box.y + digit.box.height / 2 - (y + height / 2)) < 12


def test_white_ink_on_black_reads_the_same(reader, write):
    gray = write("40 725").gray
    assert reader.read(gray).text == reader.read(255 - gray).text == "40 725"


def test_a_number_is_not_joined_across_a_gap(reader, write):
    reading = reader.read(write("12 7").gray)
    assert reading.text == "12 7"
    assert reading.value is None


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_blank_paper_reads_as_nothing(reader, shade):
    reading = reader.read(np.full((300, 400), shade, np.uint8))
    assert (reading.text, reading.value, reading.confidence) == ("", None, 0)


def test_a_picture_in_mnists_own_form_is_read(reader):
    data = mnist.load()
    read = [reader.read(image, single=True).value for image in data.test_images[:50]]
    assert (np.array(read) == data.test_labels[:50]).mean() >= 0.9


def test_many_pictures_read_as_each_would_alone(reader, write):
    rng = np.random.default_rng(3)
    pictures = [*mnist.load().test_images[:40], write("305 17").gray, b"nothing"]
    pictures += [rng.integers(0, 255, side, np.uint8) for side in [(28, 28), (9, 40)]]
    together = [each for batch in reader.read_batches(pictures) for each in batch]
    assert isinstance(together.pop(41), inkten.PictureError)
    del pictures[41]
    for picture, reading in zip(pictures, together, strict=True):
        alone = reader.read(picture)
        assert reading.text == alone.text
        for digit, same in zip(reading.digits, alone.digits, strict=True):
            assert digit.probabilities == pytest.approx(same.probabilities, abs=1e-4)
            assert digit.box.x == pytest.approx(same.box.x, abs=0.01)


def test_any_size_of_picture_gives_an_answer(reader):
    for shape in [(1, 1), (1, 3000), (3000, 1), (7, 9), (28, 28)]:
        for single in (False, True):
            reading = reader.read(np.zeros(shape, np.uint8), single=single)
            assert reading.to_dict()["width"] == shape[1]


def test_the_plain_recipe_reads_mnist_and_little_else(write):
    data, classifier = mnist.load(), Classifier("mlp")
    read = [read_as_is(image, classifier).value for image in data.test_images[:50]]
    assert (np.array(read) == data.test_labels[:50]).mean() >= 0.9
    file = io.BytesIO()
    Image.fromarray(write("3").gray).save(file, "PNG")
    reading = read_as_is(file.getvalue(), classifier)
    assert len(reading.digits) == 1
    assert reading.digits[0].tile.mean() > 0.5  # paper is taken for ink
