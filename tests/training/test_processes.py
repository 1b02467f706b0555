"""What only a process of its own can show: other backends, silence, kills."""

import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec

import numpy as np
import pytest

from inkten.datasets.mnist import NPZ_KEYS
from inkten.models.session import Classifier

pytestmark = pytest.mark.train
INKTEN = (
    sys.executable,
    "-c",
    "from inkten.doors.cli.main import main; main()",
    "train",
    "mlp",
)


@pytest.fixture
def data_dir(few, tmp_path):
    arrays = few.train_images, few.train_labels, few.test_images, few.test_labels
    np.savez(tmp_path / "mnist.npz", **dict(zip(NPZ_KEYS, arrays, strict=True)))
    return tmp_path


def environment(backend):
    chatter = {"TF_CPP_MIN_LOG_LEVEL"}  # a setting of one's own would bring it back
    inherited = {name: os.environ[name] for name in os.environ.keys() - chatter}
    return inherited | {"KERAS_BACKEND": backend, "COLUMNS": "120"}


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_a_training_ends_in_an_onnx_file_under_each_backend(data_dir, backend):
    if not find_spec(backend):
        pytest.skip(f"{backend} is not installed")
    told = subprocess.run(
        [*INKTEN, "--epochs", "1", "--data-dir", data_dir, "--out", data_dir / "run"],
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


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_killed_training_leaves_no_run_and_goes_on(data_dir):
    place = ("--data-dir", data_dir)
    killed = subprocess.Popen(
        [*INKTEN, "--epochs", "40", *place, "--out", data_dir / "run"],
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
        [*INKTEN, *place, "--resume", data_dir / "run"],
        env=environment("tensorflow"),
        capture_output=True,
        check=True,
    )
    assert (data_dir / "run" / "model.onnx").exists()
    assert not progress.parent.exists()
