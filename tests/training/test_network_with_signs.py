"""A network that sees context and names signs works wherever others do."""

import numpy as np
import pytest

from inkten.classification.classes import CLASSES
from inkten.classification.classifier import Classifier
from inkten.classification.features import Inside
from inkten.classification.loading import load_classifier
from inkten.classification.tiles import with_context
from inkten.datasets.mnist import as_tiles
from inkten.learning.head import Body, fit_head
from inkten.models.card import Card
from inkten.training.convert import convert
from inkten.training.export import export_classifier, takes_and_gives
from inkten.training.networks import cnn
from inkten.training.warm_start import load_weights


@pytest.fixture(scope="module")
def tiles(few):
    return as_tiles(few.test_images[:60])


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """The network as Keras saves it, and as an ONNX file: (folder, classifier)."""
    folder = tmp_path_factory.mktemp("signs")
    network = cnn()
    load_weights(network, "cnn")
    network.save(folder / "a.keras")
    about = takes_and_gives(signs=True)
    card = Card(**about, training_data="", figures={}, recipe="", version="0")
    export_classifier(network, folder / "a.onnx", card)
    return folder, Classifier(folder / "a.onnx")


def test_keras_and_the_converted_file_answer_alike(saved, tiles):
    folder, exported = saved
    by_keras = load_classifier(folder / "a.keras")
    assert by_keras.names_signs
    convert(folder / "a.keras", folder / "again.onnx")
    again = Classifier(folder / "again.onnx")
    assert again.card.classes.split() == list(CLASSES)
    expected = exported.classes(with_context(tiles))
    for each in (by_keras, again):
        assert np.allclose(each.classes(with_context(tiles)), expected, atol=1e-4)


def test_training_goes_on_from_its_file(saved, tiles):
    folder, exported = saved
    network = cnn()
    load_weights(network, str(folder / "a.onnx"))
    answers = network(with_context(tiles), training=False)
    assert np.allclose(answers, exported.classes(tiles), atol=1e-4)


def test_the_layers_of_both_its_branches_are_shown(saved, tiles):
    shown = {str(layer) for layer in Inside(saved[1]).layers(tiles[:2])}
    assert {"24 maps of 28x28", "12 maps of 14x14"} <= shown
    assert len(shown) >= 7


def test_it_is_taught_own_digits(saved, tiles):
    folder, _ = saved
    body = Body((folder / "a.onnx").read_bytes(), "a.onnx")
    seen = body.embed(with_context(tiles))
    assert np.allclose(seen.vectors, body.embed(tiles).vectors)
    own, others = seen.take(np.arange(10)), seen.take(np.arange(10, 60))
    wrong = np.roll(own.probabilities, 1, axis=1)
    weights = np.full(10, 30, np.float32)
    head = fit_head(own, wrong, weights, others, np.random.default_rng(0))
    taught = Classifier.from_bytes(body.with_head(head, {}), "taught")
    assert taught.names_signs
    expected = np.exp(head.logits(seen))
    expected /= expected.sum(axis=1, keepdims=True)
    assert np.allclose(taught.classes(tiles), expected, atol=1e-4)
