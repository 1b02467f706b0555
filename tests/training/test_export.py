import hashlib
from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest

from inkten.classification.classifier import Classifier
from inkten.datasets import mnist
from inkten.errors import ModelError
from inkten.models.card import Card
from inkten.training.backend import keras
from inkten.training.export import export_classifier, export_onnx, write_card
from inkten.training.keras_classifier import (
    as_classifier,
    load_keras,
    with_probabilities,
)
from inkten.training.networks import detector, mlp
from inkten.training.recipes import FAST
from inkten.training.runs import Plan, Run
from inkten.training.train import fit

pytestmark = pytest.mark.train
layers = keras.layers
CARD = Card("task", "form", "classes", "data", {"accuracy": 0.97}, "recipe", "1.0")


@pytest.fixture(scope="module")
def network(few, tmp_path_factory):
    trained = mlp()
    recipe = replace(FAST, epochs=3, batch_size=32)
    run = Run.start(
        tmp_path_factory.mktemp("runs") / "run", Plan("mlp", recipe, 0, few.checksum)
    )
    fit(trained, few.train_part, run)
    return trained


@pytest.fixture(scope="module")
def exported(network, tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "model.onnx"
    export_classifier(network, path, CARD)
    return path


@pytest.fixture(scope="module")
def seeker():
    """A detector of random weights, as large as those of a trained one."""
    return _at_random(detector())


@pytest.fixture(scope="module")
def exported_seeker(seeker, tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "detector.onnx"
    export_onnx(seeker, path, CARD)
    return path


def test_keras_and_onnx_agree_on_every_test_picture(network, exported):
    tiles = mnist.as_tiles(mnist.load().test_images)
    by_keras, by_onnx = as_classifier(network)(tiles), Classifier(exported)(tiles)
    assert np.abs(by_keras - by_onnx).max() < 1e-5


def test_the_probabilities_are_what_the_training_has_optimised(network, few):
    tiles = mnist.as_tiles(few.test_images)
    given = as_classifier(network)(tiles)[np.arange(200), few.test_labels]
    (loss, _) = network.evaluate(tiles, few.test_labels, verbose=0)
    assert -np.log(given).mean() == pytest.approx(loss, abs=1e-4)


def test_the_order_of_the_sigmoids_is_kept(network, few):
    tiles = mnist.as_tiles(few.test_images)
    sigmoids = keras.ops.convert_to_numpy(network(tiles))
    probabilities = as_classifier(network)(tiles)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    # float32 makes some sigmoids equal, so only the greatest is compared
    rows = np.arange(len(tiles))
    assert (sigmoids[rows, probabilities.argmax(1)] == sigmoids.max(1)).all()


def test_a_softmax_stays_what_it_is(network):
    softmax = with_probabilities(network)
    assert with_probabilities(softmax) is softmax


def test_the_file_takes_any_number_of_tiles_and_holds_its_card(exported):
    session = onnxruntime.InferenceSession(exported)
    (takes,), (gives,) = session.get_inputs(), session.get_outputs()
    assert (takes.name, takes.shape) == ("input", ["N", 28, 28])
    assert (gives.name, gives.shape) == ("output", ["N", 10])
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
    "form", [(1, 8, 8, 1), (3, 24, 40, 1), (2, 64, 8, 1), (1, 136, 200, 1)]
)
def test_the_detector_gives_the_same_cells_at_every_size(seeker, exported_seeker, form):
    pictures = np.random.default_rng(0).standard_normal(form).astype(np.float32)
    by_keras, by_onnx = _by_keras(seeker, pictures), _by_onnx(exported_seeker, pictures)
    assert by_onnx.shape == (form[0], form[1] // 4, form[2] // 4, 15)
    assert np.abs(by_keras).max() > 1
    assert np.abs(by_keras - by_onnx).max() < 1e-4


def test_the_detector_is_exported_in_direct_operations(exported_seeker):
    nodes = onnx.load(exported_seeker).graph.node
    dilations = [_dilation(node) for node in nodes if node.op_type == "Conv"]
    assert sorted(dilations)[-3:] == [1, 2, 4]
    kinds = {node.op_type for node in nodes}
    assert "Resize" in kinds
    roundabout = {"SpaceToDepth", "DepthToSpace", "Tile", "Pad"}
    assert not kinds & (roundabout | {"BatchNormalization"})
    assert len(nodes) < 50


def test_a_detector_in_whole_numbers_gives_nearly_the_same_cells(
    seeker, exported_seeker, tmp_path
):
    pictures = np.random.default_rng(0).standard_normal((3, 64, 64, 1), np.float32)
    for name in ("once.onnx", "again.onnx"):
        export_onnx(seeker, tmp_path / name, CARD, [pictures, pictures])
    path = tmp_path / "once.onnx"
    assert path.read_bytes() == (tmp_path / "again.onnx").read_bytes()
    assert path.stat().st_size < exported_seeker.stat().st_size / 3
    weights = [t for t in onnx.load(path).graph.initializer if len(t.dims) == 4]
    rounded = [t for t in weights if t.data_type == onnx.TensorProto.INT8]
    assert len(weights) - len(rounded) == 3  # of the first layer and the two last
    by_floats = _by_onnx(exported_seeker, pictures)
    by_whole_numbers = _by_onnx(path, pictures)
    assert np.corrcoef(by_floats.ravel(), by_whole_numbers.ravel())[0, 1] > 0.99
    assert np.abs(by_floats - by_whole_numbers).max() > 0


def test_another_card_changes_nothing_else(exported, tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(exported.read_bytes())
    other = replace(CARD, figures={"accuracy": 0.5})
    write_card(path, other)
    session = onnxruntime.InferenceSession(path)
    assert Card.from_metadata(session.get_modelmeta().custom_metadata_map) == other
    write_card(path, CARD)
    assert path.read_bytes() == exported.read_bytes()


def test_the_detector_exports_to_the_same_file_and_stays_what_it_is(
    seeker, exported_seeker, tmp_path
):
    before = [type(layer) for layer in seeker.layers]
    export_onnx(seeker, tmp_path / "again.onnx", CARD)
    assert (tmp_path / "again.onnx").read_bytes() == exported_seeker.read_bytes()
    assert [type(layer) for layer in seeker.layers] == before
    session = onnxruntime.InferenceSession(exported_seeker)
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
    ids=["uneven", "no margin", "strides", "uneven enlargement"],
)
def test_layers_of_other_forms_give_the_same_too(steps, tmp_path):
    network = _at_random(
        keras.Sequential([layers.Input((None, None, 2)), layers.ReLU(), *steps])
    )
    export_onnx(network, tmp_path / "model.onnx", CARD)
    for form in ((1, 9, 7, 2), (2, 8, 16, 2)):
        pictures = np.random.default_rng(0).standard_normal(form).astype(np.float32)
        by_onnx = _by_onnx(tmp_path / "model.onnx", pictures)
        assert np.abs(_by_keras(network, pictures) - by_onnx).max() < 1e-5


def test_a_keras_file_is_read_by_keras_itself(network, few, tmp_path):
    network.save(tmp_path / "model.keras")
    tiles = mnist.as_tiles(few.test_images)
    loaded = load_keras(tmp_path / "model.keras")
    assert np.allclose(loaded(tiles), as_classifier(network)(tiles), atol=1e-6)
    assert loaded(tiles[:0]).shape == (0, 10)


def test_sigmoids_in_a_layer_of_their_own_are_the_same(few, tmp_path):
    head = layers.Dense(10)
    parted = keras.Sequential(
        [layers.Input((28, 28)), layers.Flatten(), head, layers.Activation("sigmoid")]
    )
    parted.save(tmp_path / "parted.keras")
    joined = keras.Sequential(
        [
            layers.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(10, activation="sigmoid"),
        ]
    )
    joined.set_weights(parted.get_weights())
    tiles = mnist.as_tiles(few.test_images)
    loaded = load_keras(tmp_path / "parted.keras")
    assert np.allclose(loaded(tiles), as_classifier(joined)(tiles), atol=1e-6)


def test_a_keras_file_that_ends_in_logits_or_was_not_built_is_refused(few, tmp_path):
    tiles = mnist.as_tiles(few.test_images)
    logits = keras.Sequential(
        [layers.Input((28, 28)), layers.Flatten(), layers.Dense(10)]
    )
    logits.save(tmp_path / "logits.keras")
    with pytest.raises(ModelError, match=r"logits\.keras gives scores below 0"):
        load_keras(tmp_path / "logits.keras")(tiles)
    with pytest.warns(UserWarning, match="not yet been built"):
        keras.Sequential([layers.Flatten()]).save(tmp_path / "unbuilt.keras")
    with pytest.raises(ModelError, match="takes None and gives None"):
        load_keras(tmp_path / "unbuilt.keras")


def test_files_that_are_no_keras_models_are_refused(tmp_path):
    (tmp_path / "old.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    for name, message in (
        ("gone.keras", "missing or not a .keras file"),
        ("old.h5", "missing or not a .keras file"),
        ("other.npz", "cannot be loaded"),
    ):
        with pytest.raises(ModelError, match=message):
            load_keras(tmp_path / name)


def test_a_model_of_another_form_is_refused(tmp_path):
    other = keras.Sequential([keras.layers.Input((32,)), keras.layers.Dense(10)])
    other.save(tmp_path / "other.keras")
    with pytest.raises(ModelError, match=r"takes \(None, 32\).*inkten needs"):
        load_keras(tmp_path / "other.keras")


def test_a_model_that_carries_code_is_refused(tmp_path):
    sly = keras.Sequential(
        [keras.layers.Input((28, 28)), keras.layers.Lambda(lambda tiles: tiles[:, 0])]
    )
    sly.save(tmp_path / "sly.keras")
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_keras(tmp_path / "sly.keras")


def _at_random(model):
    """Give a model weights in which every channel differs from the next."""
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
    """The widest dilation of a convolution."""
    (rates,) = (a.ints for a in node.attribute if a.name == "dilations")
    return max(rates)
