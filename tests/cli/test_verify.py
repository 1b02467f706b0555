import re
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from inkten.classification.classifier import Classifier
from inkten.cli.main import app
from inkten.datasets import mnist
from inkten.datasets.mnist import Part
from inkten.models import registry
from inkten.models.card import Card


@pytest.fixture
def verify(monkeypatch):
    """Run ``inkten verify``; returns its status, standard output and errors."""
    monkeypatch.setenv("COLUMNS", "160")

    def verify(*options):
        result = CliRunner().invoke(app, ["verify", *options])
        return result.exit_code, result.stdout, result.stderr

    return verify


def test_every_model_is_shown_with_its_card(verify):
    status, output, errors = verify()
    assert (status, errors) == (0, "")
    for name, digest in registry.shipped_models().items():
        assert f"{name}: unchanged" in output
        assert digest in output
    assert "42,310" in output  # parameters of the mlp
    assert "mlp original, seed 0" in output
    assert "measured" not in output


def test_a_changed_and_a_missing_model_are_reported_and_the_others_shown(
    copied, verify
):
    with (copied / "cnn.onnx").open("ab") as file:
        file.write(b"\0")
    (copied / "detector.onnx").unlink()
    status, output, errors = verify()
    assert status == 1
    assert "mlp: unchanged" in output
    assert "cnn:" not in output
    changed, missing = errors.splitlines()
    assert "cnn.onnx is not the file that shipped with inkten" in changed
    assert "detector.onnx: cannot be read" in missing


@pytest.fixture
def accuracy(monkeypatch):
    """The mlp's accuracy on MNIST's first 200 test pictures, now its only ones."""
    data = mnist.load()
    first_200 = Part(data.test_images[:200], data.test_labels[:200])
    monkeypatch.setattr(mnist.Mnist, "test_part", first_200)
    guesses = Classifier("mlp")(mnist.as_tiles(first_200.images)).argmax(axis=1)
    return float((guesses == first_200.labels).mean())


def test_figures_that_are_reproduced_agree(verify, monkeypatch, accuracy):
    state(monkeypatch, {"test_accuracy": accuracy, "recall": 0.9})
    status, output, errors = verify("--measure")
    assert (status, errors) == (0, "")
    assert re.search(rf"test_accuracy +│ {accuracy:.4f} +│ {accuracy:.4f}", output)
    assert re.search(r"recall +│ 0\.9000 +│ +│", output)  # measured on other pictures


def test_figures_that_are_not_reproduced_are_reported(verify, monkeypatch, accuracy):
    stated = round(accuracy - 0.001, 4)
    state(monkeypatch, {"test_accuracy": stated, "test_log_loss": 7.0})
    status, _, errors = verify("--measure")
    assert status == 1
    about_accuracy, about_loss = errors.splitlines()
    reported = f"mlp: test_accuracy is {stated} on its card and {accuracy} here"
    assert reported in about_accuracy
    assert "test_log_loss is 7.0 on its card" in about_loss


def test_a_card_without_figures_says_so_and_is_no_error(verify, monkeypatch):
    state(monkeypatch, {})
    status, output, errors = verify("--measure")
    assert (status, errors) == (0, "")
    assert "none on this card" in output


def state(monkeypatch, figures):
    """Make the mlp the only shipped model, with these figures on its card."""
    mlp = {"mlp": registry.shipped_models()["mlp"]}
    read_card = Card.from_metadata
    monkeypatch.setattr("inkten.cli.verify.shipped_models", lambda: mlp)
    monkeypatch.setattr(
        Card,
        "from_metadata",
        lambda metadata: replace(read_card(metadata), figures=figures),
    )
