import numpy as np
import pytest

from inkten.detection import Detector
from inkten.detection.detector import network_input
from inkten.detection.heatmap import CELL, CHANNELS, HEAT, SIZE
from inkten.detection.pyramid import PADDING
from inkten.errors import ModelError
from inkten.models.registry import HERE


@pytest.fixture(scope="module")
def detector():
    return Detector(threads=1)


def test_the_digits_of_a_page_are_found_in_their_places(detector, write):
    page = write("305\n42")
    detections = detector(page.gray)
    middles = page.boxes[:, :2] + page.boxes[:, 2:] / 2
    for x, y in middles:
        left, top, width, height = detections.boxes.T
        holds = (left < x) & (x < left + width) & (top < y) & (y < top + height)
        assert holds.sum() == 1
    assert list(detections.scores) == sorted(detections.scores, reverse=True)


def test_a_batch_is_detected_as_each_picture_alone(detector, write):
    gray = write("47").gray
    grays = [gray, np.flip(gray), gray // 2]
    for together, page in zip(detector.detect_batch(grays), grays, strict=True):
        alone = detector(page)
        np.testing.assert_allclose(together.boxes, alone.boxes, atol=1e-2)
        np.testing.assert_allclose(together.scores, alone.scores, atol=1e-3)


def test_with_single_fainter_detections_come_back(detector, write):
    faint = write("7", paper=225, ink=222).gray
    assert len(detector(faint, single=True)) > len(detector(faint))


class SeesOneLarge:
    """A network that sees a digit as large as any in the upper left of every level."""

    def run(self, _, fed):
        (levels,) = fed.values()
        count, height, width, _ = levels.shape
        cells = np.zeros((count, height // CELL, width // CELL, CHANNELS), np.float32)
        cells[..., HEAT] = -8
        first = -(-PADDING // CELL)  # the first cell within the picture
        cells[:, first, first, HEAT] = cells[:, first, first, SIZE] = 8
        return [cells]


@pytest.mark.parametrize(("height", "found"), [(64, 1), (4, 0)])
def test_a_box_far_longer_than_the_strip_is_high_is_not_a_digit(
    detector, monkeypatch, height, found
):
    monkeypatch.setattr(detector, "_opened", (SeesOneLarge(), "picture"))
    assert len(detector(np.zeros((height, 400), np.uint8))) == found


@pytest.mark.parametrize(
    ("takes", "gives"),
    [
        ((1, 96, 96, 1), (1, 24, 24, CHANNELS)),  # made for one size alone
        (("N", "H", "W", 3), ("N", "h", "w", CHANNELS)),
        (("N", "H", "W", 1), ("N", "h", "w", CHANNELS + 1)),
    ],
)
def test_a_network_of_another_form_is_refused(tmp_path, takes, gives):
    helper = pytest.importorskip("onnx").helper
    graph = helper.make_graph(
        [helper.make_node("Identity", ["page"], ["cells"])],
        "same",
        [helper.make_tensor_value_info("page", 1, takes)],
        [helper.make_tensor_value_info("cells", 1, gives)],
    )
    model = helper.make_model(
        graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)]
    )
    path = tmp_path / "other.onnx"
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match=r"inkten needs .*train detector"):
        Detector(path)


def test_a_classifier_is_refused_as_a_detector():
    with pytest.raises(ModelError, match=r"takes \(.*28, 28, 2\) float.*inkten"):
        Detector(HERE / "cnn.onnx")


def test_a_high_level_is_searched_in_bands_as_in_one_piece(detector, monkeypatch):
    rng = np.random.default_rng(7)
    level = network_input(rng.integers(0, 256, (900, 40), np.uint8))
    whole = detector._cells(level)
    monkeypatch.setattr("inkten.detection.detector.BAND", 256)
    assert np.array_equal(detector._cells(level), whole)
