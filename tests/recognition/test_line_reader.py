import pickle

import numpy as np
import pytest

from inkten.errors import ModelError
from inkten.recognition.line_reader import LineReader

onnx = pytest.importorskip("onnx")


def save(path, height=32, classes=11):
    """A network whose answers are random sums of the pixels of each step."""
    rng = np.random.default_rng(0)
    weights = rng.normal(0, 0.1, (classes, 1, height, 4)).astype(np.float32)
    make = onnx.helper.make_node
    graph = onnx.helper.make_graph(
        [
            make("Transpose", ["input"], ["rows"], perm=[0, 3, 1, 2]),
            make("Conv", ["rows", "weights"], ["row"], strides=[height, 4]),
            make("Squeeze", ["row", "axes"], ["steps"]),
            make("Transpose", ["steps"], ["output"], perm=[0, 2, 1]),
        ],
        "line",
        [onnx.helper.make_tensor_value_info("input", 1, ["N", height, "W", 1])],
        [onnx.helper.make_tensor_value_info("output", 1, ["N", "T", classes])],
        [
            onnx.numpy_helper.from_array(weights, "weights"),
            onnx.numpy_helper.from_array(np.array([2]), "axes"),
        ],
    )
    model = onnx.helper.make_model(
        graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8
    )
    onnx.save(model, path)
    return path


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    return LineReader(save(tmp_path_factory.mktemp("models") / "line.onnx"), threads=1)


@pytest.fixture(scope="module")
def strips():
    rng = np.random.default_rng(1)
    return [
        rng.integers(0, 256, (32, width), np.uint8) for width in (200, 31, 64, 33, 5)
    ]


def test_each_strip_gets_probabilities_at_each_of_its_steps(reader, strips):
    answers = reader.read(strips)
    assert [len(each) for each in answers] == [50, 8, 16, 9, 2]
    for each in answers:
        assert each.shape[1] == 11
        assert np.allclose(each.sum(axis=1), 1, atol=1e-5)


def test_strips_read_together_are_read_as_they_are_alone(reader, strips):
    together = reader.read(strips)
    for strip, own in zip(strips, together, strict=True):
        (alone,) = reader.read([strip])
        assert np.allclose(alone[:-1], own[:-1], atol=1e-5)


def test_no_strips_need_no_network(reader):
    assert reader([]) == []


def test_a_line_reader_is_pickled_by_its_path(reader, strips):
    copy = pickle.loads(pickle.dumps(reader))
    assert np.array_equal(copy.read(strips)[0], reader.read(strips)[0])


@pytest.mark.parametrize("shape", [{"height": 28}, {"classes": 10}])
def test_a_model_of_another_form_is_refused(tmp_path, shape):
    with pytest.raises(ModelError, match=r"inkten needs \(N, 32, W, 1\)"):
        LineReader(save(tmp_path / "other.onnx", **shape))


def test_a_line_reader_may_name_signs(tmp_path, strips):
    reader = LineReader(save(tmp_path / "line.onnx", classes=24), threads=1)
    assert [each.shape for each in reader.read(strips[:2])] == [(50, 24), (8, 24)]


def test_what_ships_is_opened_at_its_first_use_and_a_file_at_once(tmp_path, strips):
    shipped = LineReader(threads=1)
    assert "_opened" not in vars(shipped)
    shipped.read(strips[:1])
    assert "_opened" in vars(shipped)
    with pytest.raises(ModelError):
        LineReader(save(tmp_path / "line.onnx", classes=12))
