import json

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from inkten.classification.classifier import Classifier
from inkten.cli.main import app
from inkten.datasets.mnist import as_tiles
from inkten.errors import ModelError
from inkten.training.keras_classifier import as_classifier
from inkten.training.networks import cnn, fast_cnn, mlp
from inkten.training.own_digits import load_own_digits
from inkten.training.warm_start import load_weights

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def digits(few, tmp_path_factory):
    """A folder per digit, with two pictures of each."""
    folder = tmp_path_factory.mktemp("digits")
    for value in range(10):
        (folder / str(value)).mkdir()
        places = np.flatnonzero(few.test_labels == value)[:2]
        for place in places.tolist():
            large = cv2.resize(255 - few.test_images[place], (84, 84))
            cv2.imwrite(str(folder / str(value) / f"{place}.png"), large)
    return folder


def test_a_fifth_is_held_back_and_the_others_are_mixed_in(few, digits):
    own = load_own_digits([digits])
    assert (len(own.train), len(own.validation)) == (16, 4)
    mixed = own.mixed_with(few)
    added = len(mixed.train_images) - len(few.train_images)
    assert added == 16 * round(len(few.train_images) / 9 / 16)
    assert np.array_equal(mixed.train_images[0], own.train.images[0])
    assert np.array_equal(mixed.test_images, few.test_images)
    assert "16 digits of a user" in mixed.name
    alone = own.alone()
    assert len(alone.train_images) == 20 * 16
    assert np.array_equal(alone.test_images, own.validation.images)


def test_a_run_on_own_digits_records_them_and_names_them_on_its_card(
    few, digits, tmp_path, monkeypatch
):
    monkeypatch.setattr("inkten.datasets.mnist.load", lambda _=None: few)
    words = ["train", "mlp", "--data", str(digits), "--out", str(tmp_path / "run")]
    result = CliRunner().invoke(app, [*words, "--epochs", "1"])
    assert result.exit_code == 0, result.stderr
    assert "of the 4 held back" in result.stdout
    config = json.loads((tmp_path / "run" / "config.json").read_text())
    assert config["own_digits"] == [str(digits)]
    record = json.loads((tmp_path / "run" / "own_digits.json").read_text())
    assert (record["trained_on"], record["held_back"]) == (16, 4)
    card = Classifier(tmp_path / "run" / "model.onnx").card
    assert "16 digits of a user" in card.training_data


def test_a_stopped_run_on_own_digits_resumes_without_naming_them(
    few, digits, tmp_path, monkeypatch
):
    from inkten.training import train as training

    monkeypatch.setattr("inkten.datasets.mnist.load", lambda _=None: few)
    complete = training.train

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("inkten.training.train.train", stop)
    run = str(tmp_path / "run")
    words = ["train", "mlp", "--data", str(digits), "--only-mine", "--out", run]
    assert CliRunner().invoke(app, [*words, "--epochs", "1"]).exit_code == 130
    monkeypatch.setattr("inkten.training.train.train", complete)
    result = CliRunner().invoke(app, ["train", "mlp", "--resume", run])
    assert result.exit_code == 0, result.stderr
    assert "of the 4 held back" in result.stdout


@pytest.mark.parametrize(("name", "build"), [("mlp", mlp), ("cnn", cnn)])
def test_a_network_starts_as_the_shipped_model_answers(few, name, build):
    network = build()
    load_weights(network, name)
    tiles = as_tiles(few.test_images)
    answers = as_classifier(network)(tiles).argmax(axis=1)
    assert (answers == Classifier(name)(tiles).argmax(axis=1)).mean() > 0.98


def test_weights_of_other_layers_are_refused():
    with pytest.raises(ModelError, match="has other layers than the network fast_cnn"):
        load_weights(fast_cnn(), "cnn")


def test_own_digits_need_a_classifier():
    result = CliRunner().invoke(app, ["train", "detector", "--data", "digits"])
    assert result.exit_code == 2
    result = CliRunner().invoke(app, ["train", "mlp", "--only-mine"])
    assert result.exit_code == 2
