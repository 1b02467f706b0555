import pickle

import numpy as np
import pytest

from inkten import Reader
from inkten.classification.classifier import CheckedClassifier
from inkten.datasets import mnist
from inkten.errors import ModelError
from inkten.training.backend import keras
from inkten.training.keras_classifier import (
    as_classifier,
    load_keras,
    with_probabilities,
)

pytestmark = pytest.mark.train
layers = keras.layers


def test_the_probabilities_are_those_that_the_loss_is_computed_from(network, few):
    tiles = mnist.as_tiles(few.test_images)
    probabilities = as_classifier(network)(tiles)[np.arange(200), few.test_labels]
    (loss, _) = network.evaluate(tiles, few.test_labels, verbose=0)
    assert -np.log(probabilities).mean() == pytest.approx(loss, abs=1e-4)


def test_the_greatest_sigmoid_has_the_greatest_probability(network, few):
    tiles = mnist.as_tiles(few.test_images)
    sigmoids = keras.ops.convert_to_numpy(network(tiles))
    probabilities = as_classifier(network)(tiles)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-6)
    # float32 makes some sigmoids equal, so only the greatest is compared
    rows = np.arange(len(tiles))
    assert (sigmoids[rows, probabilities.argmax(1)] == sigmoids.max(1)).all()


def test_a_softmax_stays_as_it_is(network):
    softmax = with_probabilities(network)
    assert with_probabilities(softmax) is softmax


def test_a_keras_file_gives_the_probabilities_of_the_saved_model(
    network, few, tmp_path
):
    network.save(tmp_path / "model.keras")
    tiles = mnist.as_tiles(few.test_images)
    loaded = load_keras(tmp_path / "model.keras")
    assert np.allclose(loaded(tiles), as_classifier(network)(tiles), atol=1e-6)
    assert loaded(tiles[:0]).shape == (0, 10)


def test_sigmoids_in_a_layer_of_their_own_give_the_same_probabilities(few, tmp_path):
    head = layers.Dense(10)
    separate = keras.Sequential(
        [layers.Input((28, 28)), layers.Flatten(), head, layers.Activation("sigmoid")]
    )
    separate.save(tmp_path / "separate.keras")
    joined = keras.Sequential(
        [
            layers.Input((28, 28)),
            layers.Flatten(),
            layers.Dense(10, activation="sigmoid"),
        ]
    )
    joined.set_weights(separate.get_weights())
    tiles = mnist.as_tiles(few.test_images)
    loaded = load_keras(tmp_path / "separate.keras")
    assert np.allclose(loaded(tiles), as_classifier(joined)(tiles), atol=1e-6)


def test_logits_become_probabilities(few, tmp_path):
    tiles = mnist.as_tiles(few.test_images)
    logits = keras.Sequential(
        [layers.Input((28, 28)), layers.Flatten(), layers.Dense(10)]
    )
    logits.save(tmp_path / "logits.keras")
    expected = keras.ops.convert_to_numpy(keras.ops.softmax(logits(tiles)))
    assert np.allclose(
        load_keras(tmp_path / "logits.keras")(tiles), expected, atol=1e-6
    )
    with pytest.raises(ModelError, match="gives scores below 0"):
        as_classifier(logits)(tiles)  # which is told that they are probabilities


def test_a_keras_file_that_was_not_built_is_refused(tmp_path):
    with pytest.warns(UserWarning, match="not yet been built"):
        keras.Sequential([layers.Flatten()]).save(tmp_path / "unbuilt.keras")
    with pytest.raises(ModelError, match="takes None and gives None"):
        load_keras(tmp_path / "unbuilt.keras")


def test_files_that_are_not_keras_models_are_refused(tmp_path):
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
    malicious = keras.Sequential(
        [keras.layers.Input((28, 28)), keras.layers.Lambda(lambda tiles: tiles[:, 0])]
    )
    malicious.save(tmp_path / "malicious.keras")
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_keras(tmp_path / "malicious.keras")


@pytest.mark.parametrize(("classes", "rejects"), [(10, False), (11, True)])
def test_a_keras_file_with_an_eleventh_class_can_reject(tmp_path, classes, rejects):
    softmax = layers.Dense(classes, activation="softmax")
    model = keras.Sequential([layers.Input((28, 28)), layers.Flatten(), softmax])
    model.save(tmp_path / "model.keras")
    classifier = load_keras(tmp_path / "model.keras")
    assert isinstance(classifier, CheckedClassifier)
    assert classifier.rejects == rejects
    tiles = np.random.default_rng(0).random((3, 28, 28), np.float32)
    assert classifier(tiles).shape == (3, 10)
    assert (classifier(tiles).sum(axis=1) < 0.9999).all() == rejects


@pytest.mark.parametrize("shape", [(28, 28, 1), (1, 28, 28), (784,)], ids=str)
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5")
def test_models_of_every_shape_are_read_from_either_kind_of_file(
    network, few, tmp_path, shape, suffix
):
    tiles = mnist.as_tiles(few.test_images)
    given = keras.Input(shape)
    scores = network(layers.Reshape((28, 28))(given))
    keras.Model(given, scores).save(tmp_path / f"model{suffix}")
    answers = load_keras(tmp_path / f"model{suffix}")(tiles).argmax(axis=1)
    assert (answers == network.predict(tiles, verbose=0).argmax(axis=1)).mean() > 0.98


def test_dark_ink_in_bytes_is_found_out(network, few, tmp_path):
    tiles = mnist.as_tiles(few.test_images)
    given = keras.Input((28, 28), dtype="uint8")
    ink = layers.Rescaling(-1 / 255, offset=1)(given)
    keras.Model(given, network(ink)).save(tmp_path / "dark.keras")
    loaded = load_keras(tmp_path / "dark.keras")
    assert (loaded.form.ink, loaded.form.pixels) == ("dark", "0..255")
    expected = as_classifier(network)(tiles).argmax(axis=1)
    assert (loaded(tiles).argmax(axis=1) == expected).mean() > 0.98


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5")
@pytest.mark.parametrize("suffix", [".keras", ".h5"])
def test_code_in_a_file_is_never_run(tmp_path, suffix):
    def run(tiles):
        (tmp_path / "was here").touch()
        return tiles[:, 0, :10]

    given = keras.Input((28, 28))
    inner = keras.Sequential([layers.Lambda(run, output_shape=(10,))])
    keras.Model(given, inner(given)).save(tmp_path / f"evil{suffix}")
    (tmp_path / "was here").unlink(missing_ok=True)
    with pytest.raises(ModelError, match="it has a Lambda layer"):
        load_keras(tmp_path / f"evil{suffix}")
    assert not (tmp_path / "was here").exists()


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5")
def test_a_file_of_weights_alone_is_refused_with_what_to_do(network, tmp_path):
    network.save_weights(tmp_path / "model.weights.h5")
    with pytest.raises(ModelError, match="holds weights without their model"):
        load_keras(tmp_path / "model.weights.h5")


def test_a_reader_takes_a_keras_file_and_can_be_copied(network, tmp_path, write):
    network.save(tmp_path / "mine.keras")
    reader = Reader(model=tmp_path / "mine.keras")
    copy = pickle.loads(pickle.dumps(reader))
    assert copy.classifier.form == reader.classifier.form
    assert copy.read(write("7").gray).text == reader.read(write("7").gray).text
