import numpy as np
import pytest

from inkten.classification.classifier import Classifier
from inkten.datasets import mnist
from inkten.datasets.mnist import as_tiles
from inkten.learning.head import Body, fit_head, softmax
from inkten.models.onnx import open_session
from inkten.models.registry import read_model


@pytest.mark.parametrize("name", ["mlp", "cnn"])
def test_the_file_answers_as_the_fitted_head(name):
    tiles = as_tiles(mnist.load().test_images[:120])
    body = Body(read_model(name), name)
    seen = body.embed(tiles)
    own, others = seen.take(np.arange(20)), seen.take(np.arange(20, 120))
    wrong = np.roll(own.probabilities, 1, axis=1)
    weights = np.full(20, 30, np.float32)
    head = fit_head(own, wrong, weights, others, np.random.default_rng(0))
    content = body.with_head(head, {"inkten.task": "test"})
    session = open_session(content, name, 1)
    answers = Classifier.from_bytes(content, name)(tiles)
    fitted = softmax(head.logits(seen))[:, :10]
    assert np.abs(answers - fitted).max() < 1e-4
    assert (fitted[:20].argmax(1) != own.probabilities.argmax(1)).mean() > 0.5
    assert session.get_modelmeta().custom_metadata_map == {"inkten.task": "test"}


def test_a_blank_tile_has_finite_answers():
    body = Body(read_model("mlp"), "mlp")
    assert np.isfinite(body.embed(np.zeros((1, 28, 28), np.float32)).vectors).all()
