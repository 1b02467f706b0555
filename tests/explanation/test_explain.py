"""Every stage of a reading, as data and as a picture."""

import io
from pathlib import Path

import cv2
import numpy as np
import pytest

import inkten
from inkten.detection.pyramid import PADDING
from inkten.recognition.decoding import peaks

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def explanation():
    return inkten.explain(EXAMPLES / "phone_number.jpg")


def test_the_reading_is_that_of_a_reader(explanation):
    expected = inkten.read(EXAMPLES / "phone_number.jpg")
    assert explanation.reading.text == expected.text
    assert explanation.tiles.shape == (len(expected.digits), 28, 28)


def test_the_stages_belong_to_one_level(explanation):
    height, width = explanation.level.shape
    assert explanation.contrast.shape == (height + 2 * PADDING, width + 2 * PADDING)
    rows, columns = explanation.heat.shape
    assert 4 * rows >= height
    assert 4 * columns >= width
    assert 0 <= explanation.heat.min() <= explanation.heat.max() <= 1


def test_the_heat_map_is_hot_where_the_digits_are(explanation):
    reading = explanation.reading
    zoom = explanation.level.shape[1] / (reading.gray.shape[1] * reading.scale)
    for digit in reading.digits:
        x, y = digit.box.x + digit.box.width / 2, digit.box.y + digit.box.height / 2
        row, column = (int((each * zoom + PADDING) / 4) for each in (y, x))
        around = explanation.heat[row - 1 : row + 3, column - 1 : column + 3]
        assert around.max() > 10 * explanation.heat.mean()


def test_the_plain_recipe_the_mlp_and_the_cnn_are_side_by_side(explanation):
    assert [way.name for way in explanation.ways] == ["plain recipe", "mlp", "cnn"]
    plain, mlp, cnn = explanation.ways
    assert len(plain.reading.digits) == 1
    assert mlp.reading.text == cnn.reading.text == explanation.reading.text
    assert mlp.probabilities.shape == cnn.probabilities.shape == (7, 10)
    assert len(mlp.layers) == 2
    assert len(cnn.layers) > 2
    assert explanation.detector.argmax(axis=1).tolist() == [5, 5, 5, 0, 1, 3, 4]


def test_a_model_of_ones_own_is_explained_beside_them(tmp_path):
    from inkten.models.registry import HERE

    path = tmp_path / "mine.onnx"
    path.write_bytes((HERE / "mlp.onnx").read_bytes())
    explanation = inkten.explain(EXAMPLES / "digit.jpg", model=path, single=True)
    assert [way.name for way in explanation.ways][-1] == str(path)
    assert explanation.reading == explanation.ways[-1].reading


def test_the_stages_are_saved_as_one_picture(explanation, tmp_path):
    explanation.save(tmp_path / "stages.png", digit=3)
    saved = cv2.imread(str(tmp_path / "stages.png"))
    assert saved.shape == explanation.picture(3).shape
    assert not np.array_equal(explanation.picture(3), explanation.picture(0))
    with pytest.raises(IndexError, match="digit 7; expected 0 to 6"):
        explanation.picture(7)
    with pytest.raises(inkten.InktenError, match=r"\.png or \.jpg"):
        explanation.save(tmp_path / "stages.gif")
    assert explanation._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize("shape", [(300, 400), (1, 1), (28, 28), (5, 900)])
def test_a_picture_without_digits_has_fewer_stages(shape):
    explanation = inkten.explain(np.full(shape, 200, np.uint8))
    assert explanation.reading.text == ""
    assert explanation.picture().ndim == 3


def test_an_open_file_is_read_once(explanation):
    file = io.BytesIO((EXAMPLES / "phone_number.jpg").read_bytes())
    assert inkten.explain(file).reading.text == explanation.reading.text


def test_what_is_no_picture_is_refused(tmp_path):
    (tmp_path / "no.png").write_text("seven")
    with pytest.raises(inkten.PictureError, match=r"no\.png"):
        inkten.explain(tmp_path / "no.png")


def test_the_lines_are_read_once_more_without_boxes(explanation):
    (strip,) = explanation.strips
    assert strip.pixels.shape[0] == 32
    steps = -(-strip.pixels.shape[1] // 4)
    assert strip.probabilities.shape == (steps, 24)
    read = "".join(
        str(peak.probabilities.argmax()) for peak in peaks(strip.probabilities)
    )
    assert read == explanation.reading.text.replace(" ", "")
