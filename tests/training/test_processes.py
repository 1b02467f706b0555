"""What only a process of its own can show: other backends, silence, kills."""

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

pytestmark = pytest.mark.train
INKTEN = (
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


def place(data_dir):
    return "--data-dir", str(data_dir)


def environment(backend):
    chatter = {"TF_CPP_MIN_LOG_LEVEL"}  # a setting of one's own would bring it back
    inherited = {name: os.environ[name] for name in os.environ.keys() - chatter}
    return inherited | {"KERAS_BACKEND": backend, "COLUMNS": "120"}


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_a_training_ends_in_an_onnx_file_under_each_backend(data_dir, backend):
    if not find_spec(backend):
        pytest.skip(f"{backend} is not installed")
    told = subprocess.run(
        [
            *INKTEN,
            "mlp",
            "--epochs",
            "1",
            "--data-dir",
            data_dir,
            "--out",
            data_dir / "run",
        ],
        env=environment(backend),
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert "test accuracy" in told.stdout
    assert "0.01188" in told.stdout
    if backend == "tensorflow":
        assert "oneDNN" not in told.stderr  # its start-up chatter
    tiles = np.zeros((3, 28, 28), np.float32)
    assert Classifier(data_dir / "run" / "model.onnx")(tiles).shape == (3, 10)


def test_probabilities_are_what_jax_has_optimised(data_dir):
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
given = as_classifier(network)(tiles)[np.arange(len(labels)), labels]
assert abs(loss + np.log(given).mean()) < 1e-4
"""
    subprocess.run(
        [sys.executable, "-c", check, data_dir], env=environment("jax"), check=True
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_training_leaves_no_run_and_goes_on(data_dir):
    killed = subprocess.Popen(
        [*INKTEN, "mlp", "--epochs", "40", *place(data_dir), "--out", data_dir / "run"],
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
        [*INKTEN, "mlp", *place(data_dir), "--resume", data_dir / "run"],
        env=environment("tensorflow"),
        capture_output=True,
        check=True,
    )
    assert (data_dir / "run" / "model.onnx").exists()
    assert not progress.parent.exists()


@pytest.mark.parametrize("asked", ["cnn", "cnn --recipe fast", "detector"])
def test_a_quick_training_makes_a_model_that_is_used_as_any(asked, data_dir):
    words = [*asked.split(), "--quick", *place(data_dir)]
    subprocess.run(
        [*INKTEN, *words, "--out", data_dir / "r"],
        env=environment("tensorflow"),
        capture_output=True,
        check=True,
    )
    model = data_dir / "r" / "model.onnx"
    assert (data_dir / "r" / "report.html").exists()
    if asked == "detector":
        finds = Detector(model)(np.zeros((90, 60), np.uint8), least=1e-6)
        assert finds.boxes.shape == (len(finds), 4)
        assert finds.digits.shape == (len(finds), 10)
    else:
        seen = Classifier(model)(np.zeros((3, 28, 28), np.float32))
        assert seen.shape == (3, 10)
        says_none = asked == "cnn"  # with an eleventh class, which is not among them
        assert (seen.sum(axis=1) < 0.9999).all() == says_none
