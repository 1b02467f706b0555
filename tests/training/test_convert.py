"""Models of someone else, written as files of inkten's own form."""

from itertools import product

import numpy as np
import pytest
from typer.testing import CliRunner

from inkten import ModelError, ModelForm
from inkten.classification.classifier import Classifier
from inkten.classification.form import CHOICES
from inkten.classification.loading import load_classifier
from inkten.cli.main import app
from inkten.datasets import mnist
from inkten.training.backend import keras
from inkten.training.convert import convert

pytestmark = pytest.mark.train
FORMS = [ModelForm(*choice) for choice in product(*CHOICES.values())]


@pytest.fixture(scope="module")
def tiles():
    return mnist.as_tiles(mnist.load().test_images[:300])


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_an_onnx_file_of_every_form_gives_the_same_probabilities(
    tmp_path, linear, tiles, form
):
    theirs = linear.save(tmp_path / "theirs.onnx", form, (1, 28, 28), classes=11)
    found = convert(theirs, tmp_path / "mine.onnx", form)
    mine = load_classifier(tmp_path / "mine.onnx")
    assert isinstance(mine, Classifier)
    assert mine.rejects
    assert str(form) in mine.card.recipe
    assert np.allclose(mine(tiles), found(tiles), atol=1e-4)


def test_an_onnx_file_of_bytes_is_converted(tmp_path, linear, tiles):
    form = ModelForm(pixels="0..255", ink="dark", scores="logits")
    theirs = linear.save(tmp_path / "theirs.onnx", form, kind="uint8")
    found = convert(theirs, tmp_path / "mine.onnx")
    assert found.form == form
    assert np.allclose(
        Classifier(tmp_path / "mine.onnx")(tiles), found(tiles), atol=1e-4
    )


@pytest.mark.parametrize("scores", CHOICES["scores"])
def test_a_keras_model_is_converted(tmp_path, tiles, scores):
    heads = {"logits": None, "sigmoids": "sigmoid", "probabilities": "softmax"}
    given = keras.Input((28, 28, 1), dtype="uint8")
    ink = keras.layers.Rescaling(-1 / 255, offset=1)(given)
    head = keras.layers.Dense(11, activation=heads[scores])
    keras.Model(given, head(keras.layers.Flatten()(ink))).save(tmp_path / "a.keras")
    form = ModelForm("dark", "0..255", scores)
    found = convert(tmp_path / "a.keras", tmp_path / "mine.onnx", form)
    mine = Classifier(tmp_path / "mine.onnx")
    assert mine.rejects
    assert np.allclose(mine(tiles), found(tiles), atol=1e-4)


def test_a_fixed_batch_cannot_be_converted_and_leaves_no_file(tmp_path, linear):
    theirs = linear.save(tmp_path / "theirs.onnx", ModelForm(), batch=1)
    with pytest.raises(ModelError, match="export it again with a free one") as raised:
        convert(theirs, tmp_path / "mine.onnx")
    assert "fixed size, 1;" in str(raised.value)
    assert not (tmp_path / "mine.onnx").exists()


def test_what_need_not_or_cannot_be_converted_is_refused(tmp_path, linear):
    with pytest.raises(ModelError, match="need not be converted"):
        convert("cnn", tmp_path / "mine.onnx")
    with pytest.raises(ModelError, match=r"a name ending in \.onnx"):
        convert(tmp_path / "a.keras", tmp_path / "mine.keras")
    with pytest.raises(ModelError, match=r"a\.keras: cannot be read: No such file"):
        convert(tmp_path / "a.keras", tmp_path / "mine.onnx")


def test_the_command_says_what_it_assumed_and_what_it_wrote(tmp_path, linear):
    theirs = linear.save(tmp_path / "theirs.onnx", ModelForm(ink="dark"))
    words = ["convert", str(theirs), str(tmp_path / "mine.onnx")]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0
    assert "theirs.onnx: taken as: dark ink, 0..1, probabilities" in result.stderr
    assert result.stdout == f"Wrote {tmp_path / 'mine.onnx'}\n"
    result = CliRunner().invoke(app, [*words, "--model-form", "light ink, 0..1"])
    assert "taken as" not in result.stderr
