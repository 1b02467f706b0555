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
    """Runs ``inkten verify``, and tells how it ends and what it says."""
    monkeypatch.setenv("COLUMNS", "160")

    def verify(*options):
        done = CliRunner().invoke(app, ["verify", *options])
        return done.exit_code, done.stdout, done.stderr

    return verify


def test_every_model_is_shown_with_its_card(verify):
    status, shown, complaints = verify()
    assert (status, complaints) == (0, "")
    for name, digest in registry.shipped_models().items():
        assert f"{name}: as it shipped" in shown
        assert digest in shown
    assert "42,310" in shown  # parameters of the mlp
    assert "mlp original, seed 0" in shown
    assert "measured" not in shown


def test_a_changed_and_a_missing_model_are_told_and_the_others_shown(copied, verify):
    with (copied / "cnn.onnx").open("ab") as file:
        file.write(b"\0")
    (copied / "detector.onnx").unlink()
    status, shown, complaints = verify()
    assert status == 1
    assert "mlp: as it shipped" in shown
    assert "cnn:" not in shown
    changed, missing = complaints.splitlines()
    assert "cnn.onnx is not the file that inkten shipped" in changed
    assert "detector.onnx: cannot be read" in missing


@pytest.fixture
def accuracy(monkeypatch):
    """MNIST's test pictures are the first 200; how many of these the mlp knows."""
    data = mnist.load()
    few = Part(data.test_images[:200], data.test_labels[:200])
    monkeypatch.setattr(mnist.Mnist, "test_part", few)
    said = Classifier("mlp")(mnist.as_tiles(few.images)).argmax(axis=1)
    return float((said == few.labels).mean())


def test_figures_that_are_found_again_agree(verify, monkeypatch, accuracy):
    tell(monkeypatch, {"test_accuracy": accuracy, "recall": 0.9})
    status, shown, complaints = verify("--measure")
    assert (status, complaints) == (0, "")
    assert re.search(rf"test_accuracy +│ {accuracy:.4f} +│ {accuracy:.4f}", shown)
    assert re.search(r"recall +│ 0\.9000 +│ +│", shown)  # stems from other pictures


def test_figures_that_are_not_found_again_are_told(verify, monkeypatch, accuracy):
    told = round(accuracy - 0.001, 4)
    tell(monkeypatch, {"test_accuracy": told, "test_log_loss": 7.0})
    status, _, complaints = verify("--measure")
    assert status == 1
    of_accuracy, of_loss = complaints.splitlines()
    said = f"mlp: its card tells a test_accuracy of {told}, found is {accuracy}"
    assert said in of_accuracy
    assert "test_log_loss of 7.0" in of_loss


def test_a_card_without_figures_says_so_and_is_no_fault(verify, monkeypatch):
    tell(monkeypatch, {})
    status, shown, complaints = verify("--measure")
    assert (status, complaints) == (0, "")
    assert "none on this card" in shown


def tell(monkeypatch, figures):
    """Let the mlp be all that ships, and its card tell these figures."""
    mlp = {"mlp": registry.shipped_models()["mlp"]}
    read_card = Card.from_metadata
    monkeypatch.setattr("inkten.cli.verify.shipped_models", lambda: mlp)
    monkeypatch.setattr(
        Card,
        "from_metadata",
        lambda metadata: replace(read_card(metadata), figures=figures),
    )
