import os
import signal
import subprocess
import time
from contextlib import suppress

import cv2
import pyarrow
import pytest

from inkten.batch.run import Progress, RunConfig, run
from inkten.batch.worker import Job
from inkten.datasets import mnist


@pytest.fixture(scope="session")
def digits():
    """MNIST's first test pictures as the bytes of PNG files."""
    images = mnist.load().test_images[:100]
    return [cv2.imencode(".png", image)[1].tobytes() for image in images]


@pytest.fixture
def folder(tmp_path, digits, monkeypatch):
    """A folder of 70 pictures of one digit in two folders, one of them bad."""
    for number, content in enumerate(digits[:70]):
        file = tmp_path / "pictures" / str(number // 40) / f"{number:03d}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if number != 50 else b"no picture")
    monkeypatch.chdir(tmp_path)
    return "pictures"


@pytest.fixture
def read_all(tmp_path):
    """A function that runs to the end on one process: its results and tallies."""

    def read_all(*sources, job=None, **options):
        told: list[Progress] = []
        asked = {"out": tmp_path / "results", "part_size": 32, "workers": 1, **options}
        results, last = run(RunConfig(sources, **asked), job or Job(), told.append)
        assert told[-1] == last
        return results, told

    return read_all


@pytest.fixture
def rows_of():
    """A function that gives all rows, in order, but for the time they took."""

    def rows_of(results):
        table = pyarrow.concat_tables(list(results.tables()))
        return table.drop_columns(["milliseconds"]).to_pylist()

    return rows_of


@pytest.fixture
def command(inkten_command):
    """A function that starts 'inkten batch', in a group of processes of its own."""
    started = []

    def command(*arguments):
        run = subprocess.Popen(
            [inkten_command, "batch", *map(str, arguments)],
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(run)
        return run

    yield command
    for each in started:
        each.stderr.close()
        with suppress(ProcessLookupError):
            os.killpg(each.pid, signal.SIGKILL)
        each.wait()


@pytest.fixture
def killed_when_there():
    """A function that kills a run (SIGKILL) as soon as a file is there."""

    def killed_when_there(run, file):
        while not file.exists() and run.poll() is None:
            time.sleep(0.01)
        run.send_signal(signal.SIGKILL)
        assert run.wait() == -signal.SIGKILL, "it was done before it could be killed"

    return killed_when_there
