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
    """A function that runs to the end on one process: results and all progress."""

    def read_all(*sources, job=None, **settings):
        settings = {
            "out": tmp_path / "results",
            "part_size": 32,
            "workers": 1,
            **settings,
        }
        reported: list[Progress] = []
        config = RunConfig(sources, **settings)
        results, last = run(config, job or Job(), reported.append)
        assert reported[-1] == last
        return results, reported

    return read_all


@pytest.fixture
def rows_of():
    """A function that gives all rows in order, without the time they took."""

    def rows_of(results):
        table = pyarrow.concat_tables(list(results.tables()))
        return table.drop_columns(["milliseconds"]).to_pylist()

    return rows_of


@pytest.fixture
def command(inkten_command):
    """A function that starts 'inkten batch' in a process group of its own."""
    started = []

    def command(*arguments):
        process = subprocess.Popen(
            [inkten_command, "batch", *map(str, arguments)],
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield command
    for process in started:
        process.stderr.close()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def kill_when_written():
    """A function that kills a run (SIGKILL) as soon as a file exists."""

    def kill_when_written(process, file):
        while not file.exists() and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL, "it ended before it was killed"

    return kill_when_written
