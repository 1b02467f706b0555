"""What only a separate process can show: other backends, silence, kills."""

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec

import numpy as np
import pytest

from inkten.classification.classifier import Classifier
from inkten.datasets.mnist import NPZ_KEYS
from inkten.detection import Detector
from inkten.models.onnx import card_of, open_session
from inkten.reader import Reader

pytestmark = pytest.mark.train
INKTEN_TRAIN = (
    sys.executable,
    "-c",
    "from inkten.cli.main import main; main()",
    "train",
)


@pytest.fixture
def data_dir(few, tmp_path):
    arrays = few.train_images, few.train_labels, few.test_images, few.test_labels
    np.savez(tmp_path / "mnist.npz", **dict(zip(NPZ_KEYS, arrays, strict=True)))
    return tmp_path


def environment(backend):
    log_level = {"TF_CPP_MIN_LOG_LEVEL"}  # if set, start-up messages are shown
    inherited = {name: os.environ[name] for name in os.environ.keys() - log_level}
    return inherited | {"KERAS_BACKEND": backend, "COLUMNS": "120"}


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_a_training_ends_in_an_onnx_file_under_each_backend(data_dir, backend):
    if not find_spec(backend):
        pytest.skip(f"{backend} is not installed")
    words = ["mlp", "--recipe", "original", "--epochs", "1"]
    words += ["--data-dir", data_dir, "--out", data_dir / "run"]
    training = subprocess.run(
        [*INKTEN_TRAIN, *words],
        env=environment(backend),
        capture_output=True,
        text=True,
        check=False,
    )
    assert training.returncode == 0, training.stderr
    assert "test accuracy" in training.stdout
    assert "0.01188" in training.stdout
    if backend == "tensorflow":
        assert "oneDNN" not in training.stderr  # a start-up message
    tiles = np.zeros((3, 28, 28), np.float32)
    assert Classifier(data_dir / "run" / "model.onnx")(tiles).shape == (3, 10)


def test_the_probabilities_are_those_of_the_loss_under_jax(data_dir):
    if not find_spec("jax"):
        pytest.skip("jax is not installed")
    check = """
import sys, numpy as np
from pathlib import Path
from inkten.datasets import mnist
from inkten.training.keras_classifier import as_classifier
from inkten.training.networks import mlp
few = mnist.load(Path(sys.argv[1])).test_part
tiles, labels = mnist.as_tiles(few.images), few.labels.astype(int)
network = mlp()
loss, _ = network.evaluate(tiles, labels, verbose=0)
probabilities = as_classifier(network)(tiles)[np.arange(len(labels)), labels]
assert abs(loss + np.log(probabilities).mean()) < 1e-4
"""
    subprocess.run(
        [sys.executable, "-c", check, data_dir], env=environment("jax"), check=True
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_training_leaves_no_run_and_resumes(data_dir):
    words = ["mlp", "--data-dir", data_dir]
    killed = subprocess.Popen(
        [*INKTEN_TRAIN, *words, "--epochs", "40", "--out", data_dir / "run"],
        env=environment("tensorflow"),
        stderr=subprocess.DEVNULL,
    )
    progress = data_dir / ".run.partial" / "progress.json"
    while killed.poll() is None and not progress.exists():
        time.sleep(0.05)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert not (data_dir / "run").exists()
    assert progress.exists()
    subprocess.run(
        [*INKTEN_TRAIN, *words, "--resume", data_dir / "run"],
        env=environment("tensorflow"),
        capture_output=True,
        check=True,
    )
    assert (data_dir / "run" / "model.onnx").exists()
    assert not progress.parent.exists()


def quick_training(data_dir, *network):
    """Train a network for seconds.

    Returns:
        Its file and its card.
    """
    words = [*network, "--quick", "--data-dir", data_dir, "--out", data_dir / "run"]
    subprocess.run(
        [*INKTEN_TRAIN, *words],
        env=environment("tensorflow"),
        capture_output=True,
        check=True,
    )
    assert (data_dir / "run" / "report.html").exists()
    model = data_dir / "run" / "model.onnx"
    session = open_session(model.read_bytes(), "model.onnx", threads=1)
    return model, card_of(session)


def test_a_quick_detector_can_be_used_like_the_one_that_ships(data_dir):
    model, card = quick_training(data_dir, "detector")
    assert (card.rejects, card.parameters) == (False, 280_911)
    gray = np.zeros((90, 60), np.uint8)
    detections = Detector(model)(gray, min_score=1e-6)
    assert detections.boxes.shape == (len(detections), 4)
    assert detections.digits.shape == (len(detections), 10)
    assert Reader(detector=model).read(gray).to_dict()["width"] == 60


@pytest.mark.parametrize(
    ("words", "rejects", "parameters"),
    [("cnn", True, 885_890), ("cnn --recipe fast", False, 73_570)],
)
def test_a_quick_cnn_can_be_used_like_those_that_ship(
    data_dir, words, rejects, parameters
):
    model, card = quick_training(data_dir, *words.split())
    assert (card.rejects, card.parameters) == (rejects, parameters)
    classifier = Classifier(model)
    assert classifier.rejects == rejects
    probabilities = classifier(np.zeros((3, 28, 28), np.float32))
    assert probabilities.shape == (3, 10)
    assert (probabilities.sum(axis=1) < 0.9999).all() == rejects
