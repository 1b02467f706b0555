import hashlib
from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest

from inkten.classification.classifier import Classifier
from inkten.datasets import mnist
from inkten.models.card import Card
from inkten.training.backend import keras
from inkten.training.export import export_classifier, export_onnx, write_card
from inkten.training.keras_classifier import as_classifier
from inkten.training.networks import detector

pytestmark = pytest.mark.train
layers = keras.layers
CARD = Card("task", "form", "classes", "data", {"accuracy": 0.97}, "recipe", "1.0")


@pytest.fixture(scope="module")
def exported(network, tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "model.onnx"
    export_classifier(network, path, CARD)
    return path


@pytest.fixture(scope="module")
def untrained():
    """A detector with random weights, as large as those of a trained one."""
    return _with_random_weights(detector())


@pytest.fixture(scope="module")
def exported_untrained(untrained, tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "detector.onnx"
    export_onnx(untrained, path, CARD)
    return path


def test_keras_and_onnx_agree_on_every_test_picture(network, exported):
    tiles = mnist.as_tiles(mnist.load().test_images)
    by_keras, by_onnx = as_classifier(network)(tiles), Classifier(exported)(tiles)
    assert np.abs(by_keras - by_onnx).max() < 1e-5


def test_the_file_takes_any_number_of_tiles_and_contains_its_card(exported):
    session = onnxruntime.InferenceSession(exported)
    (inputs,), (outputs,) = session.get_inputs(), session.get_outputs()
    assert (inputs.name, inputs.shape) == ("input", ["N", 28, 28])
    assert (outputs.name, outputs.shape) == ("output", ["N", 10])
    assert Card.from_metadata(session.get_modelmeta().custom_metadata_map) == CARD
    assert exported.stat().st_size < 180_000


def test_the_same_weights_give_the_same_file(network, exported, tmp_path):
    export_classifier(network, tmp_path / "again.onnx", CARD)
    digests = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (exported, tmp_path / "again.onnx")
    }
    assert len(digests) == 1


@pytest.mark.parametrize(
    "shape", [(1, 8, 8, 1), (3, 24, 40, 1), (2, 64, 8, 1), (1, 136, 200, 1)]
)
def test_the_detector_gives_the_same_cells_at_every_size(
    untrained, exported_untrained, shape
):
    pictures = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
    by_keras = _by_keras(untrained, pictures)
    by_onnx = _by_onnx(exported_untrained, pictures)
    assert by_onnx.shape == (shape[0], shape[1] // 4, shape[2] // 4, 15)
    assert np.abs(by_keras).max() > 1
    assert np.abs(by_keras - by_onnx).max() < 1e-4


def test_the_detector_is_exported_in_direct_operations(exported_untrained):
    nodes = onnx.load(exported_untrained).graph.node
    dilations = [_dilation(node) for node in nodes if node.op_type == "Conv"]
    assert sorted(dilations)[-4:] == [2, 2, 4, 4]
    kinds = {node.op_type for node in nodes}
    assert "Resize" in kinds
    rearrangements = {"SpaceToDepth", "DepthToSpace", "Tile", "Pad"}
    assert not kinds & (rearrangements | {"BatchNormalization"})
    assert len(nodes) < 50


def test_an_int8_detector_gives_nearly_the_same_cells(
    untrained, exported_untrained, tmp_path
):
    pictures = np.random.default_rng(0).standard_normal((3, 64, 64, 1), np.float32)
    for name in ("once.onnx", "again.onnx"):
        export_onnx(untrained, tmp_path / name, CARD, [pictures, pictures])
    path = tmp_path / "once.onnx"
    assert path.read_bytes() == (tmp_path / "again.onnx").read_bytes()
    assert path.stat().st_size < exported_untrained.stat().st_size / 3
    weights = [t for t in onnx.load(path).graph.initializer if len(t.dims) == 4]
    quantized = [t for t in weights if t.data_type == onnx.TensorProto.INT8]
    assert len(weights) - len(quantized) == 3  # the first layer and the last two
    in_float32 = _by_onnx(exported_untrained, pictures)
    in_int8 = _by_onnx(path, pictures)
    assert np.corrcoef(in_float32.ravel(), in_int8.ravel())[0, 1] > 0.99
    assert np.abs(in_float32 - in_int8).max() > 0


def test_replacing_the_card_changes_nothing_else(exported, tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(exported.read_bytes())
    other = replace(CARD, figures={"accuracy": 0.5})
    write_card(path, other)
    session = onnxruntime.InferenceSession(path)
    assert Card.from_metadata(session.get_modelmeta().custom_metadata_map) == other
    write_card(path, CARD)
    assert path.read_bytes() == exported.read_bytes()


def test_exporting_the_detector_again_gives_the_same_file_and_leaves_the_model_alone(
    untrained, exported_untrained, tmp_path
):
    before = [type(layer) for layer in untrained.layers]
    export_onnx(untrained, tmp_path / "again.onnx", CARD)
    assert (tmp_path / "again.onnx").read_bytes() == exported_untrained.read_bytes()
    assert [type(layer) for layer in untrained.layers] == before
    session = onnxruntime.InferenceSession(exported_untrained)
    assert Card.from_metadata(session.get_modelmeta().custom_metadata_map) == CARD
    assert session.get_inputs()[0].shape == ["N", "H", "W", 1]
    assert session.get_outputs()[0].shape == ["N", "h", "w", 15]


@pytest.mark.parametrize(
    "steps",
    [
        [layers.Conv2D(4, (2, 5), padding="same", dilation_rate=(3, 2))],
        [layers.Conv2D(4, 3, padding="valid", dilation_rate=2)],
        [layers.Conv2D(4, 3, padding="same", strides=2)],
        [layers.UpSampling2D((3, 2))],
    ],
    ids=["uneven", "no padding", "strides", "uneven upsampling"],
)
def test_other_forms_of_these_layers_export_to_the_same_results(steps, tmp_path):
    network = _with_random_weights(
        keras.Sequential([layers.Input((None, None, 2)), layers.ReLU(), *steps])
    )
    export_onnx(network, tmp_path / "model.onnx", CARD)
    for shape in ((1, 9, 7, 2), (2, 8, 16, 2)):
        pictures = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
        by_onnx = _by_onnx(tmp_path / "model.onnx", pictures)
        assert np.abs(_by_keras(network, pictures) - by_onnx).max() < 1e-5


def _with_random_weights(model):
    """Give a model random weights, so that all channels differ."""
    rng = np.random.default_rng(0)
    for weight in model.weights:
        spread = 1 / np.sqrt(np.prod(weight.shape[:-1])) if weight.ndim > 1 else 0.3
        values = rng.normal(0, spread, weight.shape)
        is_positive = weight.name in ("gamma", "moving_variance")
        weight.assign(np.abs(values) + 0.5 if is_positive else values)
    return model


def _by_keras(model, pictures):
    return keras.ops.convert_to_numpy(model(pictures))


def _by_onnx(path, pictures):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {"input": pictures})[0]


def _dilation(node):
    """The largest dilation of a convolution."""
    (rates,) = (a.ints for a in node.attribute if a.name == "dilations")
    return max(rates)
